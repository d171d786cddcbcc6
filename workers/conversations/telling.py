"""A conversation's entries for people to read: as lines, as Markdown, as JSON. Rules, no I/O.

What a call was given and what came back may be one person's: they are told only where `with_calls` says so. Reasoning
is no part of what was said, and is never told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workers.conversations.port import (
    Answer,
    Call,
    Called,
    Entry,
    Execution,
    FileMade,
    Handoff,
    Input,
    Message,
    Other,
    Part,
    Reference,
    Result,
    Say,
    Speaker,
    Text,
    Thinking,
)

HIDDEN = "…"
# Mistral's own tools, which act for nobody; any other name is a tool inside a connector, which somebody signed in to.
FOR_NOBODY = frozenset(
    ("web_search", "web_search_premium", "news_search", "code_interpreter", "image_generation", "document_library")
)


@dataclass(frozen=True, slots=True)
class Told:
    """One line: what kind of entry (`user`, `assistant`, `call`, `result`, `tool`, `handoff`, `other`), its words.

    `name` is the tool's or the agent's; of the agent that began the conversation it is empty.
    """

    kind: str
    name: str
    words: str

    @property
    def is_code(self) -> bool:
        """Whether its words are a program's and nobody's."""
        return self.kind in ("call", "result", "tool")


def told(history: Iterable[Entry], *, with_calls: bool) -> list[Told]:
    names = {}
    lines = []
    speaker = ""
    for entry in history:
        match entry:
            case Message():
                name = speaker if entry.speaker is Speaker.ASSISTANT else ""
                lines.append(Told(entry.speaker.value, name, "".join(map(_words, entry.parts)).strip()))
            case Call():
                names[entry.tool_call_id] = entry.name
                lines.append(Told("call", entry.name, entry.arguments if with_calls else HIDDEN))
            case Answer():
                name = names.get(entry.tool_call_id, "")
                lines.append(Told("result", name, entry.text if with_calls else HIDDEN))
            case Execution():
                shown = with_calls or entry.name in FOR_NOBODY
                lines.append(Told("tool", entry.name, entry.arguments if shown else HIDDEN))
            case Handoff():
                speaker = entry.to_name
                lines.append(Told("handoff", entry.to_name, ""))
            case Other():
                lines.append(Told("other", entry.type, ""))
    return lines


def kept(items: Iterable[Input]) -> list[Entry]:
    """A transcript of ours as entries, which have no ids."""
    entries: list[Entry] = []
    for item in items:
        match item:
            case Say(text, role):
                entries.append(Message(id="", speaker=Speaker(role), parts=(Text(text),)))
            case Called(tool_call_id, name, arguments):
                entries.append(Call(id="", tool_call_id=tool_call_id, name=name, arguments=arguments))
            case Result(tool_call_id, text):
                entries.append(Answer(id="", tool_call_id=tool_call_id, text=text))
    return entries


def as_markdown(title: str, lines: Sequence[tuple[str, Told]]) -> str:
    """Each line is who and what; tool calls and results come as code, so that nothing in them is drawn."""
    parts = [f"# {title}"]
    for who, line in lines:
        parts.append(f"## {who}")
        if line.words:
            parts.append(_fenced(line.words) if line.is_code else line.words)
    return "\n\n".join(parts) + "\n"


def _fenced(words: str) -> str:
    """As a block of code that the words cannot end."""
    fence = "`" * max([3, *(len(run) + 1 for run in re.findall("`+", words))])
    return f"{fence}\n{words}\n{fence}"


def as_json(conversation_id: str, history: Sequence[Entry], *, with_calls: bool) -> str:
    entries = [_plain(entry, with_calls) for entry in history]
    return json.dumps({"conversation_id": conversation_id, "entries": entries}, ensure_ascii=False, indent=2) + "\n"


def _plain(entry: Entry, with_calls: bool) -> dict[str, Any]:
    body = {"type": type(entry).__name__.lower(), **asdict(entry)}
    if isinstance(entry, Other):
        return {"type": entry.type} | ({"raw": entry.raw} if with_calls else {})
    if isinstance(entry, Message):
        parts = [part for part in entry.parts if not isinstance(part, Thinking)]
        body["parts"] = [{"type": type(part).__name__.lower(), **asdict(part)} for part in parts]
    if not with_calls and isinstance(entry, Call | Answer):
        body["arguments" if isinstance(entry, Call) else "text"] = HIDDEN
    if not with_calls and isinstance(entry, Execution) and entry.name not in FOR_NOBODY:
        body |= {"arguments": HIDDEN, "info": {}}
    return body


def _words(part: Part) -> str:
    match part:
        case Text(text):
            return text
        case Reference(title=title, url=url):
            return f" [{title}]({url})" if url else f" [{title}]"
        case FileMade():
            return f" [{part.file_name or part.file_id}]"
        case Other():
            return f" [{part.type.removesuffix('_url')}]"
    return ""
