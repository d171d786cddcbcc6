"""What the doctor finds out about Slack: the token, its scopes, and whether Slack can reach us."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.slack.manifest import SCOPES, required_scopes
from playground import serving
from playground.slack import app as slack_app
from playground.slack.settings import Settings as SlackSettings
from playground.slack.standin import Standin
from tests.workers.commands.checking import NOWHERE, SECRETS, of, some_settings
from workers.commands.checks import slack
from workers.commands.checks.finding import Status

SPARED = {need.name for need in SCOPES if need.spared}


@pytest.fixture
async def workspace() -> AsyncIterator[tuple[Standin, str]]:
    async with slack_app.running(SlackSettings()) as (standin, url):
        yield standin, f"{url}/api/"


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
    standin.grant.scopes = frozenset(required_scopes(some_settings())) | SPARED
    plain = await slack.check(some_settings(slack_api_url=url))
    follows = await slack.check(some_settings(slack_api_url=url, replies_without_mention=True))
    assert of(plain, "Slack scopes").status is Status.OK
    assert of(follows, "Slack scopes").status is Status.FAILED
    assert "channels:history" in of(follows, "Slack scopes").says
    assert "message.channels" in of(follows, "Slack events").mend


async def test_a_scope_that_can_be_done_without_is_only_warned_of(workspace: tuple[Standin, str]) -> None:
    standin, url = workspace
    standin.grant.scopes = frozenset(required_scopes(some_settings()))
    scopes = of(await slack.check(some_settings(slack_api_url=url)), "Slack scopes")
    assert scopes.status is Status.WARNING
    assert "chat:write.customize (to let an agent speak" in scopes.says


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
