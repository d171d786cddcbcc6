"""The modal of a person's connections and standing yeses, filled in: the list, or what a press led to."""

from __future__ import annotations

from bot.slack import blocks, connection_views, views
from bot.slack.connections import Owner
from workers.errands import modal, standing
from workers.errands.errand import Errand, GivenUp


async def show(errand: Errand, notice: str, *, page: int = 1) -> bool:
    """Fill in the list; whether its modal is still open."""
    say = errand.words.say
    try:
        body, page = connection_views.page(
            await standing.parts(errand),
            page,
            notice=notice,
            note=say("connections.private"),
            earlier=say("button.earlier"),
            more=say("button.more"),
        )
    except GivenUp as given_up:
        body = blocks.notice(say(given_up.key, **given_up.values))
    return await fill(errand, body, page=page)


async def fill(errand: Errand, body: blocks.Blocks, *, page: int) -> bool:
    owner = Owner(errand.thread.team, errand.thread.channel, errand.mail.principal, page)
    view = views.modal(
        errand.words.say("connections.title"),
        body,
        close=errand.words.say("connections.close"),
        external_id=errand.mail.about["view"],
        private_metadata=str(owner),
    )
    return await modal.fill(errand, view)
