"""What the doctor finds out about Mistral: the key, the host, the agents' models."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from playground import serving
from playground.agents_api.app import create as create_agents_api
from tests.workers.commands.checking import NOWHERE, SECRETS, files_of, of, some_settings
from tests.world import AGENT
from workers.commands.checks import agents, mistral
from workers.commands.checks.finding import Finding, Status


@pytest.fixture
async def mistral_url() -> AsyncIterator[str]:
    app = create_agents_api()
    async with serving.serve(app, on_stop=app.stop) as url:
        yield url


async def asked(mistral_url: str, folder: Path, *, agent: str = AGENT, **changes: Any) -> list[Finding]:
    settings = some_settings(mistral_api_url=mistral_url, **files_of(folder, agent), **changes)
    return await mistral.check(settings, agents.load(settings, {}))


async def test_a_wrong_key_is_told_and_not_shown(mistral_url: str, tmp_path: Path) -> None:
    [key] = await asked(mistral_url, tmp_path, mistral_api_key=SECRETS[3])
    assert key.status is Status.FAILED
    assert "does not take MISTRAL_API_KEY (401)" in key.says
    assert "console.mistral.ai" in key.mend
    assert SECRETS[3] not in str(key)


async def test_a_key_that_is_no_header_is_no_crash(mistral_url: str, tmp_path: Path) -> None:
    [key] = await asked(mistral_url, tmp_path, mistral_api_key="clé\nfrançaise")
    assert key.status is Status.FAILED
    assert "française" not in str(key)


async def test_a_model_the_key_does_not_have_is_named_with_the_nearest(mistral_url: str, tmp_path: Path) -> None:
    agent = AGENT.replace("mistral-medium-latest", "mistral-medum-latest")
    models = of(await asked(mistral_url, tmp_path, agent=agent), "Models")
    assert models.status is Status.FAILED
    assert "assistant uses mistral-medum-latest" in models.says
    assert 'did you mean "mistral-medium-latest"' in models.says
    assert "assistant.md" in models.mend


async def test_a_host_without_an_agents_api_is_told_apart(tmp_path: Path) -> None:
    """Mistral's regional hosts run models, and answer 404 for conversations."""

    async def models(request: Request) -> Response:
        return JSONResponse({"data": [{"id": "mistral-medium-2508", "aliases": ["mistral-medium-latest"]}]})

    async with serving.serve(Starlette(routes=[Route("/v1/models", models)])) as url:
        findings = await asked(url, tmp_path)
    api = of(findings, "Mistral Agents API")
    assert api.status is Status.FAILED
    assert "404" in api.says
    assert "https://api.mistral.ai" in api.mend
    assert of(findings, "Models").status is Status.OK, "an alias is a name too"


@pytest.mark.parametrize("url", [NOWHERE, "http://[", "nonsense"])
async def test_a_mistral_that_cannot_be_reached_fails(url: str, tmp_path: Path) -> None:
    [key] = await asked(url, tmp_path)
    assert key.status is Status.FAILED
    assert "MISTRAL_API_URL" in key.mend
