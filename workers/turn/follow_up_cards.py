"""The posts that say what follow-ups a turn made: the thread shows each once, whatever ends the worker in between.

On record before one is made, off it when its post stands.
"""

from __future__ import annotations

import structlog

from bot.slack.errors import SlackError
from bot.slack.ledger import Unread
from workers.follow_ups import confirming
from workers.journal import Journal
from workers.turn.scene import Scene

UNCONFIRMED = "unconfirmed:"  # with an id, the journal's field of one that its thread does not show yet

log = structlog.get_logger()


def expect(journal: Journal, follow_up_id: str) -> None:
    """One is about to be made; with the journal's next write."""
    journal.put({f"{UNCONFIRMED}{follow_up_id}": "1"})


def expect_no_more(journal: Journal, follow_up_id: str) -> None:
    journal.forget(f"{UNCONFIRMED}{follow_up_id}")


async def confirm(scene: Scene) -> None:
    """Show those that their thread does not show yet; what Slack does not take is tried again later in the turn."""
    names = [name for name in scene.journal.fields if name.startswith(UNCONFIRMED)]
    for follow_up_id in (name.removeprefix(UNCONFIRMED) for name in names):
        kept = await scene.services.follow_ups.get(scene.thread.team, follow_up_id)
        try:
            if kept is not None:
                await confirming.confirm(scene, kept.follow_up)
        except (SlackError, Unread) as error:
            log.info("follow_up.unconfirmed", error=str(error))
            continue
        expect_no_more(scene.journal, follow_up_id)
