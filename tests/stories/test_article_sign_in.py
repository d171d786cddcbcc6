"""The announcement's third scenario: a remote server with OAuth, over SSE and over streamable HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from cryptography.fernet import Fernet

from playground.agents_api.brains.port import Question
from playground.agents_api.brains.steps import AnyStep, Say
from playground.authorization import app as authorization
from playground.authorization import profiles
from playground.authorization.issuer import Issuer
from playground.services.linear import app as linear_app
from playground.services.linear.app import LinearService
from playground.serving import serve
from tests.stories import shipped
from tests.stories.conftest import MakeWorld
from tests.stories.shipped import ARTICLE, SERVERS, call, results
from tests.world import ADA, World, until
from workers.tools import lock
from workers.tools.lock import Lock

PROJECTS = "Tell me which projects do I have in my Linear workspace?"
OVER_SSE = (ARTICLE, "projects.md", "https://mcp.linear.app/sse")
OVER_HTTP = (SERVERS, "tracker.md", "https://mcp.linear.app/mcp")


@dataclass(frozen=True)
class Linear:
    service: LinearService
    issuer: Issuer
    url: str


@pytest.fixture
async def linear() -> AsyncIterator[Linear]:
    """As the real one: nobody gets in without a token of its own authorization server."""
    async with authorization.running(profiles.linear()) as server:
        service = linear_app.create(verifier=server.issuer, authorization_servers=[server.issuer.url])
        async with serve(service, on_stop=service.streams.close) as url:
            yield Linear(service, server.issuer, url)


def tells_the_projects(question: Question) -> str | list[AnyStep]:
    if not (found := results(question)):
        return call("linear__list_projects")
    return [Say(text=f"Your projects: {found[0]}", pieces=5, seconds=0.1)]


async def signed_in(world: World, linear: Linear) -> None:
    """Ada follows her private link to Linear's page, allows it there, and comes back."""

    def link() -> str | None:
        told = [message for message in world.whispered if message.ephemeral_for == ADA]
        buttons: list[Any] = [e for message in told for block in message.blocks for e in block.get("elements", [])]
        return next((button["url"] for button in buttons if "url" in button), None)

    here = urlsplit(str(await until(link, seen=lambda: world.whispers))).path
    linear.issuer.switch(answered_by="ada")
    async with httpx2.AsyncClient(follow_redirects=False, trust_env=False, timeout=15) as browser:
        away = await browser.post(f"{world.url}{here}")
        allowed = await browser.get(away.headers["location"])
        back = urlsplit(allowed.headers["location"])
        done = await browser.get(f"{world.url}{back.path}?{back.query}")
    assert "go back to Slack" in done.text


@pytest.mark.parametrize("shipped_in", [OVER_SSE, OVER_HTTP], ids=["sse", "http"])
@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "not streamed"])
async def test_a_persons_own_projects_are_told_after_a_sign_in(
    make_world: MakeWorld, linear: Linear, tmp_path: Path, shipped_in: tuple[Path, str, str], streamed: bool
) -> None:
    room, agent, address = shipped_in
    entry = shipped.entry(room / "mcp.json", "linear", {"https://mcp.linear.app": linear.url})
    assert entry["url"] == address.replace("https://mcp.linear.app", linear.url)
    listed = await linear.service.face.server.list_tools()
    lock.write(tmp_path / "tools.lock.json", Lock().replaced("linear", listed))  # as an operator who signed in does it
    world = await make_world(
        agents=shipped.agent(room / "agents" / agent),
        servers={"linear": entry},
        vault_keys=Fernet.generate_key().decode(),
        tools_lock=tmp_path / "tools.lock.json",
        stream_in_channels=streamed,
    )
    world.mistral.script.answer_with(tells_the_projects)
    thread = await world.mention(PROJECTS)
    await signed_in(world, linear)
    if streamed:
        await until(lambda: thread.streaming and "Your projects" in thread.said[-1], seen=lambda: thread.said)
    await until(lambda: "Checkout" in thread.said[-1] and not thread.streaming, seen=lambda: thread.said)
    await thread.rests()
    assert {one.person for one in linear.service.requests("mcp.tools/call.list_projects")} >= {"ada"}
