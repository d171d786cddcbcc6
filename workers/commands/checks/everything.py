"""All checks, side by side, in the order they are read; each has its own time limit and never raises.

Always holds: no secret of the settings or of mcp.json leaves here, whatever a server put into its answer, and nothing
is logged beside the findings.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from pydantic import SecretStr

from bot.catalog.catalog import Catalog
from bot.logs import SHORTEST_SECRET, Redact
from bot.settings import Settings
from bot.start import environment
from workers.commands.checks import agents, mistral, objects, settings, sign_in, slack, store, tools
from workers.commands.checks.finding import Finding, failed, unchecked
from workers.commands.quiet import quiet

REST = "Slack, Mistral, Redis, agents and tools"


async def check() -> list[Finding]:
    """Look at everything that the settings of this environment name."""
    found, findings = settings.read()
    if found is None:
        return [*findings, unchecked(REST, "the settings cannot be read, so nothing else was looked at.")]
    with quiet():
        catalog = agents.load(found, environment())
        groups = await asyncio.gather(
            _safely("Slack", lambda: slack.check(found)),
            _safely("Mistral", lambda: mistral.check(found, catalog)),
            _safely("Redis", lambda: store.check(found.redis_url)),
            _safely("Agents", lambda: agents.check(found, catalog)),
            _safely("Agent objects", lambda: objects.of_settings(found, catalog)),
            _safely("Tool servers", lambda: _tools(found, catalog)),
        )
    sign_ins = sign_in.check(found, catalog.servers.values())
    hide = Redact(secrets(found, catalog))
    return [_cleaned(finding, hide) for group in (findings, *groups, sign_ins) for finding in group]


async def _tools(found: Settings, catalog: Catalog) -> list[Finding]:
    return await tools.check(catalog, found.tools_lock, redis_url=found.redis_url, vault=found.vault)


def secrets(found: Settings, catalog: Catalog) -> list[str]:
    """Everything that must not be shown: also what files hand to servers and connectors, which is often a token."""
    values = [value.get_secret_value() for _, value in found if isinstance(value, SecretStr)]
    if password := re.search(r"//[^/@]*:([^/@]+)@", found.redis_url):
        values.append(password[1])
    for server in catalog.servers.values():
        values += [*server.env.values(), *server.headers.values()]
        values += [value for headers in server.channels.values() for value in headers.values()]
        values += [server.oauth.client_secret] if server.oauth else []
    for agent in catalog.agents.values():
        values += [connector.authorization["value"] for connector in agent.connectors if connector.authorization]
    return [value for value in values if len(value) >= SHORTEST_SECRET]


async def _safely(name: str, work: Callable[[], Awaitable[list[Finding]]]) -> list[Finding]:
    """A bug in one check, or an answer nobody thought of, takes no other check down."""
    try:
        return await work()
    except Exception as exc:
        return [failed(name, f"the check itself broke ({type(exc).__name__}).", "Please report this.")]


def _cleaned(finding: Finding, hide: Redact) -> Finding:
    """`mend` is our own words and file names; `says` may quote what a server answered."""
    says = hide(None, "", {"says": finding.says})["says"]
    return replace(finding, says=_one_line(says), mend=_one_line(finding.mend))


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
