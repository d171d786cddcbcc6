"""The conversations, in memory. A turn is stored when it ends, in one piece: inputs and what was produced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from playground.agents_api.bookkeeping import Ledger
from playground.agents_api.errors import coded, not_found
from playground.agents_api.ids import Json, new_id, now


@dataclass(slots=True)
class Conversation:
    """Set when it starts and then fixed, but for its entries; `described` is what `get` shows.

    The first `replayed` entries came with the start: what they say of handoffs is history, and moves nobody.
    """

    owner: str
    id: str = field(default_factory=lambda: new_id("conv"))
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    model: str | None = None
    agent_id: str | None = None
    agent_version: int | str | None = None
    instructions: str | None = None
    tools: list[Json] = field(default_factory=list)
    completion_args: Json = field(default_factory=dict)
    guardrails: list[Json] | None = None
    name: str | None = None
    description: str | None = None
    metadata: Json | None = None
    entries: list[Json] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)
    tokens: int = 0
    appends: int = 0
    replayed: int = 0

    def described(self) -> Json:
        common: Json = {
            "object": "conversation",
            "id": self.id,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "name": self.name,
            "description": self.description,
            "metadata": self.metadata,
        }
        if self.agent_id is not None:
            return {**common, "agent_id": self.agent_id, "agent_version": self.agent_version}
        return {
            **common,
            "model": self.model,
            "instructions": self.instructions,
            "tools": self.tools,
            "completion_args": self.completion_args,
            "guardrails": self.guardrails,
        }

    def keep(self, entries: Sequence[Json], ledger: Ledger, tokens: int) -> None:
        self.entries.extend(entries)
        self.ledger, self.tokens = ledger, tokens
        self.updated_at = now()

    def moved(self) -> Conversation:
        """A copy under a new id; the old one stays as it is."""
        return replace(self, id=new_id("conv"), entries=list(self.entries), ledger=self.ledger.copy())


class Store:
    def __init__(self) -> None:
        self._conversations: dict[str, Conversation] = {}

    def add(self, conversation: Conversation) -> None:
        self._conversations[conversation.id] = conversation

    def remove(self, id_: str) -> None:
        self._conversations.pop(id_, None)

    def find(self, id_: str, owner: str) -> Conversation:
        """The conversation, for the key that made it: to another key it does not exist."""
        found = self._conversations.get(id_)
        if found is None or found.owner != owner:
            raise not_found("Conversation", id_)
        return found

    def list(self, owner: str, *, page: int, page_size: int, metadata: Json | None) -> list[Conversation]:
        """Newest first; `metadata` must hold every given pair."""
        mine = [one for one in reversed(self._conversations.values()) if one.owner == owner]
        if metadata:
            mine = [one for one in mine if metadata.items() <= (one.metadata or {}).items()]
        return mine[page * page_size : (page + 1) * page_size]

    def every(self) -> Sequence[Conversation]:
        return tuple(self._conversations.values())

    def clear(self) -> None:
        self._conversations.clear()

    def __len__(self) -> int:
        return len(self._conversations)


def until(conversation: Conversation, entry_id: str) -> list[Json]:
    """The entries up to and including `entry_id`, for a restart."""
    if not conversation.appends:
        raise coded(400, "Only conversations that were appended to at least once can be restarted", 3000)
    for index, entry in enumerate(conversation.entries):
        if entry["id"] == entry_id:
            return [dict(one) for one in conversation.entries[: index + 1]]
    raise not_found("Entry", entry_id)
