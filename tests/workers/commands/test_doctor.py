"""`threadwind doctor`: each thing that can be wrong is named, with how to mend it, and no secret is shown."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.settings import Settings
from bot.slack.manifest import required_scopes
from playground import serving
from playground.agents_api.app import KEY
from playground.agents_api.app import create as create_agents_api
from playground.slack import app as slack_app
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin
from playground.store import EmbeddedStore
from tests.stories.conftest import MakeWorld
from tests.workers.commands.conftest import Threadwind, environment_of
from tests.world import AGENT, World, write_files
from workers.commands.checks import agents, everything, mistral, slack, store, tools
from workers.commands.checks import settings as settings_check
from workers.commands.checks.finding import Finding, Status

SECRETS = ("xoxb-broken-one", "xapp-broken-one", "a-signing-secret", "a-mistral-key")
NOWHERE = "http://127.0.0.1:1"


def some_settings(**changes: Any) -> Settings:
    """Settings of the tests alone: arguments win over whatever the environment says."""
    chosen = {
        "slack_bot_token": "xoxb-playground",
        "slack_signing_secret": "playground-signing-secret",
        "slack_app_token": None,
        "slack_mode": "http",
        "slack_api_url": f"{NOWHERE}/api/",
        "mistral_api_key": KEY,
        "mistral_api_url": NOWHERE,
        "public_url": None,
        "replies_without_mention": False,
        "default_agent": "assistant",
        **changes,
    }
    return Settings.model_validate(chosen)


def of(findings: list[Finding], check: str) -> Finding:
    [found] = [finding for finding in findings if finding.check == check]
    return found


@pytest.fixture
async def workspace() -> AsyncIterator[tuple[Standin, str]]:
    async with slack_app.running(SlackSettings()) as (standin, url):
        yield standin, f"{url}/api/"


@pytest.fixture
async def mistral_url() -> AsyncIterator[str]:
    app = create_agents_api()
    async with serving.serve(app, on_stop=app.stop) as url:
        yield url


def files_of(folder: Path, agent: str = AGENT, servers: Mapping[str, Any] | None = None) -> dict[str, Any]:
    write_files(folder, {"assistant": agent}, servers or {})
    return {
        "agents_dir": folder / "agents",
        "mcp_config": folder / "mcp.json",
        "channels_config": folder / "channels.toml",
    }


# ---- the whole of it -------------------------------------------------------------------------------------------------


async def test_a_well_installation_passes_and_shows_no_secret(world: World, threadwind: Threadwind) -> None:
    ran = await threadwind("doctor", **environment_of(world))
    assert ran.status == 0, ran.all
    assert "failed" not in ran.out
    for line in ("Slack token: the bot is U0BOT in", "Mistral key:", "Redis: 127.0.0.1:", "Agents: assistant;"):
        assert f"ok           {line}" in ran.out
    assert "not checked  Slack events:" in ran.out
    assert "app_mention, message.im" in ran.out
    assert ran.err == ""
    own = world.settings
    for secret in (own.slack_bot_token, own.slack_signing_secret, own.mistral_api_key):
        assert secret is not None
        assert secret.get_secret_value() not in ran.all


async def test_socket_mode_is_asked_for_an_address_and_connects_to_none(
    make_world: MakeWorld, threadwind: Threadwind
) -> None:
    world = await make_world(slack={"kind": "socket"}, worker=False)
    ran = await threadwind("doctor", "--json", **environment_of(world))
    said = json.loads(ran.out)
    assert (ran.status, said["ok"]) == (0, True)
    socket = next(finding for finding in said["findings"] if finding["check"] == "Socket Mode")
    assert socket == {
        "check": "Socket Mode",
        "status": "ok",
        "says": "Slack takes SLACK_APP_TOKEN and offers a connection.",
        "mend": "",
    }
    assert world.slack.sockets.connections == 1, "the bot's own"


async def test_everything_broken_is_all_told_at_once(threadwind: Threadwind) -> None:
    """One mistake does not hide the next: a newcomer mends all of them after one look."""
    ran = await threadwind(
        "doctor",
        SLACK_BOT_TOKEN=SECRETS[0],
        SLACK_APP_TOKEN=SECRETS[1],
        SLACK_API_URL=f"{NOWHERE}/api/",
        MISTRAL_API_KEY="",
        REDIS_URL="redis://:hunter-two@127.0.0.1:1/0",
        PORT="many",
    )
    assert ran.status == 1
    for line in (
        "Settings: PORT is wrong",
        "Settings: MISTRAL_API_KEY is not set.",
        "Slack token: 127.0.0.1:1/api/ cannot be reached",
        "Socket Mode: 127.0.0.1:1/api/ cannot be reached",
        "Redis: 127.0.0.1:1/0 does not answer",
        "Agents: ",
    ):
        assert f"failed       {line}" in ran.out
    assert "not checked  Mistral key: there is none." in ran.out
    assert ran.err == ""
    for secret in (*SECRETS, "hunter-two", "many"):
        assert secret not in ran.all


async def test_an_empty_environment_is_answered_with_what_to_set(threadwind: Threadwind) -> None:
    ran = await threadwind("doctor", "--json", REDIS_URL="redis://127.0.0.1:1/0")
    said = json.loads(ran.out)
    assert (ran.status, said["ok"]) == (1, False)
    settings = [finding["says"] for finding in said["findings"] if finding["check"] == "Settings"]
    assert settings == [
        "SLACK_BOT_TOKEN is not set.",
        "MISTRAL_API_KEY is not set.",
        "set SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode).",
    ]
    assert all(finding["mend"] for finding in said["findings"] if finding["status"] == "failed")


def test_settings_that_only_clash_leave_the_rest_to_look_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {
        "SLACK_BOT_TOKEN": SECRETS[0],
        "SLACK_SIGNING_SECRET": SECRETS[2],
        "MISTRAL_API_KEY": SECRETS[3],
        "SLACK_MODE": "socket",
        "LEASE": "0.1",
    }.items():
        monkeypatch.setenv(name, value)
    found, findings = settings_check.read()
    assert found is not None
    assert found.slack_bot_token.get_secret_value() == SECRETS[0]
    assert found.mode == "socket"
    assert [finding.says.split()[0] for finding in findings] == ["SLACK_MODE=socket", "LEASE"]


async def test_a_broken_check_takes_no_other_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def breaks(url: str) -> list[Finding]:
        raise RuntimeError(url)

    monkeypatch.setattr(store, "check", breaks)
    monkeypatch.setattr(settings_check, "read", lambda: (some_settings(**files_of(tmp_path)), []))
    findings = await everything.check()
    assert of(findings, "Redis").says == "the check itself broke (RuntimeError)."
    assert of(findings, "Agents").status is Status.OK


# ---- Slack -----------------------------------------------------------------------------------------------------------


async def test_a_token_slack_does_not_know_is_told_with_where_to_get_one(workspace: tuple[Standin, str]) -> None:
    findings = await slack.check(some_settings(slack_bot_token=SECRETS[0], slack_api_url=workspace[1]))
    token = of(findings, "Slack token")
    assert token.status is Status.FAILED
    assert token.says == "Slack does not accept SLACK_BOT_TOKEN (invalid_auth)."
    assert "OAuth & Permissions" in token.mend


async def test_missing_scopes_are_named_with_what_they_are_for(workspace: tuple[Standin, str]) -> None:
    standin, url = workspace
    standin.grant.scopes = frozenset(required_scopes(some_settings())) - {"files:write", "im:history"}
    scopes = of(await slack.check(some_settings(slack_api_url=url)), "Slack scopes")
    assert scopes.status is Status.FAILED
    assert scopes.says.startswith("missing: im:history (to hear direct messages")
    assert "files:write (" in scopes.says
    assert "Bot Token Scopes" in scopes.mend
    assert "Reinstall" in scopes.mend


async def test_following_replies_needs_more_scopes(workspace: tuple[Standin, str]) -> None:
    standin, url = workspace
    standin.grant.scopes = frozenset(required_scopes(some_settings()))
    plain = await slack.check(some_settings(slack_api_url=url))
    follows = await slack.check(some_settings(slack_api_url=url, replies_without_mention=True))
    assert of(plain, "Slack scopes").status is Status.OK
    assert of(follows, "Slack scopes").status is Status.FAILED
    assert "channels:history" in of(follows, "Slack scopes").says
    assert "message.channels" in of(follows, "Slack events").mend


async def test_a_plain_bot_without_the_agents_surface_is_only_warned(workspace: tuple[Standin, str]) -> None:
    standin, url = workspace
    standin.grant.scopes = frozenset(required_scopes(some_settings(), agent_view=False))
    scopes = of(await slack.check(some_settings(slack_api_url=url)), "Slack scopes")
    assert scopes.status is Status.WARNING
    assert "assistant:write" in scopes.says


async def test_an_app_level_token_that_is_none_is_told() -> None:
    async with slack_app.running(SlackSettings(kind="socket")) as (_, url):
        chosen = {"slack_mode": "socket", "slack_api_url": f"{url}/api/"}
        wrong = await slack.check(some_settings(**chosen, slack_app_token=SECRETS[1]))
        swapped = await slack.check(some_settings(**chosen, slack_app_token="xoxb-playground"))
    for findings in (wrong, swapped):
        socket = of(findings, "Socket Mode")
        assert socket.status is Status.FAILED
        assert "SLACK_APP_TOKEN" in socket.says
        assert "connections:write" in socket.mend
        assert "xapp-broken" not in str(findings)


async def health(request: Request) -> Response:
    match request.path_params["kind"]:
        case "well":
            return JSONResponse({"ok": True})
        case "ill":
            return JSONResponse({"ok": False, "problem": "Redis does not answer."}, status_code=503)
        case _:
            return PlainTextResponse("a tunnel's own page")


@pytest.mark.parametrize(
    ("kind", "status", "says"),
    [
        ("well", Status.OK, "answers and is well"),
        ("ill", Status.FAILED, "is not well: Redis does not answer."),
        ("other", Status.FAILED, "answers 200, and not as the bot does"),
    ],
)
async def test_the_public_address_is_asked_for_the_bots_health(kind: str, status: Status, says: str) -> None:
    async with serving.serve(Starlette(routes=[Route("/{kind}/healthz", health)])) as url:
        findings = await slack.check(some_settings(slack_bot_token="", public_url=f"{url}/{kind}/"))
    public = of(findings, "Public address")
    assert public.status is status
    assert says in public.says


@pytest.mark.parametrize("url", [NOWHERE, "nonsense", "http://[", "https://"])
async def test_a_public_address_where_nothing_is_fails(url: str) -> None:
    public = of(await slack.check(some_settings(slack_bot_token="", public_url=url)), "Public address")
    assert public.status is Status.FAILED
    assert "does not answer" in public.says


# ---- Mistral ---------------------------------------------------------------------------------------------------------


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


# ---- Redis -----------------------------------------------------------------------------------------------------------


async def test_a_redis_that_forgets_is_warned_of() -> None:
    async with EmbeddedStore() as own, Redis.from_url(own.url) as redis:
        assert of(await store.check(own.url), "Redis").status is Status.OK
        await redis.config_set("appendonly", "no")
        await redis.config_set("save", "")
        await redis.config_set("maxmemory-policy", "allkeys-lru")
        eviction, persistence = await store.check(own.url)
    assert (eviction.status, persistence.status) == (Status.WARNING, Status.WARNING)
    assert "allkeys-lru" in eviction.says
    assert "noeviction" in eviction.mend
    assert "keeps nothing on disk" in persistence.says
    assert "appendonly" in persistence.mend


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis://:hunter-two@127.0.0.1:1/0", "does not answer"),
        ("http://127.0.0.1", "no usable address"),
        ("redis://127.0.0.1:port/0", "no usable address"),
    ],
)
async def test_a_redis_that_is_not_there_fails(url: str, says: str) -> None:
    [found] = await store.check(url)
    assert found.status is Status.FAILED
    assert says in found.says
    assert "hunter-two" not in str(found)


async def test_a_password_redis_does_not_take_is_told(redis_url: str) -> None:
    [found] = await store.check(redis_url.replace("redis://", "redis://nobody:hunter-two@"))
    assert found.says.endswith("does not let us in.")
    assert "hunter-two" not in str(found)


# ---- agents and their tool servers -----------------------------------------------------------------------------------


async def test_mistakes_in_files_are_told_with_their_line(tmp_path: Path) -> None:
    settings = some_settings(**files_of(tmp_path, AGENT.replace("model:", "modle:")))
    findings = await agents.check(settings, agents.load(settings, {}))
    assert {finding.status for finding in findings} == {Status.FAILED}
    assert any("assistant.md:2: modle:" in finding.says for finding in findings)
    assert any("DEFAULT_AGENT" in finding.says for finding in findings)


async def test_tool_servers_are_started_and_those_that_do_not_start_are_told(tmp_path: Path) -> None:
    servers = {
        "time": {"command": "mcp-server-time", "args": ["--local-timezone", "UTC"]},
        "gone": {"command": "threadwind-no-such-command", "env": {"KEY": "an-inner-secret"}},
        "unused": {"command": "threadwind-no-such-command"},
    }
    agent = AGENT.replace("[time]", "[time, time__no_such_tool, gone]")
    settings = some_settings(**files_of(tmp_path, agent, servers))
    with everything.quiet():
        findings = await tools.check(agents.load(settings, {}))
    time, unknown, gone = findings
    assert (time.status, time.says) == (Status.OK, "starts and offers 2 tools.")
    assert (unknown.status, unknown.says) == (
        Status.WARNING,
        "assistant names time__no_such_tool, which it does not offer.",
    )
    assert (gone.check, gone.status) == ("Tool server gone", Status.FAILED)
    assert "cannot be started" in gone.says


def test_what_servers_are_handed_is_hidden_whoever_says_it(tmp_path: Path) -> None:
    servers = {
        "one": {"command": "one", "env": {"KEY": "an-inner-secret"}},
        "two": {"url": "http://127.0.0.1:1/", "headers": {"authorization": "${OUTER}"}},
    }
    settings = some_settings(**files_of(tmp_path, AGENT, servers), redis_url="redis://:hunter-two@127.0.0.1/0")
    hidden = everything.secrets(settings, agents.load(settings, {"OUTER": "an-outer-secret"}))
    assert {"an-inner-secret", "an-outer-secret", "hunter-two", KEY, "xoxb-playground"} <= set(hidden)
