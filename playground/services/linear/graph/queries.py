"""The queries: lists and single things, as the asking person sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.services.linear.acts import webhooks
from playground.services.linear.errors import not_found
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.models import (
    Comment,
    Cycle,
    Document,
    Issue,
    Label,
    Milestone,
    Project,
    ProjectStatus,
    State,
    Team,
    Thing,
    User,
)
from playground.services.linear.store import Linear, View

Resolver = Callable[..., Any]


def viewer(eyes: Eyes) -> User:
    return eyes.view.user


def organization(eyes: Eyes) -> Linear:
    return eyes.view.linear


def team(eyes: Eyes, id: str) -> Team:
    """By its id or its key."""
    for one in eyes.view.all(Team):
        if id in (one.id, one.key):
            return one
    raise not_found("Team")


def issue(eyes: Eyes, id: str) -> Issue:
    return eyes.view.issue(id)


def comment(eyes: Eyes, id: str | None = None, hash: str | None = None) -> Comment:
    """`hash` is the beginning of an id, as it stands in addresses."""
    for one in eyes.view.all(Comment):
        if one.id == id or (hash and one.id.startswith(hash)):
            return one
    raise not_found("Comment")


def by_slug(view: View, kind: type[Any], name: str) -> Any:
    """Projects and documents are also known by the end of their address."""
    for one in view.all(kind):
        if name in (one.id, one.slug_id) or name.endswith(f"-{one.slug_id}"):
            return one
    raise not_found(kind.__name__)


def _all(kind: type[Thing]) -> Resolver:
    return lambda eyes: eyes.view.all(kind)


def _one(kind: type[Thing]) -> Resolver:
    return lambda eyes, id: eyes.view.need(kind, id)


TABLE: dict[str, Resolver] = {
    "viewer": viewer,
    "organization": organization,
    "users": _all(User),
    "user": _one(User),
    "teams": _all(Team),
    "team": team,
    "workflowStates": _all(State),
    "workflowState": _one(State),
    "issueLabels": _all(Label),
    "issueLabel": _one(Label),
    "cycles": _all(Cycle),
    "cycle": _one(Cycle),
    "projects": _all(Project),
    "project": lambda eyes, id: by_slug(eyes.view, Project, id),
    "projectStatuses": _all(ProjectStatus),
    "projectStatus": _one(ProjectStatus),
    "projectMilestones": _all(Milestone),
    "projectMilestone": _one(Milestone),
    "issues": _all(Issue),
    "issue": issue,
    "comments": _all(Comment),
    "comment": comment,
    "documents": _all(Document),
    "document": lambda eyes, id: by_slug(eyes.view, Document, id),
    "webhooks": lambda eyes: webhooks.listed(eyes.view),
    "webhook": lambda eyes, id: webhooks.get(eyes.view, id),
}
