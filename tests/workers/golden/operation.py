"""One thing that is asked of Mistral, in our adapter's words and in the official SDK's."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from mistralai.client import Mistral
from mistralai.client.utils.eventstreaming import EventStreamAsync

from tests.workers.conversations.heard import everything
from workers.conversations.port import Event


@dataclass(frozen=True, kw_only=True)
class Operation:
    """`method` is the adapter's; `theirs` is the SDK's call for the same intent. Each makes one request."""

    intent: str
    method: str
    ours: Callable[[httpx2.AsyncClient], Awaitable[object]]
    theirs: Callable[[Mistral], Awaitable[object]]


async def heard(stream: AsyncGenerator[Event, None]) -> object:
    return await everything(stream)


async def listened(stream: Awaitable[EventStreamAsync[Any]]) -> object:
    async with await stream as events:
        return [event async for event in events]
