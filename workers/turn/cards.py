"""The message of a question in its thread, changed where it stands.

Always holds: one that an earlier owner of the turn posted is changed, too, though that owner ended before it was on
record; nothing that goes wrong with a card at Slack's ends the turn.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.slack import blocks
from bot.slack.errors import SlackError
from bot.slack.ledger import Unread
from workers.turn.scene import Scene

log = structlog.get_logger()


async def change(
    scene: Scene, row: str, words: str, card: blocks.Blocks, *, posted: str, calls: Sequence[str] = ()
) -> bool:
    """Let the message of `row` show `card`; whether Slack took that, or there is no such message.

    `posted` are the words it was posted with, and `calls` whom they were to notify.
    """
    try:
        if ts := await scene.ledger.find(row, text=posted, calls=calls):
            await scene.slack.update(scene.thread.channel, ts, text=words, blocks=card)
    except (SlackError, Unread) as error:
        log.info("card.not_changed", error=str(error) or type(error).__name__)
        return False
    return True
