"""A sign-in that no call waits for: the private link in the modal, and what the browser brought back (CONNECTED)."""

from __future__ import annotations

import structlog

from bot.catalog.servers import Server
from bot.connections import addresses
from bot.connections.models import Principal
from bot.connections.tickets import DENIED, Ticket
from bot.slack import blocks, connection_views
from bot.slack.errors import SlackError
from bot.threads.models import ThreadKey
from workers import signed_in
from workers.errands import connections_list, standing
from workers.errands.errand import Errand, GivenUp
from workers.tools.errors import ToolError
from workers.tools.oauth.errors import SignInError
from workers.tools.oauth.flow import Begun
from workers.tools.oauth.tickets import ticket_for

log = structlog.get_logger()


async def link(errand: Errand, name: str) -> blocks.Blocks:
    """What the modal shows: what will be accessed, and the button that leads there.

    `GivenUp` where that is not possible.
    """
    settings, say = errand.services.settings, errand.words.say
    server = (await standing.open_to(errand)).get(name)
    if server is None or not server.takes_sign_in:
        raise GivenUp("connections.unknown", server=name)
    if not errand.services.sign_ins.connections.can_keep:
        raise GivenUp("connections.no_keys", server=name)
    begun = await _begun(errand, server)
    secret = await _offered(errand, server, begun)
    scopes = errand.words.names(begun.scope.split()) if begun.scope else say("sign_in.page.no_scopes")
    lines = [say("connections.link", server=name, scopes=scopes), say("connections.part_of_threads")]
    if settings.public_url is None:
        lines.append(say("sign_in.this_machine"))
    return connection_views.link(
        "\n".join(lines),
        label=say("sign_in.button", server=name),
        url=addresses.link(settings, secret),
        back=say("connections.back"),
        number=int(errand.mail.about["page"]),
    )


async def _begun(errand: Errand, server: Server) -> Begun:
    services, name, principal = errand.services, server.name, _principal(errand)
    try:
        need = await services.asks.need(server, principal)
        if need is None:
            raise GivenUp("connections.not_needed", server=name)
        return await services.sign_ins.begin(
            server, principal, need, redirect_uri=addresses.callback(services.settings)
        )
    except ToolError as exc:
        log.warning("sign_in.cannot_ask", server=name, problem=str(exc))
        raise GivenUp("connections.unreachable", server=name) from exc
    except SignInError as exc:
        log.warning("sign_in.cannot_begin", server=name, problem=str(exc))
        raise GivenUp(f"connections.{exc.key.removeprefix('sign_in.')}", server=name) from exc


async def _offered(errand: Errand, server: Server, begun: Begun) -> str:
    principal = _principal(errand)
    person = await errand.services.people.person(principal.team, principal.user)
    return await errand.services.tickets.offer(
        ticket_for(
            begun,
            principal,
            server=server.name,
            name=person.name if person else principal.user,
            locale=errand.words.locale,
            thread=str(ThreadKey.errand(principal.team, errand.thread.channel, begun.state)),
            view=errand.mail.about["view"],
        )
    )


def _principal(errand: Errand) -> Principal:
    return Principal(errand.thread.team, errand.mail.principal)


async def connect(errand: Errand) -> None:
    """Keep what the browser brought; its person is told in the modal or, where that was closed, by direct message."""
    ticket = await errand.services.tickets.take(errand.mail.about["answer"])
    if ticket is None or ticket.principal != _principal(errand):
        return  # a repeat: another worker took it, and says what came of it
    words = await _kept(errand, ticket)
    if await connections_list.show(errand, words):
        return
    try:
        await errand.slack.post(await errand.slack.open_dm(errand.mail.principal), text=words)
    except SlackError as error:
        log.warning("errand.untold", error=str(error))


async def _kept(errand: Errand, ticket: Ticket) -> str:
    say, server = errand.words.say, errand.services.catalogs.now.servers.get(ticket.server)
    if ticket.error or server is None:
        key = "denied" if ticket.error == DENIED else "unusable"
        return say(f"connections.{key}", server=ticket.server)
    try:
        await errand.services.sign_ins.finish(
            server,
            ticket.principal,
            ticket.documents,
            code=ticket.code,
            verifier=ticket.verifier,
            iss=ticket.iss,
        )
    except SignInError as exc:
        log.warning("sign_in.cannot_finish", server=server.name, problem=str(exc))
        return say(f"connections.{exc.key.removeprefix('sign_in.')}", server=ticket.server)
    by = errand.mail.about["answer"]
    await signed_in.tell(errand.services, ticket.principal, server.name, by=by, here=errand.thread)
    return say("connections.done", server=ticket.server)
