"""How Slack's messages look on a screen of lines: blocks, the chunks of a stream, cards of tools, names of speakers."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from workers.commands.talking.screen import Screen

STATES = {"in_progress": "…", "complete": "done", "error": "failed", "pending": "waits"}
SHOWN = frozenset({"markdown", "section", "context", "task_card", "actions"})  # other blocks: the message's fallback


@dataclass(frozen=True, slots=True)
class Button:
    """A button of a message that stands."""

    message_ts: str
    action_id: str
    label: str
    value: str


class Drawing:
    """Everything that one thread shows, in the order in which it comes; what was shown cannot be changed."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._speaker = ""
        self._cards: dict[str, str] = {}  # the last line of each

    def speaks(self, username: object) -> None:
        """Another name than before is said once."""
        speaker = str(username or "")
        if speaker and speaker != self._speaker:
            self._screen.aside(f"{speaker}:")
        self._speaker = speaker

    def message(self, message: Mapping[str, Any]) -> None:
        blocks = message.get("blocks") or []
        if blocks and all(block["type"] in SHOWN for block in blocks):
            self.blocks(blocks)
        else:
            self._screen.aside(str(message.get("text") or ""))

    def blocks(self, blocks: Iterable[Mapping[str, Any]]) -> None:
        for block in blocks:
            match block["type"]:
                case "markdown":
                    self._screen.answer(block["text"])
                    self._screen.end()
                case "section":
                    self._screen.aside(block["text"]["text"])
                case "context":
                    self._screen.aside(" ".join(element.get("text", "") for element in block["elements"]))
                case "task_card":
                    self._card(block["task_id"], block)

    def chunks(self, chunks: Iterable[Mapping[str, Any]]) -> str:
        """More of a stream; the text in it."""
        text = ""
        for chunk in chunks:
            if chunk["type"] == "markdown_text":
                text += chunk["text"]
                self._screen.answer(chunk["text"])
            elif chunk["type"] == "task_update":
                self._card(chunk["id"], chunk)
        return text

    def end(self) -> None:
        self._screen.end()

    def aside(self, words: str) -> None:
        self._screen.aside(words)

    def _card(self, task_id: str, card: Mapping[str, Any]) -> None:
        line = f"[{card.get('title', task_id)}: {STATES.get(card['status'], card['status'])}]"
        if self._cards.get(task_id) != line:
            self._cards[task_id] = line
            self._screen.aside(line)


def words_of(message: Mapping[str, Any]) -> str:
    """What a message shows, to tell whether it changed."""
    blocks = [block for block in message.get("blocks") or [] if block["type"] in ("markdown", "section")]
    return json.dumps(blocks) if blocks else str(message.get("text"))


def buttons_of(ts: str, message: Mapping[str, Any]) -> Iterator[Button]:
    for block in message.get("blocks") or []:
        for element in block.get("elements", ()) if block.get("type") == "actions" else ():
            label = element.get("text", {}).get("text", "")
            yield Button(ts, element.get("action_id", ""), label, element.get("value", ""))
