"""What all tools share: in whose eyes a call is seen, which parameters were given, pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, WithJsonSchema

from playground.services.face import asking
from playground.services.linear.errors import invalid, not_authenticated
from playground.services.linear.graph.filters import when
from playground.services.linear.models import Thing
from playground.services.linear.store import Linear, View

LIMIT, MOST = 50, 250
Json = dict[str, Any]
T = TypeVar("T", bound=Thing)

_LIMITS = f"Max results (default {LIMIT}, max {MOST})"
Limit = Annotated[int, WithJsonSchema({"type": "number", "maximum": MOST, "description": _LIMITS})]
Cursor = Annotated[str | None, Field(description="Next page cursor")]
OrderBy = Annotated[Literal["createdAt", "updatedAt"], Field(description="Sort: createdAt | updatedAt")]
Archived = Annotated[bool, Field(description="Include archived items")]
CreatedAt = Annotated[str | None, Field(description="Created after: ISO-8601 date/duration (e.g., -P1D)")]
UpdatedAt = Annotated[str | None, Field(description="Updated after: ISO-8601 date/duration (e.g., -P1D)")]
Markdown = Annotated[str | None, Field(description="Content as Markdown, with literal newlines")]
Priority = Annotated[
    int | None, WithJsonSchema({"type": "number", "description": "0=None, 1=Urgent, 2=High, 3=Medium, 4=Low"})
]


def nullable(description: str, kind: str = "string") -> WithJsonSchema:
    """A parameter that takes something away when it is null."""
    return WithJsonSchema({"type": [kind, "null"], "description": f"{description}. Null to remove"})


class Tools:
    """`linear` gives the store of the moment: a reset replaces it."""

    def __init__(self, linear: Callable[[], Linear]) -> None:
        self._linear = linear

    @property
    def view(self) -> View:
        linear, grant = self._linear(), asking().grant
        user = linear.user_named(grant.person)
        if user is None:
            raise not_authenticated()
        return View(linear, user, grant.scopes)

    @property
    def base_url(self) -> str:
        return str(asking().request.base_url).rstrip("/")


def given(name: str) -> bool:
    """Whether the caller named this parameter, be it with null."""
    return name in asking().arguments


def day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise invalid(f"{text} is not a date in ISO format") from None


def page(
    view: View,
    name: str,
    things: Sequence[T],
    shown: Callable[[T], Any],
    *,
    limit: int = LIMIT,
    cursor: str | None = None,
    order_by: str = "updatedAt",
    archived: bool = True,
    created_at: str | None = None,
    updated_at: str | None = None,
) -> Json:
    """`{name: […], hasNextPage, cursor}`, the newest first. A cursor is the id of the last thing of a page."""
    now = view.linear.now()
    found = [
        one
        for one in things
        if (archived or one.archived_at is None)
        and (created_at is None or one.created_at >= when(created_at, now))
        and (updated_at is None or one.updated_at >= when(updated_at, now))
    ]
    by = "created_at" if order_by == "createdAt" else "updated_at"
    found.sort(key=lambda one: getattr(one, by))
    found.reverse()  # of the same moment, what came last is first
    start = 0
    if cursor is not None:
        places = [place for place, one in enumerate(found) if one.id == cursor]
        if not places:
            raise invalid("The cursor is unknown")
        start = places[0] + 1
    some = found[start : start + min(max(limit, 1), MOST)]
    more = start + len(some) < len(found)
    return {name: [shown(one) for one in some], "hasNextPage": more, **({"cursor": some[-1].id} if more else {})}
