"""A begun sign-in as the ticket that is kept while a browser is on its way. A rule: no I/O."""

from __future__ import annotations

from urllib.parse import urlsplit

from bot.connections.models import Principal
from bot.connections.tickets import Ticket
from workers.tools.oauth.flow import Begun


def ticket_for(
    begun: Begun,
    principal: Principal,
    *,
    server: str,
    name: str,
    locale: str,
    thread: str = "",
    turn: str = "",
    tool_call_id: str = "",
    view: str = "",
) -> Ticket:
    """`name` and `locale` are the person's; what waits for it is named by the last four, as a ticket says."""
    return Ticket(
        team=principal.team,
        user=principal.user,
        name=name,
        locale=locale,
        server=server,
        host=urlsplit(begun.url).hostname or "",
        scope=begun.scope,
        url=begun.url,
        state=begun.state,
        verifier=begun.verifier,
        issuer=begun.issuer,
        documents=begun.documents,
        thread=thread,
        turn=turn,
        tool_call_id=tool_call_id,
        view=view,
    )
