"""`/connections`: where a person is signed in and what they allowed for longer, in a modal that nobody else sees.

Slack gives a modal three seconds, and only a worker knows what is to be shown: an empty one opens at once, and the
worker that does the errand fills it in.
"""

from __future__ import annotations

import structlog

from bot.listeners.commands import STORE_AWAY, away
from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack import blocks, views
from bot.slack.commands import Command, Reply
from bot.slack.connections import Owner, Pressed, asked
from bot.texts import words_for

log = structlog.get_logger()


async def listed(ears: Ears, body: Body) -> Reply | None:
    """None where a modal opens; else why it does not."""
    command = Command.read(body)
    owner, view, mail = asked(command)
    try:
        await ears.inbox.accept(mail)
    except STORE_AWAY as exc:
        return away(ears, command, exc)
    ears.afterwards.do("open a modal", lambda: _open(ears, command.trigger_id, owner, view))
    return None


async def pressed(ears: Ears, body: Body) -> None:
    await take(ears, Pressed.read(body).to_mail())


async def _open(ears: Ears, trigger_id: str, owner: Owner, view: str) -> None:
    words = words_for(await ears.people.locale_of(owner.team, owner.user))
    slack = await ears.installations.slack(owner.team)
    empty = views.modal(
        words.say("connections.title"),
        blocks.notice(words.say("connections.loading")),
        close=words.say("connections.close"),
        external_id=view,
        private_metadata=str(owner),
    )
    await slack.open_view(trigger_id, empty)
