"""Things by what people call them: names, keys, addresses' ends, `me`.

The MCP face takes these where the API takes ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from playground.services.linear.errors import LinearError, not_found
from playground.services.linear.models import (
    Cycle,
    Document,
    Initiative,
    Label,
    Milestone,
    Project,
    ProjectStatus,
    State,
    Team,
    Thing,
    User,
)
from playground.services.linear.store import View

T = TypeVar("T", bound=Thing)


def team(view: View, called: str) -> Team:
    return _find(view.all(Team), called, lambda one: (one.id, one.key, one.name))


def user(view: View, called: str) -> User:
    if called.lower() == "me":
        return view.user
    return _find(view.all(User), called, lambda one: (one.id, one.name, one.display_name, one.email))


def state(view: View, called: str, of: Team | None) -> State:
    """By its name or id, else the first of its type."""
    states = [one for one in view.all(State) if of is None or one.team_id == of.id]
    try:
        return _find(states, called, lambda one: (one.id, one.name))
    except LinearError:
        return _find(sorted(states, key=lambda one: one.position), called, lambda one: (one.type,))


def label(view: View, called: str, of: Team | None) -> Label:
    labels = [one for one in view.all(Label) if of is None or one.team_id in (None, of.id)]
    return _find(labels, called, lambda one: (one.id, one.name))


def project(view: View, called: str) -> Project:
    return _find(view.all(Project), called, lambda one: (one.id, one.name, one.slug_id))


def project_status(view: View, called: str) -> ProjectStatus:
    return _find(view.all(ProjectStatus), called, lambda one: (one.id, one.name, one.type))


def milestone(view: View, called: str, of: Project | None) -> Milestone:
    milestones = [one for one in view.all(Milestone) if of is None or one.project_id == of.id]
    return _find(milestones, called, lambda one: (one.id, one.name))


def cycle(view: View, called: str, of: Team | None) -> Cycle:
    cycles = [one for one in view.all(Cycle) if of is None or one.team_id == of.id]
    return _find(cycles, called, lambda one: (one.id, str(one.number), one.name or ""))


def document(view: View, called: str) -> Document:
    return _find(view.all(Document), called, lambda one: (one.id, one.slug_id, one.title))


def initiative(view: View, called: str) -> Initiative:
    return _find(view.all(Initiative), called, lambda one: (one.id, one.name))


def _find(among: Iterable[T], called: str, names: Callable[[T], tuple[str, ...]]) -> T:
    wanted = called.strip().lower()
    kind = ""
    for thing in among:
        kind = type(thing).__name__
        # An address ends in a slug and the slug's id.
        if any(wanted == name.lower() or (len(name) == 12 and wanted.endswith(f"-{name}")) for name in names(thing)):
            return thing
    raise not_found(kind or "Entity")
