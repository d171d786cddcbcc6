"""One request of the REST face as its handlers see it, what they answer, and pages of lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import URL, QueryParams

from playground.services.github import errors
from playground.services.github.models import Repository
from playground.services.github.shapes.shapes import Shapes
from playground.services.github.store import Caller, GitHub
from playground.services.outbox import Outbox

PER_PAGE, MOST_PER_PAGE = 30, 100
MOST_FOUND = 1000  # of a search: GitHub shows no more
Json = dict[str, Any]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    hub: GitHub
    caller: Caller
    path: dict[str, str]
    query: QueryParams
    body: Json
    url: URL
    shapes: Shapes
    outbox: Outbox

    @property
    def repository(self) -> Repository:
        """The one that the path names, if the caller may see it."""
        return self.hub.repository(self.caller, self.path["owner"], self.path["repo"])

    @property
    def number(self) -> int:
        return int(self.path["number"])

    def text(self, resource: str, name: str) -> str:
        """A field of the body that has to be there."""
        value = self.body.get(name)
        if not isinstance(value, str) or not value:
            raise errors.missing(resource, name)
        return value

    def texts(self, resource: str, name: str) -> list[str] | None:
        """A list of the body: of texts, or of objects with a `name`."""
        value = self.body.get(name)
        if value is None:
            return None
        if not isinstance(value, list):
            raise errors.invalid(resource, name)
        return [str(one["name"] if isinstance(one, dict) else one) for one in value]

    def paged(self, items: Sequence[T], shown: Callable[[T], Any]) -> Answer:
        """The page that was asked for, with GitHub's `Link` header."""
        page, size = self._page()
        headers = self._links(page, max(1, -(-len(items) // size)))
        return Answer([shown(one) for one in items[(page - 1) * size : page * size]], headers=headers)

    def found(self, items: Sequence[T], shown: Callable[[T], Any]) -> Answer:
        """The same for the results of a search."""
        answer = self.paged(items[:MOST_FOUND], shown)
        body = {"total_count": len(items), "incomplete_results": False, "items": answer.body}
        return Answer(body, headers=answer.headers)

    def _page(self) -> tuple[int, int]:
        page, size = self.query.get("page", "1"), self.query.get("per_page", str(PER_PAGE))
        return (
            max(1, int(page)) if page.isdigit() else 1,
            min(MOST_PER_PAGE, max(1, int(size))) if size.isdigit() else PER_PAGE,
        )

    def _links(self, page: int, last: int) -> dict[str, str]:
        wanted = {"prev": page - 1, "next": page + 1, "last": last, "first": 1}
        backwards = {"prev", "first"} if page > 1 else set()
        forwards = {"next", "last"} if page < last else set()
        links = [f'<{self._at(wanted[rel])}>; rel="{rel}"' for rel in wanted if rel in backwards | forwards]
        return {"Link": ", ".join(links)} if links else {}

    def _at(self, page: int) -> str:
        query = {**dict(self.query), "page": str(page)}
        return str(self.url.replace(query=urlencode(query)))
