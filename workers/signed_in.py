"""A person signed in at a server: calls of theirs that wait for just that, in whichever thread, are told to go on."""

from __future__ import annotations

import structlog

from bot.connections.models import Principal
from bot.threads.models import Mail, MailKind, ThreadKey
from workers import waiting
from workers.services import Services

log = structlog.get_logger()


async def tell(services: Services, principal: Principal, server: str, *, by: str, here: ThreadKey) -> None:
    """Wake each thread but `here`, where it is known. `by` names the sign-in, so that a repeat wakes nobody twice."""
    for thread in await waiting.for_sign_in(services, principal, server) - {here}:
        await services.mailbox.accept(
            Mail(
                id=f"signed-in:{by}:{thread}",
                kind=MailKind.SIGNED_IN,
                thread=thread,
                principal=principal.user,
                principal_team=principal.team,
                about={"server": server},
            )
        )
        log.info("sign_in.told", thread=str(thread), server=server)
