"""What differs between a body that the files want and an object as Mistral shows it, field by field, to be read. Rules.

The API adds defaults to what it shows (`strict: false`, `tool_choice: auto`, nulls): what says nothing is
no difference.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

from workers.agents.bodies import FIELDS
from workers.agents.client import Stored

DEFAULTS: Mapping[str, Any] = {"tool_choice": "auto", "action": "none"}  # as the schema has them; empty ones aside
CLEARED: Mapping[str, Any] = {"tools": [], "completion_args": {}}  # every other field is cleared by null
LONGEST = 100  # characters of a value that is shown
MOST_LINES = 40  # of one field; the files have the whole

Name = Callable[[str], str]  # of the agent with an id


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs: what to send, and what to tell a person, `-` as it is, `+` as it should be."""

    field: str
    value: Any
    lines: tuple[str, ...]


def differences(body: Mapping[str, Any], stored: Stored, *, name: Name = str) -> tuple[Change, ...]:
    """What an update must send, in the order of the fields."""
    shown = fields_of(stored)
    return tuple(
        Change(field, body.get(field, CLEARED.get(field)), _lines(field, shown[field], body.get(field), name))
        for field in FIELDS
        if not same(body.get(field), shown[field])
    )


def everything(body: Mapping[str, Any]) -> tuple[Change, ...]:
    """All fields: for an object whose difference does not show."""
    told = ("  (what differs is not shown by Mistral, such as an authorization)",)
    return tuple(Change(field, body.get(field, CLEARED.get(field)), told) for field in FIELDS)


def whole(body: Mapping[str, Any], *, name: Name = str) -> tuple[Change, ...]:
    """All that a new object gets, a line each: the files hold the rest."""
    return tuple(
        Change(field, body[field], (_summed_up(field, body[field], name),)) for field in FIELDS if field in body
    )


def fields_of(stored: Stored) -> dict[str, Any]:
    return {field: list(value) if isinstance(value := getattr(stored, field), tuple) else value for field in FIELDS}


def same(wanted: Any, shown: Any) -> bool:
    """Whether what is shown says the same: it may say more, where that is a default."""
    if isinstance(wanted, Mapping) or isinstance(shown, Mapping):
        wanted, shown = wanted or {}, shown or {}
        if not (isinstance(wanted, Mapping) and isinstance(shown, Mapping)):
            return False
        return all(
            _says_nothing(key, wanted, shown) or same(wanted.get(key), shown.get(key)) for key in {*wanted, *shown}
        )
    if isinstance(wanted, list) or isinstance(shown, list):
        wanted, shown = wanted or [], shown or []
        if not (isinstance(wanted, list) and isinstance(shown, list)):
            return False
        return len(wanted) == len(shown) and all(map(same, wanted, shown))
    if isinstance(wanted, str) and isinstance(shown, str):
        return wanted.strip() == shown.strip()
    return (not wanted and not shown and 0 not in (wanted, shown)) or bool(wanted == shown)


def _says_nothing(key: str, wanted: Mapping[str, Any], shown: Mapping[str, Any]) -> bool:
    """A key of one side alone, with a value that is the default anyway."""
    if key in wanted and key in shown:
        return False
    value = wanted.get(key, shown.get(key))
    return value in (None, "", [], {}) or value is False or DEFAULTS.get(key) == value


# ---- to be read ---------------------------------------------------------------------------------------------------


def _lines(field: str, shown: Any, wanted: Any, name: Name) -> tuple[str, ...]:
    match field:
        case "instructions":
            lines = _text(shown or "", wanted or "")
        case "tools":
            lines = _keyed(_tools(shown), _tools(wanted))
        case "handoffs":
            lines = _members([name(one) for one in shown or ()], [name(one) for one in wanted or ()])
        case "completion_args":
            lines = _keyed(shown or {}, wanted or {})
        case _:
            lines = _values(shown, wanted)
    return tuple(lines[:MOST_LINES]) + (
        (f"  (and {len(lines) - MOST_LINES} lines more)",) if lines[MOST_LINES:] else ()
    )


def _summed_up(field: str, value: Any, name: Name) -> str:
    match field:
        case "instructions":
            lines = value.strip().splitlines()
            return _short(lines[0]) if len(lines) == 1 else f"{len(lines)} lines"
        case "tools":
            return ", ".join(_tools(value))
        case "handoffs":
            return ", ".join(map(name, value))
        case "completion_args":
            return ", ".join(f"{key} {_short(part)}" for key, part in value.items())
        case _:
            return _short(value)


def _text(shown: str, wanted: str) -> list[str]:
    found = unified_diff(shown.strip().splitlines(), wanted.strip().splitlines(), n=1, lineterm="")
    return [f"{line[:1]} {line[1:]}" for line in found if not line.startswith(("---", "+++", "@@"))]


def _values(shown: Any, wanted: Any) -> list[str]:
    sides = (("-", shown), ("+", wanted))
    return [f"{sign} {_short(value)}" for sign, value in sides if value not in (None, "", [], {})]


def _members(shown: Sequence[str], wanted: Sequence[str]) -> list[str]:
    gone = [f"- {one}" for one in shown if one not in wanted]
    new = [f"+ {one}" for one in wanted if one not in shown]
    return [*gone, *new] or [f"  in another order: {', '.join(wanted)}"]


def _keyed(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for key in dict.fromkeys((*shown, *wanted)):
        if _says_nothing(key, wanted, shown) or same(wanted.get(key), shown.get(key)):
            continue
        if isinstance(shown.get(key), Mapping) and isinstance(wanted.get(key), Mapping):
            lines.append(f"~ {key}: {', '.join(_parts(shown[key], wanted[key]))}")
            continue
        lines += [f"{sign} {key}{_said(side[key])}" for sign, side in (("-", shown), ("+", wanted)) if key in side]
    return lines or ["  in another order"]


def _parts(shown: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """The keys whose values differ; values are too long to show, or secret."""
    return [
        key
        for key in dict.fromkeys((*shown, *wanted))
        if not _says_nothing(key, wanted, shown) and not same(wanted.get(key), shown.get(key))
    ]


def _said(value: Any) -> str:
    return "" if isinstance(value, Mapping) else f": {_short(value)}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _tools(tools: Sequence[Mapping[str, Any]] | None) -> dict[str, Any]:
    """Each tool under the name that a person knows it by, without what only frames it."""
    found: dict[str, Any] = {}
    for tool in tools or ():
        function = tool.get("function")
        if isinstance(function, Mapping):
            found[str(function.get("name"))] = {key: value for key, value in function.items() if key != "name"}
        else:
            key = " ".join(str(tool[part]) for part in ("type", "connector_id") if part in tool)
            found[key] = {part: value for part, value in tool.items() if part not in ("type", "connector_id")}
    return found
