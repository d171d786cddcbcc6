"""What every listener ends with: the mail it has made goes in, and a full mailbox is told to the writer."""

from __future__ import annotations

import structlog

from bot.listeners.ears import Ears
from bot.slack.payloads import Ignored
from bot.texts import words_for
from bot.threads.models import Accepted, Mail

log = structlog.get_logger()


async def take(ears: Ears, mail: Mail | Ignored, *, follow: bool = False) -> None:
    """Put `mail` in; when this returns, it is stored, a repeat, or not ours. Raises when Redis is away."""
    if isinstance(mail, Ignored):
        log.debug("event.ignored", reason=mail.reason)
        return
    accepted = await ears.inbox.accept(mail, follow=follow)
    log.debug("mail.accepted", thread=str(mail.thread), kind=mail.kind.value, accepted=accepted.value)
    if accepted is Accepted.FULL:
        log.warning("mailbox.full", thread=str(mail.thread))
        ears.afterwards.do("tell the mailbox is full", lambda: _tell_full(ears, mail))


async def _tell_full(ears: Ears, mail: Mail) -> None:
    """In the writer's own language, since nobody else sees it."""
    slack = await ears.installations.slack(mail.thread.team)
    locale = await ears.people.locale_of(mail.thread.team, mail.principal)
    text = words_for(locale).say("mail.full")
    await slack.ephemeral(mail.thread.channel, mail.principal, text=text, thread_ts=mail.thread.root_ts)
