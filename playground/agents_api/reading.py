"""Looking at conversations, and deleting them."""

from __future__ import annotations

from dataclasses import dataclass

from playground.agents_api.endpoint import Call, Plain
from playground.agents_api.locks import Locks
from playground.agents_api.queries import json_query, number
from playground.agents_api.store import Conversation, Store

PAGE_SIZE, PAGE_SIZE_MAX, PAGE_MAX = 100, 1000, 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """The handlers of `/v1/conversations` that run no model."""

    store: Store
    locks: Locks

    async def get(self, call: Call) -> Plain:
        return Plain(self._found(call).described())

    async def list(self, call: Call) -> Plain:
        found = self.store.list(
            call.owner,
            page=number(call.query, "page", 0, low=0, high=PAGE_MAX),
            page_size=number(call.query, "page_size", PAGE_SIZE, low=1, high=PAGE_SIZE_MAX),
            metadata=json_query(call.query, "metadata"),
        )
        return Plain([conversation.described() for conversation in found])

    async def history(self, call: Call) -> Plain:
        conversation = self._found(call)
        return Plain(
            {
                "object": "conversation.history",
                "conversation_id": conversation.id,
                "entries": conversation.entries,
            }
        )

    async def messages(self, call: Call) -> Plain:
        conversation = self._found(call)
        messages = [entry for entry in conversation.entries if entry["type"].startswith("message.")]
        return Plain({"object": "conversation.messages", "conversation_id": conversation.id, "messages": messages})

    async def delete(self, call: Call) -> Plain:
        conversation = self._found(call)
        self.locks.take(conversation.id)
        self.store.remove(conversation.id)
        self.locks.release(conversation.id)
        return Plain(status=204)

    def _found(self, call: Call) -> Conversation:
        return self.store.find(call.path["conversation_id"], call.owner)
