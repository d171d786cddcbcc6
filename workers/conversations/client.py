"""The Mistral Conversations API behind the port: which call is which request.

`exchange.py` sends, waits and repeats; here each operation gets its path, its body and our own words for its answer.
Streams and their plain twins send the same bodies. The id in the newest answer is the conversation's from then on.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from datetime import timedelta
from functools import partial

import httpx2

from workers.conversations import failures, wire
from workers.conversations.entries import read_entries
from workers.conversations.errors import Vanished
from workers.conversations.exchange import Exchange, path_of
from workers.conversations.http import SILENCE_LIMIT
from workers.conversations.patience import Limits
from workers.conversations.port import Done, Entry, Event, Input, Message, Opening, Stored

PAGE_SIZE = 100
PAGES = 10  # of conversations that `find` looks through

_path = partial(path_of, needs="a conversation id")


class MistralConversations:
    """`http` comes from `http.http_client` and is closed by whoever opened it."""

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        limits: Limits | None = None,
        silence: timedelta = SILENCE_LIMIT,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._exchange = Exchange(http, limits=limits or Limits(), silence=silence, now=now, sleep=sleep, chance=chance)

    def start(self, opening: Opening, inputs: Sequence[Input]) -> AsyncGenerator[Event, None]:
        return self._opened(opening, wire.start(opening, inputs, stream=True).body())

    async def _opened(self, opening: Opening, body: bytes) -> AsyncGenerator[Event, None]:
        """A 404 here is about what the conversation was to be opened with: there is none yet that could be gone."""
        try:
            async with aclosing(self._exchange.streamed("", body)) as events:
                async for event in events:
                    yield event
        except Vanished as error:
            raise failures.of_start(error, opening) from error

    def append(
        self,
        conversation_id: str,
        inputs: Sequence[Input],
        *,
        silent: bool = False,
        handoff_execution: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        body = wire.append(inputs, stream=True, silent=silent, handoff_execution=handoff_execution).body()
        return self._exchange.streamed(_path(conversation_id), body, known_id=conversation_id)

    def branch(
        self,
        conversation_id: str,
        from_entry_id: str,
        inputs: Sequence[Input],
        *,
        metadata: dict[str, str] | None = None,
        handoff_execution: str | None = None,
        agent_version: int | str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The API refuses it for conversations that were never appended to; `recovery.replay` is the way then."""
        body = wire.restart(
            from_entry_id,
            inputs,
            stream=True,
            metadata=metadata,
            handoff_execution=handoff_execution,
            agent_version=agent_version,
        ).body()
        return self._exchange.streamed(_path(conversation_id, "restart"), body)

    async def start_plain(self, opening: Opening, inputs: Sequence[Input]) -> Done:
        return await self._plain("", wire.start(opening, inputs, stream=False))

    async def append_plain(self, conversation_id: str, inputs: Sequence[Input], *, silent: bool = False) -> Done:
        return await self._plain(_path(conversation_id), wire.append(inputs, stream=False, silent=silent))

    async def branch_plain(
        self,
        conversation_id: str,
        from_entry_id: str,
        inputs: Sequence[Input],
        *,
        metadata: dict[str, str] | None = None,
    ) -> Done:
        body = wire.restart(from_entry_id, inputs, stream=False, metadata=metadata)
        return await self._plain(_path(conversation_id, "restart"), body)

    async def _plain(self, path: str, body: wire.Sent) -> Done:
        heard = await self._exchange.posted(path, body.body(), wire.ResponseHeard)
        return Done(heard.conversation_id, read_entries(heard.outputs), heard.usage.to_usage())

    async def get(self, conversation_id: str) -> Stored:
        return (await self._exchange.read(_path(conversation_id), wire.ConversationHeard)).to_stored()

    async def history(self, conversation_id: str) -> list[Entry]:
        heard = await self._exchange.read(_path(conversation_id, "history"), wire.HistoryHeard)
        return list(read_entries(heard.entries))

    async def messages(self, conversation_id: str) -> list[Message]:
        heard = await self._exchange.read(_path(conversation_id, "messages"), wire.MessagesHeard)
        return [entry for entry in read_entries(heard.messages) if isinstance(entry, Message)]

    async def page(self, number: int = 0, *, metadata: dict[str, str] | None = None) -> list[Stored]:
        """The API's list: conversations of the key's owner, `PAGE_SIZE` a page, filtered and ordered by the API."""
        params: dict[str, str | int] = {"page": number, "page_size": PAGE_SIZE}
        if metadata:
            params["metadata"] = json.dumps(metadata, separators=(",", ":"))
        heard = await self._exchange.read("", wire.ConversationsHeard, params)
        return [conversation.to_stored() for conversation in heard.root]

    async def find(self, metadata: dict[str, str]) -> list[str]:
        """Ids of the conversations that carry all of `metadata`, newest first.

        Checked here too: a server that passed over the filter must not give a thread another thread's conversation.
        """
        found: list[Stored] = []
        for number in range(PAGES):
            stored = await self.page(number, metadata=metadata)
            found += [each for each in stored if metadata.items() <= each.metadata.items()]
            if len(stored) < PAGE_SIZE:
                break
        return [each.id for each in sorted(found, key=lambda each: each.created_at, reverse=True)]

    async def delete(self, conversation_id: str) -> None:
        """Fine when it is gone already."""
        await self._exchange.removed(_path(conversation_id))
