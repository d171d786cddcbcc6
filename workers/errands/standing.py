"""What stands between a person and the tools: where they are signed in, and what they allowed for longer, in rows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.approvals.doing import kind
from bot.approvals.grants import Grant
from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.connections.signed_in import SignedIn
from bot.slack.connection_views import Part, Row
from bot.slack.connections import CONNECT, DISCONNECT, REVOKE
from bot.slack.errors import SlackError
from bot.slack.moments import moment
from bot.slack.text import bold, code, shown
from bot.threads.models import ThreadKey
from workers.errands.errand import Errand, GivenUp
from workers.tools.choice import may_use

NAME_SHOWN = 150
SCOPES_SHOWN = 500
LINKS_AT_ONCE = 5


async def parts(errand: Errand) -> list[Part]:
    """All there is to show, connections first."""
    team, user, services = errand.thread.team, errand.mail.principal, errand.services
    principal = Principal(team, user)
    offered = await open_to(errand)
    asking = await services.asks.people(offered.values())
    names = sorted({*asking, *await services.sign_ins.connections.servers_of(principal)})
    kept = services.sign_ins.connections
    connections = [
        await (kept.at(principal, offered[name]) if name in offered else kept.get(principal, name)) for name in names
    ]
    rows = [
        row
        for name, connection in zip(names, connections, strict=True)
        if (row := _server(errand, name, connection, offered.get(name)))
    ]
    grants = await services.grants.tidied(team, user)
    links, promised = await _links(errand, grants), await _promised(errand, grants)
    say = errand.words.say
    return [
        Part(head=say("connections.servers"), rows=rows or [Row(words=say("connections.no_servers"))]),
        Part(
            head=say("connections.grants"),
            rows=[_grant(errand, grant, links, promised) for grant in grants]
            or [Row(words=say("connections.no_grants"))],
        ),
    ]


async def open_to(errand: Errand) -> Mapping[str, Server]:
    """The servers that some agent which this person may use here works with; of others they learn nothing."""
    services = errand.services
    choice = await services.choices.of(errand.thread.team, errand.thread.channel, errand.mail.principal)
    if choice.person is None:
        raise GivenUp("agent.person_unknown")
    agents = list(choice.usable.agents.values())
    servers = services.catalogs.now.servers
    return {name: server for name, server in servers.items() if any(may_use(agent, server) for agent in agents)}


def _server(errand: Errand, name: str, connection: SignedIn | None, server: Server | None) -> Row | None:
    say = errand.words.say
    if connection is None:
        if server is None:
            return None
        words = say("connections.not_connected", server=name)
        return Row(words=words, act=CONNECT, value=name, label=say("connections.connect"))
    words = say("connections.connected", server=name)
    if connection.at:
        words = say("connections.connected_since", server=name, at=_moment(errand, connection.at))
    scopes = [shown(scope, NAME_SHOWN) for scope in connection.scope.split()]
    if scopes:
        words += "\n" + shown(say("connections.rights", scopes=errand.words.names(scopes)), SCOPES_SHOWN)
    return Row(words=words, act=DISCONNECT, value=name, label=say("connections.disconnect"))


def _grant(errand: Errand, grant: Grant, links: Mapping[str, str], promised: Mapping[str, str]) -> Row:
    say, agent = errand.words.say, errand.services.catalogs.now.find(grant.agent)
    words = say(
        f"connections.grant_{kind(grant.does)}" if grant.does else "connections.grant",
        does=shown(grant.does, NAME_SHOWN),
        tool=f"{bold(grant.title or grant.tool, NAME_SHOWN)} ({code(grant.tool, NAME_SHOWN)})",
        agent=shown(agent.display_name if agent else grant.agent, NAME_SHOWN),
    )
    where = say("connections.everywhere")
    if grant.thread:
        link = links.get(grant.thread)
        where = say("connections.in_thread", thread=f"<{link}|{say('connections.a_thread')}>") if link else ""
        where = where or say("connections.in_thread", thread=say("connections.a_thread"))
    if grant.follow_up:
        where = say("connections.in_follow_up", prompt=shown(promised.get(grant.follow_up, ""), NAME_SHOWN))
    held = say("connections.holds", where=where, at=_moment(errand, grant.at))
    return Row(words=f"{words}\n{held}", act=REVOKE, value=grant.id, label=say("connections.revoke"))


async def _promised(errand: Errand, grants: list[Grant]) -> dict[str, str]:
    """What the follow-ups are to do that grants are for, by id."""
    ids = {grant.follow_up for grant in grants if grant.follow_up}
    found = [await errand.services.follow_ups.get(errand.thread.team, one) for one in sorted(ids)]
    return {kept.follow_up.id: kept.follow_up.prompt for kept in found if kept}


async def _links(errand: Errand, grants: list[Grant]) -> dict[str, str]:
    """Where Slack shows the threads that grants are for, as far as it says."""
    room, found = asyncio.Semaphore(LINKS_AT_ONCE), dict[str, str]()

    async def look(thread: ThreadKey) -> None:
        async with room:
            try:
                found[str(thread)] = await errand.slack.permalink(thread.channel, thread.root_ts)
            except SlackError:
                return

    threads = {grant.thread for grant in grants if grant.thread}
    await asyncio.gather(*(look(ThreadKey.parse(thread)) for thread in sorted(threads)))
    return found


def _moment(errand: Errand, at: float) -> str:
    return moment(at, errand.words.time(datetime.fromtimestamp(at).astimezone()))
