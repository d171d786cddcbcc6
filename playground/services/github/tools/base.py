"""What all tools share: whose call it is, the repository that is meant, common parameters, pages."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, WithJsonSchema

from playground.services.face import asking
from playground.services.github import errors
from playground.services.github.models import Repository
from playground.services.github.shapes.shapes import Shapes
from playground.services.github.store import Caller, GitHub

PER_PAGE, MOST_PER_PAGE = 30, 100
Json = dict[str, Any]
T = TypeVar("T")


def number(description: str, **limits: int) -> WithJsonSchema:
    """GitHub's server calls whole numbers `number`."""
    return WithJsonSchema({"type": "number", "description": description, **limits})


Owner = Annotated[str, Field(description="Repository owner (username or organization)")]
Repo = Annotated[str, Field(description="Repository name")]
Page = Annotated[int | None, number("Page number for pagination (min 1)", minimum=1)]
PerPage = Annotated[int | None, number("Results per page for pagination (min 1, max 100)", minimum=1, maximum=100)]
After = Annotated[str | None, Field(description="The `endCursor` of the previous page's `pageInfo`.")]


class Tools:
    """`hub` gives the store of the moment: a reset replaces it."""

    def __init__(self, hub: Callable[[], GitHub]) -> None:
        self._hub = hub

    @property
    def hub(self) -> GitHub:
        return self._hub()

    @property
    def caller(self) -> Caller:
        grant = asking().grant
        return Caller(grant.person, grant.scopes)

    @property
    def shapes(self) -> Shapes:
        return Shapes(self.hub, str(asking().request.base_url).rstrip("/"))

    def repository(self, owner: str, repo: str) -> Repository:
        return self.hub.repository(self.caller, owner, repo)


def paged(items: Sequence[T], page: int | None, per_page: int | None) -> Sequence[T]:
    size = min(per_page or PER_PAGE, MOST_PER_PAGE)
    first = ((page or 1) - 1) * size
    return items[first : first + size]


def after_cursor(items: Sequence[T], after: str | None, per_page: int | None) -> tuple[Sequence[T], Json]:
    """The items after a cursor, and `pageInfo` as GraphQL writes it."""
    first, size = _offset(after), min(per_page or PER_PAGE, MOST_PER_PAGE)
    some = items[first : first + size]
    more = first + len(some) < len(items)
    info = {
        "hasNextPage": more,
        "hasPreviousPage": first > 0,
        "startCursor": _cursor(first + 1) if some else "",
        "endCursor": _cursor(first + len(some)) if some else "",
    }
    return some, info


def _cursor(offset: int) -> str:
    return base64.b64encode(f"cursor:{offset}".encode()).decode()


def _offset(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor, validate=True).decode().removeprefix("cursor:"))
    except (binascii.Error, ValueError):
        raise errors.unprocessable(f"`{cursor}` does not appear to be a valid cursor.") from None
