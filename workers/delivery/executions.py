"""The cards of tools that Mistral runs itself, in plain words. Rules, no I/O.

What is shown comes from the execution's own arguments and result (section 7 of the Agents API's reference), never from
the model's prose. Code that is too long for a card goes into the thread as a file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.slack import blocks
from bot.texts import Words
from workers.conversations.entries import as_json_text
from workers.conversations.port import Entry, Execution, Message, Reference

CODE = "code_interpreter"
LIBRARY = "document_library"
# What a card is called, and which argument says what it is about. Other names are the inner tools of connectors.
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "web_search": ("execution.web_search", ("query", "q")),
    "web_search_premium": ("execution.web_search", ("query", "q")),
    "news_search": ("execution.news_search", ("query", "q")),
    CODE: ("execution.code_interpreter", ()),
    "image_generation": ("execution.image_generation", ("prompt",)),
    LIBRARY: ("execution.document_library", ("query", "q")),
}


@dataclass(frozen=True, slots=True)
class TextFile:
    """Something of ours that is too long for its place, for a file of its own."""

    name: str
    text: str


def card(execution: Execution, words: Words, *, is_done: bool, cited: Iterable[str] = ()) -> blocks.Task:
    """The card of an execution; `cited` are titles of documents that the answer cites from it."""
    title = title_of(execution, words)
    details, output = "", ""
    if execution.name == CODE:
        details, output = code_of(execution)
    elif execution.name == LIBRARY and (titles := list(dict.fromkeys(cited))):
        output = words.say("execution.cited", documents=words.names(titles))
    elif execution.name not in KINDS:
        details = readable(execution.arguments)
    return blocks.Task(
        id=execution.id,
        title=title,
        status="complete" if is_done else "in_progress",
        details=details,
        output=output,
        state=words.say("task.done" if is_done else "task.running", tool=title),
    )


def title_of(execution: Execution, words: Words) -> str:
    """ "Searching the web: euro 2024"; of a connector's inner tool "Using gmail search"."""
    if execution.name not in KINDS:
        return words.say("execution.connector", tool=" ".join(execution.name.replace("_", " ").split()))
    key, about = KINDS[execution.name]
    given = _object(execution.arguments)
    what = next((" ".join(given[name].split()) for name in about if isinstance(given.get(name), str)), "")
    title = words.say(key)
    return words.say("execution.about", title=title, what=what) if what else title


def prompt_of(execution: Execution, words: Words) -> str:
    """What a picture shows, as far as its making says: the prompt, else the tool's title."""
    prompt = _object(execution.arguments).get("prompt")
    return " ".join(prompt.split()) if isinstance(prompt, str) and prompt.strip() else title_of(execution, words)


def code_of(execution: Execution) -> tuple[str, str]:
    """The code that was run and what it printed."""
    code = execution.info.get("code") or _object(execution.arguments).get("code")
    return as_json_text(code), as_json_text(execution.info.get("code_output"))


def long_code(execution: Execution, number: int) -> list[TextFile]:
    """The code and the output of the `number`th run, where the card can only show their beginnings."""
    if execution.name != CODE:
        return []
    code, output = code_of(execution)
    suffix = f"-{number}" if number > 1 else ""
    named = ((f"code{suffix}.py", code), (f"output{suffix}.txt", output))
    return [TextFile(name, text) for name, text in named if len(text) > blocks.TASK_LIMIT]


def cited_in(entries: Iterable[Entry]) -> list[str]:
    """The titles of the library documents that the messages of `entries` cite."""
    return [
        part.title
        for entry in entries
        if isinstance(entry, Message)
        for part in entry.parts
        if isinstance(part, Reference) and part.tool == LIBRARY and part.title
    ]


def readable(words: str) -> str:
    """Arguments or a result for a card: `timezone: Asia/Tokyo`; what is no JSON object stays as it came."""
    try:
        values = json.loads(words or "{}")
    except ValueError:
        return words
    if not isinstance(values, dict):
        return words
    shown = {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in values.items()
    }
    return "\n".join(f"{name}: {value}" for name, value in shown.items())


def _object(arguments: str) -> dict[str, Any]:
    try:
        values = json.loads(arguments or "{}")
    except ValueError:
        return {}
    return values if isinstance(values, dict) else {}
