"""The files in a tool's answer, for people: one row of the ledger for each, by the call and its number.

They stand in the thread, or, where they were read with a person's own sign-in, in that person's direct messages.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog

from bot.slack.errors import SlackError
from bot.slack.filenames import IMAGES
from bot.slack.ledger import Unread
from workers.delivery.delivery import Delivery
from workers.tools.specs import ToolFile

log = structlog.get_logger()


async def bring(
    delivery: Delivery, tool_call_id: str, title: str, files: Sequence[ToolFile], *, alone: str | None = None
) -> list[str]:
    """Each once, whoever repeats it; the names of those that could not be brought. `alone`: for that person only."""
    lost = []
    for number, file in enumerate(files, 1):
        if delivery.is_muted:  # somebody said stop
            lost.append(file.name)
            continue
        is_image = file.name.rpartition(".")[2] in IMAGES
        alt = delivery.words.say("file.of_tool", tool=title) if is_image else None
        try:
            await delivery.file(
                f"call:{tool_call_id}:{number}", file.name, file.content, title=file.name, alt_text=alt, alone=alone
            )
        except (SlackError, Unread) as error:
            log.warning("file.failed", error=str(error))
            lost.append(file.name)
    return lost
