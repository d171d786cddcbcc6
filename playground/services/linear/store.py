"""All of one Linear, and what of it somebody sees.

A `View` is the store in the eyes of one person: whoever looks through it finds only what this person may see, for both
faces. What belongs to a team is seen by whoever sees the team; a project, by whoever sees one of its teams.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from playground.services.linear.changes import Tell, nobody_hears, nowhere
from playground.services.linear.errors import not_found, wants_scope
from playground.services.linear.models import (
    Attachment,
    Comment,
    Cycle,
    Document,
    Initiative,
    Issue,
    Label,
    Milestone,
    Project,
    ProjectStatus,
    Relation,
    State,
    StatusUpdate,
    Team,
    Thing,
    User,
    Webhook,
)

FIRST_CYCLE = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
CYCLE = timedelta(days=14)
IDS = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")  # RFC 9562's namespace for OIDs: any would do
T = TypeVar("T", bound=Thing)


class Contents(BaseModel):
    """What is kept of a Linear: things by id, in the order in which they came."""

    model_config = ConfigDict(extra="forbid")

    users: dict[str, User] = Field(default_factory=dict)
    teams: dict[str, Team] = Field(default_factory=dict)
    states: dict[str, State] = Field(default_factory=dict)
    labels: dict[str, Label] = Field(default_factory=dict)
    project_statuses: dict[str, ProjectStatus] = Field(default_factory=dict)
    projects: dict[str, Project] = Field(default_factory=dict)
    milestones: dict[str, Milestone] = Field(default_factory=dict)
    issues: dict[str, Issue] = Field(default_factory=dict)
    relations: dict[str, Relation] = Field(default_factory=dict)
    comments: dict[str, Comment] = Field(default_factory=dict)
    attachments: dict[str, Attachment] = Field(default_factory=dict)
    documents: dict[str, Document] = Field(default_factory=dict)
    initiatives: dict[str, Initiative] = Field(default_factory=dict)
    status_updates: dict[str, StatusUpdate] = Field(default_factory=dict)
    webhooks: dict[str, Webhook] = Field(default_factory=dict)
    made: int = 0


SHELVES: dict[type[Thing], str] = {
    User: "users",
    Team: "teams",
    State: "states",
    Label: "labels",
    ProjectStatus: "project_statuses",
    Project: "projects",
    Milestone: "milestones",
    Issue: "issues",
    Relation: "relations",
    Comment: "comments",
    Attachment: "attachments",
    Document: "documents",
    Initiative: "initiatives",
    StatusUpdate: "status_updates",
    Webhook: "webhooks",
}


class Linear:
    """`clock` says when something is done, `tell` is told what, `reaches` says where webhooks may go."""

    name, url_key = "Playground", "playground"

    def __init__(self, contents: Contents | None = None, clock: Callable[[], datetime] | None = None) -> None:
        self.contents = contents or Contents()
        self.clock = clock or (lambda: datetime.now(UTC))
        self.tell: Tell = nobody_hears
        self.reaches = nowhere

    def now(self) -> datetime:
        return self.clock()

    def add(self, kind: type[T], /, **fields: Any) -> T:
        """A new thing with an id and its times."""
        self.contents.made += 1
        now = self.now()
        thing = kind(id=self.id_of(kind.__name__, self.contents.made), created_at=now, updated_at=now, **fields)
        self.shelf(kind)[thing.id] = thing
        return thing

    def remove(self, thing: Thing) -> None:
        del self.shelf(type(thing))[thing.id]

    def shelf(self, kind: type[T]) -> dict[str, T]:
        shelf: dict[str, T] = getattr(self.contents, SHELVES[kind])
        return shelf

    def id_of(self, kind: str, number: int) -> str:
        return str(uuid.uuid5(IDS, f"{kind}:{number}"))

    def user_named(self, name: str) -> User | None:
        return next((one for one in self.contents.users.values() if one.display_name.lower() == name.lower()), None)

    def cycles(self, team: Team) -> list[Cycle]:
        """The one before, the current one and the two that come."""
        current = int((self.now() - FIRST_CYCLE) / CYCLE) + 1
        return [self._cycle(team, number) for number in range(max(1, current - 1), current + 3)]

    def _cycle(self, team: Team, number: int) -> Cycle:
        starts = FIRST_CYCLE + (number - 1) * CYCLE
        return Cycle(
            id=str(uuid.uuid5(IDS, f"cycle:{team.id}:{number}")),
            created_at=FIRST_CYCLE,
            updated_at=FIRST_CYCLE,
            team_id=team.id,
            number=number,
            starts_at=starts,
            ends_at=starts + CYCLE,
        )


class View:
    def __init__(self, linear: Linear, user: User, scopes: frozenset[str]) -> None:
        self.linear, self.user, self.scopes = linear, user, scopes

    def must(self, *scopes: str) -> None:
        """The token has one of them. The first is the one to ask for."""
        if not {*scopes, "admin"} & self.scopes:
            raise wants_scope(scopes[0])

    def all(self, kind: type[T]) -> list[T]:
        """What this person sees, without what lies in the trash."""
        return [one for one in self._shelf(kind).values() if self.sees(one) and not getattr(one, "trashed", False)]

    def get(self, kind: type[T], thing_id: str | None) -> T | None:
        thing = self._shelf(kind).get(thing_id or "")
        return thing if thing is not None and self.sees(thing) else None

    def need(self, kind: type[T], thing_id: str) -> T:
        if (thing := self.get(kind, thing_id)) is None:
            raise not_found(kind.__name__)
        return thing

    def issue(self, name: str) -> Issue:
        """By its id, or by its identifier (`ENG-1`, in any case)."""
        for issue in self.linear.contents.issues.values():
            if (name == issue.id or name.upper() == self.identifier(issue)) and self.sees(issue):
                return issue
        raise not_found("Issue")

    def identifier(self, issue: Issue) -> str:
        return f"{self.linear.contents.teams[issue.team_id].key}-{issue.number}"

    def sees(self, thing: Thing) -> bool:
        contents = self.linear.contents
        match thing:
            case Team():
                return self.user.id in thing.member_ids or not (thing.private or self.user.guest)
            case Issue() | State() | Cycle():
                return self.sees(contents.teams[thing.team_id])
            case Label():
                return thing.team_id is None or self.sees(contents.teams[thing.team_id])
            case Project():
                return any(self.sees(contents.teams[one]) for one in thing.team_ids)
            case Milestone() | StatusUpdate():
                return self.sees(contents.projects[thing.project_id])
            case Comment() | Attachment():
                return self.sees(contents.issues[thing.issue_id])
            case Relation():
                return all(self.sees(contents.issues[one]) for one in (thing.issue_id, thing.related_issue_id))
            case Document():
                return all(self.sees(one) for one in self._above(thing))
            case Initiative():
                return not self.user.guest
            case _:
                return True

    def _above(self, document: Document) -> Iterator[Thing]:
        if document.project_id:
            yield self.linear.contents.projects[document.project_id]
        if document.issue_id:
            yield self.linear.contents.issues[document.issue_id]

    def _shelf(self, kind: type[T]) -> dict[str, T]:
        if kind is Cycle:
            cycles = [cycle for team in self.linear.contents.teams.values() for cycle in self.linear.cycles(team)]
            return {cycle.id: cycle for cycle in cycles}  # type: ignore[misc]  # T is Cycle here
        return self.linear.shelf(kind)
