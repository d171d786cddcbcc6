"""Cards that change while Slack is being told of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import cast

from bot.slack import blocks
from bot.slack.models import Chunks
from bot.slack.stream import Stream
from workers.delivery.board import Board
from workers.delivery.line import Line
from workers.delivery.live import Live

RUNNING = blocks.Task(id="call1", title="time", status="in_progress", details="timezone: Asia/Tokyo", state="runs")
DONE = replace(RUNNING, status="complete", output="16:55", state="done")


class Sent:
    """A stream that takes everything; `meanwhile` happens while it takes the first piece."""

    def __init__(self) -> None:
        self.chunks: list[Chunks] = []
        self.meanwhile: Callable[[], None] = lambda: None

    async def send(self, chunks: Chunks, *, chars: int = 0) -> None:
        self.chunks.append(chunks)
        self.meanwhile()
        self.meanwhile = lambda: None


def card_of(sent: Sent) -> Live:
    # Neither the line nor a real board is asked for anything here.
    board = cast("Board", type("Tasks", (), {"tasks": {}})())
    live = Live(cast("Line", None), board, cast("Stream", sent), streams_text=False, is_off=False)
    live.task(RUNNING)
    return live


async def test_a_card_that_ends_while_its_beginning_is_sent_is_sent_as_ended_too() -> None:
    sent = Sent()
    live = card_of(sent)
    sent.meanwhile = lambda: live.task(DONE)
    await live.send_tasks()
    assert [[chunk["status"] for chunk in chunks] for chunks in sent.chunks] == [["in_progress"], ["complete"]]


async def test_a_card_that_is_as_it_was_sent_is_not_sent_again() -> None:
    sent = Sent()
    live = card_of(sent)
    await live.send_tasks()
    await live.send_tasks()
    assert len(sent.chunks) == 1
