"""Short words for the tests: openings, and listening to a stream to its end."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

from workers.conversations.errors import ConversationError
from workers.conversations.port import Done, Entry, Event, FunctionTool, Message, Opening

OPENING = Opening(
    model="mistral-medium-latest",
    instructions="Be brief.",
    tools=(
        FunctionTool(
            name="time__convert",
            description="Converts a time.",
            parameters={"type": "object", "properties": {"to": {"type": "string"}}, "required": ["to"]},
        ),
    ),
    completion_args={"temperature": 0.3},
    metadata={"team": "T1", "channel": "C1", "thread": "1731.0001", "turn": "9f3"},
    name="T1 C1 1731.0001",
)

E = TypeVar("E")
X = TypeVar("X", bound=ConversationError)


async def everything(stream: AsyncGenerator[Event, None]) -> list[Event]:
    async with aclosing(stream) as events:
        return [event async for event in events]


async def until(stream: AsyncGenerator[Event, None], kind: type[E]) -> E:
    """The first event of `kind`; the rest of the stream is not listened to."""
    async with aclosing(stream) as events:
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError(f"no {kind.__name__} came")


async def done(stream: AsyncGenerator[Event, None]) -> Done:
    last = (await everything(stream))[-1]
    assert isinstance(last, Done)
    return last


async def failed(stream: AsyncGenerator[Event, None], kind: type[X]) -> tuple[list[Event], X]:
    """What came before the stream raised `kind`, and the error."""
    heard: list[Event] = []
    try:
        async with aclosing(stream) as events:
            async for event in events:
                heard.append(event)  # noqa: PERF401  # kept when the next one raises
    except kind as error:
        return heard, error
    raise AssertionError(f"no {kind.__name__} was raised")


def said(entries: list[Entry] | tuple[Entry, ...]) -> list[str]:
    """The messages, as `user: hi`."""
    return [f"{entry.speaker}: {entry.text}" for entry in entries if isinstance(entry, Message)]
