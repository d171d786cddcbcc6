"""The form that an MCP server asks a person to fill in: a flat object of plain fields. Rules only, no I/O.

Always holds: a form is taken whole or not at all, so that nobody fills in half of what a server wants.
https://modelcontextprotocol.io/specification/2025-11-25/client/elicitation
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["text", "number", "integer", "boolean", "choice", "choices"]

MOST_FIELDS = 40
MOST_OPTIONS = 100  # of one field, as Slack shows them
FORMATS = ("email", "uri", "date", "date-time")


class Unusable(ValueError):
    """A form that cannot be shown. Says which field and why, for the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field. `least` and `most` are a number's bounds, a text's lengths, or how many may be chosen.

    `options` are values with their titles. A `default` that does not fit the field is none.
    """

    name: str
    kind: Kind
    label: str
    hint: str = ""
    required: bool = False
    default: Any = None
    options: tuple[tuple[str, str], ...] = ()
    format: str = ""
    least: float | None = None
    most: float | None = None


def fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The form's fields in its order. Raises `Unusable`."""
    properties, required = schema.get("properties", {}), schema.get("required") or []
    if not isinstance(properties, Mapping) or not isinstance(required, list):
        raise Unusable("it has no fields")
    if len(properties) > MOST_FIELDS:
        raise Unusable(f"it has {len(properties)} fields, and {MOST_FIELDS} can be shown")
    return tuple(_field(str(name), given, required=name in required) for name, given in properties.items())


def _field(name: str, given: object, *, required: bool) -> Field:
    if not isinstance(given, Mapping):
        raise Unusable(f'the field "{name[:50]}" is not described')
    told = _without_null(given)
    kind, options = _kind(name, told)
    least, most = _bounds(told, kind)
    default = given.get("default", told.get("default"))
    return Field(
        name=name,
        kind=kind,
        label=str(given.get("title") or told.get("title") or name),
        hint=str(given.get("description") or told.get("description") or ""),
        required=required,
        default=default if _fits(default, kind, options) else None,
        options=options,
        format=told["format"] if kind == "text" and told.get("format") in FORMATS else "",
        least=least,
        most=most,
    )


def _without_null(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a field may hold beside nothing: some libraries say that with `anyOf`."""
    others = [each for each in given.get("anyOf") or [] if isinstance(each, Mapping) and each.get("type") != "null"]
    return others[0] if len(others) == 1 else given


def _kind(name: str, told: Mapping[str, Any]) -> tuple[Kind, tuple[tuple[str, str], ...]]:
    match told.get("type"):
        case "string":
            options = _options(name, told)
            return ("choice", options) if options else ("text", ())
        case "number":
            return "number", ()
        case "integer":
            return "integer", ()
        case "boolean":
            return "boolean", ()
        case "array":
            items = told.get("items")
            if isinstance(items, Mapping) and (options := _options(name, items)):
                return "choices", options
    raise Unusable(f'the field "{name[:50]}" is of a kind that no form has')


def _options(name: str, told: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Values with titles: `oneOf`/`anyOf` of constants, an `enum`, or an `enum` with the older `enumNames`."""
    titled = told.get("oneOf") or told.get("anyOf")
    if isinstance(titled, list):
        found = [(each.get("const"), each.get("title")) for each in titled if isinstance(each, Mapping)]
    else:
        values, names = told.get("enum"), told.get("enumNames")
        if not isinstance(values, list):
            return ()
        named = isinstance(names, list) and len(names) == len(values)
        found = list(zip(values, names if named and isinstance(names, list) else values, strict=True))
    if not found or len(found) > MOST_OPTIONS or not all(isinstance(value, str) and value for value, _ in found):
        raise Unusable(f'the choices of the field "{name[:50]}" cannot be shown')
    return tuple((str(value), str(title or value)) for value, title in found)


def _bounds(told: Mapping[str, Any], kind: Kind) -> tuple[float | None, float | None]:
    match kind:
        case "text":
            names = ("minLength", "maxLength")
        case "number" | "integer":
            names = ("minimum", "maximum")
        case "choices":
            names = ("minItems", "maxItems")
        case _:
            return None, None
    least, most = (told.get(name) for name in names)
    return (least if _is_number(least) else None), (most if _is_number(most) else None)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits(value: object, kind: Kind, options: tuple[tuple[str, str], ...]) -> bool:
    known = [each for each, _ in options]
    match kind:
        case "text":
            return isinstance(value, str)
        case "number" | "integer":
            return _is_number(value)
        case "boolean":
            return isinstance(value, bool)
        case "choice":
            return value in known
        case "choices":
            return isinstance(value, list) and all(each in known for each in value)
