"""Lists as Linear gives them: filtered, ordered, and a page at a time under cursors.

https://linear.app/developers/pagination: fifty where nothing is said, the newest first; a cursor is a thing's id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.services.linear.errors import invalid
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.filters import fits
from playground.services.linear.graph.reading import read
from playground.services.linear.models import Thing

FIRST, MOST = 50, 250
Json = dict[str, Any]


def connection(eyes: Eyes, things: list[Any], **arguments: Any) -> Json:
    found = _ordered(eyes, [one for one in things if _asked_for(eyes, one, arguments)], arguments)
    page, before, after = _page(found, arguments)
    return {
        "nodes": page,
        "pageInfo": {
            "hasNextPage": after,
            "hasPreviousPage": before,
            "startCursor": page[0].id if page else None,
            "endCursor": page[-1].id if page else None,
        },
    }


def _asked_for(eyes: Eyes, thing: Thing, arguments: Json) -> bool:
    if thing.archived_at is not None and not (arguments.get("includeArchived") or arguments.get("includeDisabled")):
        return False
    return fits(eyes, arguments.get("filter") or {}, thing)


def _ordered(eyes: Eyes, things: list[Any], arguments: Json) -> list[Any]:
    by = "updated_at" if arguments.get("orderBy") == "updatedAt" else "created_at"
    ordered = sorted(things, key=lambda one: getattr(one, by))
    ordered.reverse()  # of the same moment, what came last is first
    for sort in reversed(arguments.get("sort") or []):
        for name, how in sort.items():
            descending = (how or {}).get("order") == "Descending"
            ordered = sorted(ordered, key=_reading(eyes, name), reverse=descending)
    return ordered


def _reading(eyes: Eyes, name: str) -> Callable[[Any], Any]:
    return lambda thing: read(eyes, thing, name)


def _page(things: list[Any], arguments: Json) -> tuple[list[Any], bool, bool]:
    """The page, and whether there is something before and after it."""
    start, end = 0, len(things)
    if after := arguments.get("after"):
        start = _place(things, after) + 1
    if before := arguments.get("before"):
        end = _place(things, before)
    if (last := arguments.get("last")) is not None and arguments.get("first") is None:
        start = max(start, end - _size(last))
    else:
        end = min(end, start + _size(arguments.get("first")))
    return things[start:end], start > 0, end < len(things)


def _size(asked: int | None) -> int:
    if asked is not None and not 1 <= asked <= MOST:
        raise invalid(f"A page holds between 1 and {MOST} things")
    return asked or FIRST


def _place(things: list[Any], cursor: str) -> int:
    for place, thing in enumerate(things):
        if thing.id == cursor:
            return place
    raise invalid("The cursor is unknown")
