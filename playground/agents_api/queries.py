"""Query parameters, read and checked: numbers in their limits, objects as compact JSON."""

from __future__ import annotations

import json

from starlette.datastructures import QueryParams

from playground.agents_api.errors import ApiError
from playground.agents_api.ids import Json

# What the official SDK (3.7.0) sends for a filter that its caller left out: the mark it uses inside for "not given".
SDK_UNSET = '"~?~unset~?~sentinel~?~"'


def json_query(query: QueryParams, name: str) -> Json | None:
    """An object that travels as compact JSON in one parameter."""
    text = query.get(name)
    if text in (None, SDK_UNSET):
        return None
    try:
        value = json.loads(text or "")
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise ApiError(
            422, {"detail": [{"type": "dict_type", "loc": ["query", name], "msg": "Input should be a dictionary"}]}
        )
    return value


def number(query: QueryParams, name: str, default: int, *, low: int, high: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not text.lstrip("-").isdigit() or not low <= int(text) <= high:
        message = f"Input should be an integer from {low} to {high}"
        raise ApiError(422, {"detail": [{"type": "int_range", "loc": ["query", name], "msg": message}]})
    return int(text)
