"""What one part of an answer is said with: its board, its stream, what is seen of it live, and its whole text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.slack.stream import Reader, Stream
from workers.delivery.board import Board
from workers.delivery.line import Line, budget_keeper
from workers.delivery.live import Live
from workers.delivery.whole import Whole


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    line: Line
    board: Board
    stream: Stream
    live: Live
    whole: Whole


def saying(
    line: Line,
    reader: Reader,
    *,
    streams_text: bool,
    resumed: bool,
    bare: bool,
    rest: Callable[[float], Awaitable[None]],
) -> Saying:
    """The part that `line` names. `rest` sleeps until Slack may be called again."""
    board = Board(line, bare=bare)
    stream = Stream(
        line.slack,
        line.ledger,
        line.thread,
        reader,
        write=line.write,
        before_call=line.before_call,
        slowed=budget_keeper(line.budget, line.thread),
        now=line.now,
        sleep=rest,
        voice=line.voice,
        part=line.part,
    )
    # A stream that an earlier owner opened is not appended to: what it holds is not surely known.
    rows = line.ledger.rows.values()
    inherited = resumed and any(row.kind == "stream" and row.part == line.part for row in rows)
    live = Live(line, board, stream, streams_text=streams_text, is_off=inherited or bare)
    whole = Whole(line, board, stream, live, resumed=resumed)
    return Saying(line=line, board=board, stream=stream, live=live, whole=whole)
