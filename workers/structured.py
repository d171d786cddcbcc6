"""Answers in a form of their own (structured output): read, checked against the agent's schema, and made readable.

Rules, no I/O. Section 8 of the Agents API's reference: the answer is JSON text in the last message. What is shown is
Markdown: fields as a list, rows as a table, the rest as lists in lists; the JSON itself goes along as a file.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from jsonschema import validators
from jsonschema.exceptions import SchemaError, UnknownType, best_match
from referencing import Registry
from referencing.exceptions import Unresolvable

from bot.catalog.agents import Agent
from bot.slack.text import shortened
from bot.texts import Words
from workers.delivery.executions import TextFile
from workers.delivery.written import literal

FAULT_LIMIT = 300  # characters of what is wrong; the message quotes the answer
TABLE_ROWS, TABLE_COLUMNS = 50, 12  # more is for the file
LEVELS = 6  # of lists in lists
_FENCE = re.compile(r"\A```\w*\n(.*)\n```\Z", re.DOTALL)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Form:
    """What an agent's answers look like; `schema` None: any JSON."""

    name: str
    schema: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """An answer as a value, if it `is_json`. `fault` says what is wrong with it, in the words of JSON Schema."""

    value: Any = None
    fault: str = ""
    is_json: bool = False


def form_of(agent: Agent) -> Form | None:
    """The form of the agent's answers, None for plain text."""
    wanted = agent.completion_args.get("response_format") or {}
    match wanted.get("type"):
        case "json_object":
            return Form(agent.name)
        case "json_schema":
            given = wanted.get("json_schema") or {}
            schema = given.get("schema")
            return Form(str(given.get("name") or agent.name), schema if isinstance(schema, dict) else None)
    return None


def read(text: str, form: Form) -> Read:
    """The value that `text` holds, and what is wrong with it."""
    text = text.strip()
    if fenced := _FENCE.match(text):
        text = fenced[1]
    try:
        value = json.loads(text)
    except ValueError as error:
        return Read(fault=f"not valid JSON: {shortened(str(error), FAULT_LIMIT)}")
    return Read(value, _fault(value, form.schema), is_json=True)


def _fault(value: Any, schema: dict[str, Any] | None) -> str:
    if schema is None:
        return ""
    checker = validators.validator_for(schema, default=validators.validator_for({}))
    try:
        # A registry of its own: a schema that refers to an address elsewhere fetches nothing.
        error = best_match(checker(schema, registry=Registry()).iter_errors(value))
    except (SchemaError, UnknownType, Unresolvable, re.error) as broken:
        log.warning("schema.unusable", error=type(broken).__name__)
        return ""  # the operator's mistake: nothing to ask the model about
    if error is None:
        return ""
    place = "/".join(str(step) for step in error.absolute_path)
    return shortened(f"{place}: {error.message}" if place else str(error.message), FAULT_LIMIT)


def ask_again(fault: str) -> str:
    """What the model is told; nobody else reads it."""
    return (
        "Your last answer does not follow the required format, so a program cannot read it. "
        f"What is wrong: {fault}. Send the whole answer again as JSON that follows the schema, and nothing else."
    )


def file_of(found: Read, form: Form) -> TextFile | None:
    """The JSON as a file."""
    if not found.is_json:
        return None
    name = re.sub(r"[^\w-]+", "-", form.name).strip("-") or "answer"
    return TextFile(f"{name}.json", json.dumps(found.value, ensure_ascii=False, indent=2) + "\n")


# ---- shown ----------------------------------------------------------------------------------------------------------


def shown(value: Any, words: Words) -> str:
    """The value as Markdown."""
    if isinstance(value, dict):
        return _fields(value, words) or words.say("structured.empty")
    if isinstance(value, list):
        return (
            _rows(value, words)
            if _is_table(value)
            else "\n".join(_items(value, words, 0)) or words.say("structured.empty")
        )
    return _scalar(value, words)


def _fields(value: Mapping[str, Any], words: Words) -> str:
    """An object's fields as a list; those that are tables follow it, under their names."""
    lines: list[str] = []
    tables: list[str] = []
    for name, field in value.items():
        if _is_table(field):
            tables.append(f"**{_name(name)}**\n\n{_rows(field, words)}")
        else:
            lines += _field(name, field, words, 0)
    return "\n\n".join(filter(None, ["\n".join(lines), *tables]))


def _field(name: str, value: Any, words: Words, level: int) -> Iterator[str]:
    lead = f"{'  ' * level}- **{_name(name)}:**"
    if isinstance(value, dict | list) and value and level < LEVELS:
        yield lead
        yield from _items(value, words, level + 1)
    else:
        yield f"{lead} {_scalar(value, words)}"


def _items(value: Mapping[str, Any] | Sequence[Any], words: Words, level: int) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, field in value.items():
            yield from _field(name, field, words, level)
        return
    for number, item in enumerate(value, 1):
        if isinstance(item, dict | list) and item and level < LEVELS:
            yield f"{'  ' * level}- {number}"
            yield from _items(item, words, level + 1)
        else:
            yield f"{'  ' * level}- {_scalar(item, words)}"


def _is_table(value: Any) -> bool:
    """Whether it is rows: objects without anything inside their fields."""
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) and row for row in value):
        return False
    flat = all(not isinstance(cell, dict | list) for row in value for cell in row.values())
    return flat and len(_columns(value)) <= TABLE_COLUMNS


def _columns(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _rows(rows: Sequence[Mapping[str, Any]], words: Words) -> str:
    columns = _columns(rows)
    lines = [_row(_name(column) for column in columns), _row("---" for _ in columns)]
    lines += [_row(_scalar(row[name], words) if name in row else "" for name in columns) for row in rows[:TABLE_ROWS]]
    if len(rows) > TABLE_ROWS:
        lines += ["", words.say("structured.more", count=len(rows) - TABLE_ROWS)]
    return "\n".join(lines)


def _row(cells: Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _name(name: str) -> str:
    """`total_price` as "Total price"."""
    plain = " ".join(name.replace("_", " ").split())
    return literal(plain[:1].upper() + plain[1:]) or literal(name) or "-"


def _scalar(value: Any, words: Words) -> str:
    match value:
        case None:
            return "–"
        case bool():
            return words.say("structured.yes" if value else "structured.no")
        case str():
            return literal(" ".join(value.split())) or "–"
        case [] | {}:
            return "–"
    return literal(json.dumps(value, ensure_ascii=False))
