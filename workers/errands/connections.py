"""CONNECTIONS: where a person is signed in and what they allowed for longer, in their own modal, and what they change.

Always holds: all that is shown or changed is the asker's own. A connection that is ended counts no more at the next
request of any worker, whether or not its server could be told; a revoked yes counts no more at the next call.
"""

from __future__ import annotations

import structlog

from bot.connections.models import Principal
from bot.slack import connections as presses
from bot.slack.text import shown
from workers.errands import connecting, connections_list
from workers.errands.errand import Errand, GivenUp
from workers.tools.oauth.errors import SignInError

NAME_SHOWN = 150

log = structlog.get_logger()


async def show_connections(errand: Errand) -> None:
    """Do what was pressed, then show the list with what came of it; or the link to a sign-in."""
    about, value = errand.mail.about, errand.mail.about["value"]
    page = int(about["page"])
    try:
        match about["act"]:
            case presses.CONNECT:
                await connections_list.fill(errand, await connecting.link(errand, value), page=page)
                return
            case presses.DISCONNECT:
                notice = await _disconnect(errand, value)
            case presses.REVOKE:
                notice = await _revoke(errand, value)
            case _:
                notice, page = "", int(value)
    except GivenUp as given_up:
        notice = errand.words.say(given_up.key, **given_up.values)
    await connections_list.show(errand, notice, page=page)


async def _disconnect(errand: Errand, name: str) -> str:
    """The tokens go from here first: then nothing can use them, whatever the server says."""
    services, principal = errand.services, Principal(errand.thread.team, errand.mail.principal)
    told, server = shown(name, NAME_SHOWN), services.catalogs.now.servers.get(name)
    try:
        signed_in = await services.sign_ins.end(principal, name)
    except SignInError as exc:
        raise GivenUp("connections.try_again", server=told) from exc
    log.info("connection.ended", server=name)
    if signed_in is None:
        return errand.words.say("connections.was_not", server=told)
    try:
        heard = await services.sign_ins.revoke(server, signed_in) if server else False
    except SignInError as exc:
        log.warning("connection.not_revoked", server=name, problem=str(exc))
        heard = False
    return errand.words.say("connections.ended" if heard else "connections.ended_here", server=told)


async def _revoke(errand: Errand, grant_id: str) -> str:
    team, user = errand.thread.team, errand.mail.principal
    found = [grant for grant in await errand.services.grants.of(team, user) if grant.id == grant_id]
    if not await errand.services.grants.revoke(team, user, grant_id) or not found:
        return errand.words.say("connections.grant_gone")
    log.info("grant.revoked", tool=found[0].tool)
    return errand.words.say("connections.revoked", tool=shown(found[0].title or found[0].tool, NAME_SHOWN))
