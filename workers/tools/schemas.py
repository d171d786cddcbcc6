"""JSON Schemas of tools, cleaned for models: plain current keywords, local references written out, an object on top.

Servers describe their tools in every draft there ever was; a model's API refuses the whole request for one keyword it
does not know. Cleaning only ever widens what is allowed: the server checks its own arguments. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any
from urllib.parse import unquote

TYPES = ("string", "number", "integer", "boolean", "object", "array", "null")
DEEPEST = 40  # levels of a schema with its references written out
MOST_NODES = 5_000  # a few references that name each other twice grow without end
LARGEST = 60_000  # characters of one tool's schema as JSON; a model could not use more

Schema = dict[str, Any]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, float) and isfinite(value))


def _is_step(value: Any) -> bool:
    return _is_number(value) and value > 0


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


# The keywords that are kept as they are, where their value is what the current drafts want.
KEPT: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("description", "pattern", "format"), _is_text),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"), _is_number),
    "multipleOf": _is_step,
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"), _is_count),
    **dict.fromkeys(("default", "const"), lambda value: True),
    "enum": lambda value: isinstance(value, list) and bool(value),
    "uniqueItems": lambda value: isinstance(value, bool),
}
COMBINED = frozenset({"anyOf", "oneOf", "allOf"})


class BadSchema(ValueError):
    """This tool cannot be offered. The text says why, for the operator."""


def cleaned(schema: Any) -> Schema:
    """`schema` as a model's API takes it; `BadSchema` if it does not describe an object or is far too large."""
    if not isinstance(schema, Mapping):
        raise BadSchema("its input schema is no JSON object")
    clean = _Cleaner(schema).schema(schema, depth=0, inside=())
    kind = clean.setdefault("type", "object")
    if kind != "object":
        raise BadSchema(f"its input schema describes {kind!r}; arguments are always an object")
    clean.setdefault("properties", {})
    if len(json.dumps(clean, default=str)) > LARGEST:
        raise BadSchema(f"its input schema is larger than {LARGEST:,} characters")
    return clean


class _Cleaner:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.nodes = 0

    def schema(self, node: Any, *, depth: int, inside: tuple[str, ...]) -> Schema:
        """One schema; `inside` names the references that are being written out around it."""
        self.nodes += 1
        if depth > DEEPEST or self.nodes > MOST_NODES:
            raise BadSchema("its input schema is nested too deeply or too large when its references are written out")
        if not isinstance(node, Mapping):
            return {}  # `true`, or something that is no schema at all: anything goes
        if isinstance(ref := node.get("$ref"), str):
            return self._resolved(node, ref, depth=depth, inside=inside)
        clean: Schema = {}
        for key, value in node.items():
            if (fits := KEPT.get(key)) and fits(value):
                clean[key] = value
            elif key in COMBINED and isinstance(value, list) and value:
                clean[key] = [self.schema(part, depth=depth + 1, inside=inside) for part in value]
        self._add_type(clean, node)
        self._add_draft4_bounds(clean, node)
        self._add_properties(clean, node, depth=depth, inside=inside)
        self._add_items(clean, node, depth=depth, inside=inside)
        return clean

    def _resolved(self, node: Mapping[str, Any], ref: str, *, depth: int, inside: tuple[str, ...]) -> Schema:
        target = self._find(ref)
        beside = {key: node[key] for key in ("description", "default") if key in node}
        if target is None or ref in inside:  # elsewhere, or a shape within itself: say only what it roughly is
            rough = {key: target[key] for key in ("type", "description") if key in target} if target else {}
            return self.schema({**rough, **beside}, depth=depth + 1, inside=inside)
        return {
            **self.schema(target, depth=depth + 1, inside=(*inside, ref)),
            **self.schema(beside, depth=depth + 1, inside=inside),
        }

    def _find(self, ref: str) -> Mapping[str, Any] | None:
        """What a local reference (`#/$defs/Name`) points to; references elsewhere are never fetched."""
        if not ref.startswith("#"):
            return None
        place: Any = self.root
        for step in filter(None, unquote(ref[1:]).split("/")):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(place, Mapping) or name not in place:
                return None
            place = place[name]
        return place if isinstance(place, Mapping) else None

    def _add_type(self, clean: Schema, node: Mapping[str, Any]) -> None:
        kinds = node.get("type")
        told = kinds if isinstance(kinds, list) else [kinds]
        known = [kind for kind in TYPES if kind in told]
        if node.get("nullable") is True and known and "null" not in known:  # OpenAPI's way to say it
            known.append("null")
        if known:
            clean["type"] = known[0] if len(known) == 1 else known
        elif isinstance(node.get("properties"), Mapping):
            clean["type"] = "object"

    def _add_draft4_bounds(self, clean: Schema, node: Mapping[str, Any]) -> None:
        """Draft 4 said `minimum: 0, exclusiveMinimum: true`; now the bound itself is the exclusive one."""
        for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
            if node.get(exclusive) is True and bound in clean:
                clean[exclusive] = clean.pop(bound)

    def _add_properties(self, clean: Schema, node: Mapping[str, Any], *, depth: int, inside: tuple[str, ...]) -> None:
        properties = node.get("properties")
        if isinstance(properties, Mapping):
            clean["properties"] = {
                str(name): self.schema(part, depth=depth + 1, inside=inside)
                for name, part in properties.items()
                if part is not False  # a property that may not be there need not be told
            }
            required = node.get("required")  # draft 3 had a boolean here
            if isinstance(required, list) and (named := [name for name in clean["properties"] if name in required]):
                clean["required"] = named
        extra = node.get("additionalProperties")
        if isinstance(extra, bool):
            clean["additionalProperties"] = extra
        elif isinstance(extra, Mapping):
            clean["additionalProperties"] = self.schema(extra, depth=depth + 1, inside=inside)

    def _add_items(self, clean: Schema, node: Mapping[str, Any], *, depth: int, inside: tuple[str, ...]) -> None:
        items = node.get("items")
        by_place = items if isinstance(items, list) else node.get("prefixItems")
        if isinstance(by_place, list) and by_place:
            clean["items"] = {"anyOf": [self.schema(part, depth=depth + 1, inside=inside) for part in by_place]}
        elif isinstance(items, Mapping):
            clean["items"] = self.schema(items, depth=depth + 1, inside=inside)
        elif clean.get("type") == "array":
            clean["items"] = {}
