"""A conversation as we keep it, for agents with `store: false`: Mistral keeps nothing, so each request says all of it.

What was answered so far stands sealed in the thread's record and is written in the same step as the rest of an answer;
what is asked next follows it. Words, calls and results are kept; reasoning, sources and files are not: some models
refuse the former, and the latter stay where they were posted.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from bot.threads.models import ThreadKey
from bot.vault import Vault
from workers.conversations.port import Call, Called, Entry, Input, Result, Say
from workers.conversations.recovery import replay

LIMIT = 300_000  # characters, about 75,000 tokens; then the oldest messages are left out
CLOSED = "[These calls were closed without an answer.]"
FIELD = "transcript"  # of the thread's record


class Transcript:
    """Of one thread. Raises `bot.vault.Unreadable` when its key is gone, `NoKeys` when there never was one."""

    def __init__(self, vault: Vault, thread: ThreadKey, sealed: str | None) -> None:
        self._vault = vault
        self._place = str(thread)
        self.items: list[Input] = (
            [_load(item) for item in json.loads(vault.unseal(sealed, place=self._place))] if sealed else []
        )

    def sealed(self) -> str:
        return self._vault.seal(json.dumps([_dump(item) for item in self.items], ensure_ascii=False), place=self._place)

    def add(self, asked: Iterable[Input], answered: Sequence[Entry]) -> None:
        """One request that was answered: what it asked, what came. Files stay along for as long as this turn lasts."""
        self.items += asked
        calls = [entry for entry in answered if isinstance(entry, Call) and not entry.decided]
        self.items += replay([entry for entry in answered if entry not in calls])
        self.items += [Called(call.tool_call_id, call.name, call.arguments) for call in calls]
        self.items = _newest(self.items)

    def close(self, results: Iterable[Result]) -> None:
        """Answer calls that were left open, so that a message may follow them. Those of nobody are passed over."""
        answered = {item.tool_call_id for item in self.items if isinstance(item, Result)}
        asked = {item.tool_call_id for item in self.items if isinstance(item, Called)} - answered
        closed = [result for result in results if result.tool_call_id in asked]
        # A person's message right after a result is refused; where Mistral keeps the conversation, its own silent
        # answer stands between them.
        self.items += [*closed, Say(CLOSED, "assistant")] if closed else []

    def words(self) -> list[Say]:
        """All of it as messages, to begin a conversation with another agent."""
        return [item for item in self.items if isinstance(item, Say)]


def _newest(items: list[Input]) -> list[Input]:
    """The newest items that fit, beginning with a message of the user's: a result without its call is refused."""
    size, begin = 0, len(items)
    for index in range(len(items) - 1, -1, -1):
        size += _size(items[index])
        if size > LIMIT:
            break
        item = items[index]
        if isinstance(item, Say) and item.role == "user":
            begin = index
    return items[begin:] if begin < len(items) else items[_last_question(items) :]


def _last_question(items: list[Input]) -> int:
    """Where the newest user message stands: what is longer than the limit by itself is kept whole."""
    return max((i for i, item in enumerate(items) if isinstance(item, Say) and item.role == "user"), default=0)


def _size(item: Input) -> int:
    match item:
        case Say(text) | Result(_, text):
            return len(text)
        case Called(_, name, arguments):
            return len(name) + len(arguments)
    return 0


def _dump(item: Input) -> dict[str, Any]:
    match item:
        case Say(text, role):
            return {role: text}
        case Called(tool_call_id, name, arguments):
            return {"call": tool_call_id, "name": name, "arguments": arguments}
        case Result(tool_call_id, text):
            return {"result": tool_call_id, "text": text}
    raise TypeError(f"{type(item).__name__} is no part of a transcript")


def _load(item: dict[str, Any]) -> Input:
    if "call" in item:
        return Called(item["call"], item["name"], item["arguments"])
    if "result" in item:
        return Result(item["result"], item["text"])
    [(role, text)] = item.items()
    return Say(text, role)
