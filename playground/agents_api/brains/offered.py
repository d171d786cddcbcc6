"""The function tools that a turn offers, and explicit calls of them: `!tool key=value`. Nothing here guesses."""

from __future__ import annotations

import json
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playground.agents_api.ids import Json

QUOTES = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "‘": "'", "’": "'"})


@dataclass(frozen=True, slots=True)
class Offered:
    name: str
    properties: dict[str, Json]
    required: Sequence[str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why an explicit call was not made; `kind` is a key of the wording, `values` fill it."""

    kind: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Wanted:
    name: str
    arguments: Json


def functions(tools: Sequence[Json]) -> list[Offered]:
    offered = []
    for tool in tools:
        if tool["type"] == "function":
            schema = tool["function"]["parameters"]
            offered.append(Offered(tool["function"]["name"], schema.get("properties", {}), schema.get("required", [])))
    return offered


def fitting(tools: Sequence[Json], part: str, *arguments: str) -> Offered | None:
    """The tool whose name contains `part` and that takes `arguments`."""
    for tool in functions(tools):
        if part in tool.name and all(argument in tool.properties for argument in arguments):
            return tool
    return None


def explicit(line: str, tools: Sequence[Json]) -> Wanted | Mistake:
    """Read `!tool key=value …`; the name in full, or an end of it that only one tool has."""
    offered = functions(tools)
    try:
        words = shlex.split(line.lstrip("!").translate(QUOTES))
    except ValueError:
        return Mistake("open_quote", {})
    if words and words[0] == "tool" and not _called("tool", offered):
        words = words[1:]
    if not words:
        return Mistake("no_tool_named", {"tools": listed(offered)})
    found = _called(words[0], offered)
    if not found:
        return Mistake("unknown_tool", {"name": words[0], "tools": listed(offered)})
    if len(found) > 1:
        return Mistake("ambiguous_tool", {"name": words[0], "tools": listed(found)})
    return _filled(found[0], words[1:])


def _called(name: str, offered: Sequence[Offered]) -> list[Offered]:
    exact = [tool for tool in offered if tool.name == name]
    return exact or [tool for tool in offered if tool.name.endswith(("__" + name, "_" + name))]


def _filled(tool: Offered, words: Sequence[str]) -> Wanted | Mistake:
    arguments: Json = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            return Mistake("no_equals", {"word": word})
        if key not in tool.properties:
            return Mistake("unknown_key", {"key": key, "tool": tool.name, "keys": ", ".join(tool.properties)})
        typed = _typed(value, tool.properties[key])
        if typed is None:
            kind = str(tool.properties[key].get("type"))
            return Mistake("wrong_type", {"key": key, "type": kind, "value": value})
        arguments[key] = typed
    missing = [key for key in tool.required if key not in arguments]
    if missing:
        return Mistake("missing_keys", {"tool": tool.name, "keys": ", ".join(missing)})
    return Wanted(tool.name, arguments)


def _typed(value: str, schema: Json) -> Any:
    """`value` as the schema's type; None when it cannot be that."""
    kind = schema.get("type", "string")
    if kind == "string" or not isinstance(kind, str):
        return value
    try:
        parsed = json.loads(value.lower() if kind == "boolean" else value)
    except ValueError:
        return None
    kinds: dict[str, type | tuple[type, ...]] = {
        "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
    }  # fmt: skip
    fits = isinstance(parsed, kinds.get(kind, object)) and (kind == "boolean" or not isinstance(parsed, bool))
    return parsed if fits else None


def listed(offered: Sequence[Offered]) -> str:
    return ", ".join(f"`{tool.name}`" for tool in offered)
