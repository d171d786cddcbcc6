"""What was said in a conversation before: by whom, and what. Entries in, sentences out."""

from __future__ import annotations

from collections.abc import Sequence

from playground.agents_api.brains import speakers
from playground.agents_api.brains.port import text_of
from playground.agents_api.brains.understanding import Heard
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.ids import Json

REMEMBERED = 5


def who(entries: Sequence[Json], heard: Heard, *, me: bool) -> str:
    words = WORDS[heard.language]
    if me and heard.who:
        return words["you"].format(name=heard.who)
    names = speakers.in_conversation(entries)
    if me or not names:
        return words["no_names"]
    before_last, last = names[:-1], names[-1]
    listed = f"{', '.join(before_last)} {words['and']} {last}" if before_last else last
    return words["spoke"].format(names=listed)


def before(earlier: Sequence[Json], heard: Heard) -> str:
    """The asker's earlier messages; all of them where nobody has a name."""
    words = WORDS[heard.language]
    texts = [
        part.text
        for entry in earlier
        if entry["type"] == "message.input" and entry["role"] == "user"
        for part in speakers.parts(text_of(entry))
        if part.text and part.who == heard.who
    ]
    if not texts:
        return words["nothing_before"]
    quoted = "\n".join(f"- “{text}”" for text in texts[-REMEMBERED:])
    return f"{words['before']}\n{quoted}"


def was_said(text: str, entries: Sequence[Json]) -> bool:
    return any(text in text_of(entry) for entry in entries if entry["type"] == "message.output")


def last_said(entries: Sequence[Json]) -> str:
    outputs = [entry for entry in entries if entry["type"] == "message.output"]
    return text_of(outputs[-1]) if outputs else ""
