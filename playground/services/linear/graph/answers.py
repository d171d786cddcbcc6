"""What each kind of thing answers where it is not simply an attribute: one table, by the names of Linear's schema."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from playground.services.linear import addresses
from playground.services.linear.acts import issues, projects
from playground.services.linear.models import (
    Attachment,
    Comment,
    Cycle,
    Document,
    Issue,
    Label,
    Milestone,
    Project,
    ProjectStatus,
    State,
    StatusUpdate,
    Team,
    Thing,
    User,
)
from playground.services.linear.store import CYCLE, View

PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")
FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class Eyes:
    """Who looks, and under which address this server is reached."""

    view: View
    base_url: str


Reader = Callable[[Eyes, Any], Any]


def _one(kind: type[Thing], attribute: str) -> Reader:
    """The thing whose id stands in `attribute`, if there is one that may be seen."""
    return lambda eyes, thing: eyes.view.get(kind, getattr(thing, attribute))


def _those(kind: type[Thing], attribute: str) -> Reader:
    """The things that name this one in `attribute`."""
    return lambda eyes, thing: [one for one in eyes.view.all(kind) if getattr(one, attribute) == thing.id]


def _listed(kind: type[Thing], attribute: str) -> Reader:
    """The things whose ids are in a list."""
    return lambda eyes, thing: [one for one in eyes.view.all(kind) if one.id in getattr(thing, attribute)]


def _url(eyes: Eyes, thing: Thing) -> str:
    return addresses.url(eyes.view, eyes.base_url, thing)


def _labels_of(eyes: Eyes, team: Team) -> list[Label]:
    return [one for one in eyes.view.all(Label) if one.team_id in (None, team.id)]


def _status(eyes: Eyes, project: Project) -> ProjectStatus:
    return eyes.view.linear.contents.project_statuses[project.status_id]


def _last_update(eyes: Eyes, project: Project) -> StatusUpdate | None:
    updates = [one for one in eyes.view.all(StatusUpdate) if one.project_id == project.id]
    return max(updates, key=lambda one: one.created_at, default=None)


def _milestone_status(eyes: Eyes, milestone: Milestone) -> str:
    """`next` is the earliest of a project that is not done."""
    if _progress(eyes, milestone) == 1:
        return "done"
    if milestone.target_date is not None and milestone.target_date < eyes.view.linear.now().date():
        return "overdue"
    siblings = [one for one in eyes.view.all(Milestone) if one.project_id == milestone.project_id]
    open_ones = [one for one in siblings if _progress(eyes, one) < 1]
    first = min(open_ones, key=lambda one: (one.target_date or FAR, one.sort_order))
    return "next" if first.id == milestone.id else "unstarted"


def _progress(eyes: Eyes, thing: Milestone | Cycle | Project) -> float:
    attribute = {Milestone: "project_milestone_id", Cycle: "cycle_id", Project: "project_id"}[type(thing)]
    mine = [one for one in eyes.view.all(Issue) if getattr(one, attribute) == thing.id]
    return projects.progress(eyes.view, mine)


def _cycles_of(eyes: Eyes, team: Team) -> list[Cycle]:
    return eyes.view.linear.cycles(team)


def _distance(eyes: Eyes, cycle: Cycle) -> int:
    """0 for the current one, 1 for the next."""
    return -math.floor((eyes.view.linear.now() - cycle.starts_at) / CYCLE)


def _initials(eyes: Eyes, user: User) -> str:
    return "".join(word[0] for word in user.name.split()[:2]).upper()


def _active_cycle(eyes: Eyes, team: Team) -> Cycle:
    return next(one for one in _cycles_of(eyes, team) if _distance(eyes, one) == 0)


def _first_state(eyes: Eyes, team: Team) -> State:
    return min((one for one in eyes.view.all(State) if one.team_id == team.id), key=lambda one: one.position)


TABLE: dict[str, dict[str, Reader]] = {
    "Issue": {
        "identifier": lambda eyes, one: eyes.view.identifier(one),
        "url": _url,
        "branchName": lambda eyes, one: addresses.branch_name(eyes.view, one),
        "priorityLabel": lambda eyes, one: PRIORITIES[one.priority],
        "team": _one(Team, "team_id"),
        "state": _one(State, "state_id"),
        "assignee": _one(User, "assignee_id"),
        "creator": _one(User, "creator_id"),
        "project": _one(Project, "project_id"),
        "projectMilestone": _one(Milestone, "project_milestone_id"),
        "cycle": _one(Cycle, "cycle_id"),
        "parent": _one(Issue, "parent_id"),
        "labels": _listed(Label, "label_ids"),
        "comments": lambda eyes, one: issues.comments(eyes.view, one),
        "children": _those(Issue, "parent_id"),
        "attachments": _those(Attachment, "issue_id"),
    },
    "Attachment": {"creator": _one(User, "creator_id"), "issue": _one(Issue, "issue_id")},
    "Comment": {
        "url": _url,
        "user": _one(User, "user_id"),
        "issue": _one(Issue, "issue_id"),
        "parent": _one(Comment, "parent_id"),
        "resolvingComment": _one(Comment, "resolving_comment_id"),
        "resolvingUser": _one(User, "resolving_user_id"),
    },
    "IssueLabel": {"team": _one(Team, "team_id"), "parent": _one(Label, "parent_id")},
    "Document": {
        "url": _url,
        "creator": _one(User, "creator_id"),
        "updatedBy": _one(User, "updated_by_id"),
        "project": _one(Project, "project_id"),
        "issue": _one(Issue, "issue_id"),
    },
    "Project": {
        "url": _url,
        "priorityLabel": lambda eyes, one: PRIORITIES[one.priority],
        "progress": _progress,
        "scope": lambda eyes, one: len(projects.issues(eyes.view, one)),
        "state": lambda eyes, one: _status(eyes, one).type,
        "status": _status,
        "lead": _one(User, "lead_id"),
        "creator": _one(User, "creator_id"),
        "health": lambda eyes, one: getattr(_last_update(eyes, one), "health", None),
        "healthUpdatedAt": lambda eyes, one: getattr(_last_update(eyes, one), "created_at", None),
        "teams": _listed(Team, "team_ids"),
        "accessibleTeams": _listed(Team, "team_ids"),
        "members": _listed(User, "member_ids"),
        "issues": lambda eyes, one: projects.issues(eyes.view, one),
        "projectMilestones": _those(Milestone, "project_id"),
        "documents": _those(Document, "project_id"),
    },
    "ProjectMilestone": {
        "progress": _progress,
        "status": _milestone_status,
        "project": _one(Project, "project_id"),
        "issues": _those(Issue, "project_milestone_id"),
    },
    "Team": {
        "displayName": lambda eyes, one: one.name,
        "visibility": lambda eyes, one: "private" if one.private else "public",
        "timezone": lambda eyes, one: "Europe/London",
        "issueCount": lambda eyes, one: sum(issue.team_id == one.id for issue in eyes.view.all(Issue)),
        "cyclesEnabled": lambda eyes, one: True,
        "cycleDuration": lambda eyes, one: CYCLE.days / 7,
        "activeCycle": _active_cycle,
        "defaultIssueState": _first_state,
        "states": _those(State, "team_id"),
        "labels": _labels_of,
        "members": _listed(User, "member_ids"),
        "issues": _those(Issue, "team_id"),
        "cycles": _cycles_of,
    },
    "Webhook": {"team": _one(Team, "team_id"), "creator": _one(User, "creator_id")},
    "WorkflowState": {"team": _one(Team, "team_id")},
    "Cycle": {
        "team": _one(Team, "team_id"),
        "progress": _progress,
        "issues": _those(Issue, "cycle_id"),
        "isActive": lambda eyes, one: _distance(eyes, one) == 0,
        "isFuture": lambda eyes, one: _distance(eyes, one) > 0,
        "isNext": lambda eyes, one: _distance(eyes, one) == 1,
        "isPast": lambda eyes, one: _distance(eyes, one) < 0,
        "isPrevious": lambda eyes, one: _distance(eyes, one) == -1,
    },
    "User": {
        "initials": _initials,
        "url": _url,
        "active": lambda eyes, one: one.archived_at is None,
        "owner": lambda eyes, one: one.admin,
        "isMe": lambda eyes, one: one.id == eyes.view.user.id,
        "isAssignable": lambda eyes, one: True,
        "isMentionable": lambda eyes, one: True,
        "createdIssueCount": lambda eyes, one: sum(issue.creator_id == one.id for issue in eyes.view.all(Issue)),
        "teams": lambda eyes, one: [team for team in eyes.view.all(Team) if one.id in team.member_ids],
        "assignedIssues": _those(Issue, "assignee_id"),
    },
    "Organization": {
        "id": lambda eyes, one: one.id_of("organization", 0),
        "userCount": lambda eyes, one: len(one.contents.users),
        "createdIssueCount": lambda eyes, one: len(one.contents.issues),
        "createdAt": lambda eyes, one: min(user.created_at for user in one.contents.users.values()),
        "updatedAt": lambda eyes, one: max(user.updated_at for user in one.contents.users.values()),
        "projectStatuses": lambda eyes, one: eyes.view.all(ProjectStatus),
    },
}
