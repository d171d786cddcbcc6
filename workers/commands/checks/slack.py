"""Whether Slack takes our token, granted what the settings need, and can reach us.

https://docs.slack.dev/reference/methods/auth.test names the granted scopes in its header `x-oauth-scopes`. Which events
an app is subscribed to is told to no bot token.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import httpx2
from aiohttp import ClientSession
from pydantic import SecretStr

from bot.catalog import agents, server_files
from bot.settings import Settings
from bot.slack.calls import Calls, open_session
from bot.slack.client import Slack
from bot.slack.commands import slash
from bot.slack.errors import InstallationBroken, NotSupported, Refused, SlackError
from bot.slack.manifest import COMMANDS as OFFERED
from bot.slack.manifest import SCOPES, required_scopes, subscribed_events
from bot.slack.models import Identity
from bot.start import environment
from bot.web.routes import HEALTH_PATH
from workers.commands.checks.finding import Finding, failed, ok, unchecked, warning
from workers.commands.terminal import address, plain
from workers.tools import registered

LIMIT = timedelta(seconds=10)
TOKEN, SCOPE, EVENTS, COMMANDS = "Slack token", "Slack scopes", "Slack events", "Slack commands"
SOCKET, SECRET, PUBLIC = "Socket Mode", "Signing secret", "Public address"
APP = "api.slack.com/apps, your app"
WHERE_TOKENS = f"{APP}, OAuth & Permissions: copy the Bot User OAuth Token (xoxb-…) into SLACK_BOT_TOKEN."
WHERE_SCOPES = (
    f"{APP}, OAuth & Permissions, Bot Token Scopes: add them, then Reinstall to Workspace; or paste what "
    "`threadwind manifest` prints under App Manifest."
)
WHERE_APP_TOKENS = (
    f"{APP}, Basic Information, App-Level Tokens: make one with connections:write and put it into SLACK_APP_TOKEN; "
    "Socket Mode must be on under Socket Mode."
)


async def check(settings: Settings) -> list[Finding]:
    """Everything about Slack, in reading order."""
    way = _over_socket if settings.mode == "socket" else _over_http
    return [*await _token(settings), _events(settings), _commands(settings), *await way(settings)]


async def _token(settings: Settings) -> list[Finding]:
    token = settings.slack_bot_token
    if not token:
        return [unchecked(TOKEN, "there is none.", WHERE_TOKENS)]
    async with open_session(timeout=LIMIT) as session:
        try:
            who = await Slack(_calls(token, session, settings)).auth_test()
        except SlackError as exc:
            return [_refused(TOKEN, "SLACK_BOT_TOKEN", exc, settings, WHERE_TOKENS)]
    if not who.team or not who.user_id:
        return [failed(TOKEN, "Slack knows it, but as no bot's.", WHERE_TOKENS)]
    return [ok(TOKEN, f"the bot is {who.user_id} in {plain(who.team_name)} ({who.team})."), _scopes(settings, who)]


def _scopes(settings: Settings, who: Identity) -> Finding:
    if not who.scopes:
        return warning(SCOPE, "Slack did not say which were granted.", f"Look yourself: {WHERE_SCOPES}")
    known, _ = agents.load(*settings.agents_dir, environment=environment())
    reached, _ = server_files.load(settings.mcp_config, environment())
    functions, _ = registered.load(settings)
    named = (
        *(agent.names_groups for agent in known.values()),
        *(server.names_groups for server in reached.values()),
        *(spec.names_groups for spec in functions.specs.values()),
    )
    needed = partial(required_scopes, settings, user_groups=any(named))
    missing = _without(who, needed(agent_view=False))
    if missing:
        return failed(SCOPE, f"missing: {missing}.", WHERE_SCOPES)
    if missing := _without(who, needed()):
        plain_bot = "Fine for an app that is not declared an agent. Otherwise: "
        return warning(SCOPE, f"missing: {missing}.", plain_bot + WHERE_SCOPES)
    if missing := _without(who, tuple(need.name for need in SCOPES if need.spared)):
        return warning(SCOPE, f"missing: {missing}.", f"The bot works without, in a plainer way. {WHERE_SCOPES}")
    return ok(SCOPE, f"all {len(needed())} that are needed were granted.")


def _without(who: Identity, needed: tuple[str, ...]) -> str:
    why = {need.name: need.why for need in SCOPES}
    return "; ".join(f"{name} ({why[name]})" for name in needed if name not in who.scopes)


def _events(settings: Settings) -> Finding:
    return unchecked(
        EVENTS,
        "a bot's token cannot read which events the app is sent.",
        f"Look at {APP}, Event Subscriptions, Subscribe to bot events. There must be: "
        f"{', '.join(subscribed_events(settings))}.",
    )


def _commands(settings: Settings) -> Finding:
    typed = ", ".join(slash(offered.name, settings.command_prefix) for offered in OFFERED)
    return unchecked(
        COMMANDS,
        "a bot's token cannot read which commands the app has.",
        f"Look at {APP}, Slash Commands. There must be: {typed}. Where another app has such a command, "
        "the one installed last gets it; then set COMMAND_PREFIX.",
    )


async def _over_socket(settings: Settings) -> list[Finding]:
    """Ask for an address to connect to; it is good for one connection, and is not used."""
    token = settings.slack_app_token
    if not token:
        return [unchecked(SOCKET, "there is no app-level token.", WHERE_APP_TOKENS)]
    async with open_session(timeout=LIMIT) as session:
        try:
            answer = await _calls(token, session, settings).form("apps.connections.open", {})
        except SlackError as exc:
            return [_refused(SOCKET, "SLACK_APP_TOKEN", exc, settings, WHERE_APP_TOKENS)]
    if not str(answer.get("url", "")).startswith(("wss://", "ws://")):
        return [failed(SOCKET, "Slack gave no address to connect to.", WHERE_APP_TOKENS)]
    return [ok(SOCKET, "Slack takes SLACK_APP_TOKEN and offers a connection.")]


async def _over_http(settings: Settings) -> list[Finding]:
    where = f"{APP}, Basic Information, App Credentials: copy the Signing Secret into SLACK_SIGNING_SECRET."
    if settings.slack_signing_secret:
        how = "it shows with the first event: a wrong one makes the bot answer 401 and Slack repeat."
        secret = unchecked(SECRET, f"present; whether it is the right one cannot be asked, {how}")
    else:
        secret = unchecked(SECRET, "there is none.", where)
    return [secret, await _public(settings)]


async def _public(settings: Settings) -> Finding:
    if not settings.public_url:
        return unchecked(PUBLIC, "PUBLIC_URL is not set.", "Set it to the https address Slack uses, to have it asked.")
    url = f"{settings.public_url.rstrip('/')}{HEALTH_PATH}"
    mend = "Is the bot running (python -m bot), and does the tunnel or proxy lead to its PORT?"
    try:
        async with httpx2.AsyncClient(timeout=LIMIT.total_seconds(), trust_env=url.startswith("https:")) as client:
            answer = await client.get(url)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as exc:
        return failed(PUBLIC, f"{address(url)} does not answer ({type(exc).__name__}).", mend)
    said = _json(answer)
    if answer.status_code == httpx2.codes.OK and said.get("ok") is True:
        return ok(PUBLIC, f"{address(url)} answers and is well.")
    if isinstance(said.get("problem"), str):
        return failed(PUBLIC, f"the bot answers and is not well: {plain(said['problem'])}", "Mend that first.")
    return failed(PUBLIC, f"{address(url)} answers {answer.status_code}, and not as the bot does.", mend)


def _json(answer: httpx2.Response) -> dict[str, object]:
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _calls(token: SecretStr, session: ClientSession, settings: Settings) -> Calls:
    return Calls(token.get_secret_value(), session=session, base_url=settings.slack_api_url)


def _refused(check: str, name: str, exc: SlackError, settings: Settings, mend: str) -> Finding:
    match exc:
        case InstallationBroken():
            return failed(check, f"Slack does not accept {name} ({exc.code}).", mend)
        case NotSupported() if exc.needed:
            return failed(check, f"{name} lacks the scope {plain(exc.needed)}.", mend)
        case Refused():
            return failed(check, f"Slack refuses what {name} asks for ({plain(exc.code)}).", mend)
        case _:
            where = address(settings.slack_api_url)
            return failed(check, f"{where} cannot be reached ({plain(exc)}).", "Check the network and SLACK_API_URL.")
