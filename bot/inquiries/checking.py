"""What a person put into a form's fields, held against what the server wants of each. Rules only, no I/O."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlsplit

from bot.inquiries.form import Field

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
LARGEST = 10**15  # a whole number beyond is no longer exact for every reader


@dataclass(frozen=True, slots=True)
class Mistake:
    """A key of the texts, with its values."""

    key: str
    values: dict[str, str]


Held = str | int | bool | list[str] | None
"""As it was put in: a text or a number as text, epoch seconds of a moment, a yes, the value or values chosen."""


def checked(fields: Sequence[Field], held: Mapping[str, Held]) -> tuple[dict[str, Any], dict[str, Mistake]]:
    """The content to answer with, and the mistakes by field. What was left empty is left out."""
    content: dict[str, Any] = {}
    mistakes: dict[str, Mistake] = {}
    for field in fields:
        value = held.get(field.name)
        if value in (None, "", []):
            if field.required and not (field.kind == "choices" and not field.least):
                mistakes[field.name] = Mistake("inquiry.wrong.missing", {})
            elif field.kind == "choices" and not field.least:
                content[field.name] = []
            continue
        found = _value(field, value)
        if isinstance(found, Mistake):
            mistakes[field.name] = found
        else:
            content[field.name] = found
    return content, mistakes


def default_of(field: Field) -> Any:
    """What the server would have put in already, where a person could put it in, else None."""
    return None if field.default is None or isinstance(_value(field, field.default), Mistake) else field.default


def _value(field: Field, value: Held) -> Any:
    match field.kind:
        case "number" | "integer":
            return _number(field, str(value))
        case "choices" if isinstance(value, list):
            return _between(field, len(value), "items") or value
        case "text" if field.format == "date-time" and isinstance(value, int):
            return datetime.fromtimestamp(value, UTC).isoformat().replace("+00:00", "Z")
        case "text":
            text = str(value)
            return _format(field, text) or _between(field, len(text), "length") or text
        case _:
            return value


def _number(field: Field, text: str) -> float | int | Mistake:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        number = math.nan
    if not math.isfinite(number) or (field.kind == "integer" and not (number.is_integer() and abs(number) < LARGEST)):
        return Mistake(f"inquiry.wrong.{field.kind}", {})
    return _between(field, number, "number") or (int(number) if field.kind == "integer" else number)


def _between(field: Field, size: float, what: str) -> Mistake | None:
    least, most = field.least, field.most
    if least is not None and size < least:
        return Mistake(f"inquiry.wrong.{what}_least", {"least": f"{least:g}"})
    if most is not None and size > most:
        return Mistake(f"inquiry.wrong.{what}_most", {"most": f"{most:g}"})
    return None


def _format(field: Field, text: str) -> Mistake | None:
    match field.format:
        case "email":
            fits = EMAIL.fullmatch(text) is not None
        case "uri":
            fits = _is_uri(text)
        case "date":
            fits = _is_date(text)
        case _:
            return None
    return None if fits else Mistake(f"inquiry.wrong.{field.format}", {})


def _is_uri(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return bool(parts.scheme and (parts.netloc or parts.path)) and not any(map(str.isspace, text))


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2026-11-28")
