"""Issues: making and changing them, their relations and links.

Fields are those of the model. One that is given as None is taken away; one that is not given stays.
"""

from __future__ import annotations

from typing import Any, Literal

from playground.services.linear.changes import Changed
from playground.services.linear.errors import invalid
from playground.services.linear.models import (
    Attachment,
    Comment,
    Cycle,
    Issue,
    Label,
    Milestone,
    Project,
    Relation,
    State,
    Team,
    Thing,
    User,
)
from playground.services.linear.store import View

NAMED: dict[str, type[Thing]] = {
    "assignee_id": User,
    "project_id": Project,
    "project_milestone_id": Milestone,
    "cycle_id": Cycle,
    "parent_id": Issue,
}
Kind = Literal["blocks", "related", "duplicate"]


def create(view: View, team_id: str, title: str | None, **fields: Any) -> Issue:
    view.must("write", "issues:create")
    team = view.need(Team, team_id)
    if not title:
        raise invalid("title should not be empty")
    fields["state_id"] = fields.get("state_id") or _first_state(view, team).id
    _check(view, team, fields)
    team.last_number += 1
    issue = view.linear.add(
        Issue,
        team_id=team.id,
        number=team.last_number,
        title=title,
        creator_id=view.user.id,
        sort_order=-100.0 * team.last_number,
        **fields,
    )
    _moved(view, issue)
    view.linear.tell(Changed("create", issue, view.user))
    return issue


def change(view: View, issue: Issue, **fields: Any) -> Issue:
    """All of it or, where something of it does not fit, nothing."""
    view.must("write")
    team = view.need(Team, fields.pop("team_id", None) or issue.team_id)
    if fields.get("title", "x") == "":
        raise invalid("title should not be empty")
    if team.id != issue.team_id:
        fields.setdefault("state_id", _first_state(view, team).id)
    _check(view, team, {"project_id": issue.project_id, **fields}, issue)
    before = issue.model_copy()
    if team.id != issue.team_id:
        team.last_number += 1
        issue.team_id, issue.number = team.id, team.last_number
    for name, value in fields.items():
        setattr(issue, name, value)
    if "state_id" in fields:
        _moved(view, issue)
    is_different = issue != before
    issue.updated_at = view.linear.now()
    if is_different:
        view.linear.tell(Changed("update", issue, view.user, before))
    return issue


def archive(view: View, issue: Issue, *, trash: bool = False) -> Issue:
    """What goes into the trash is removed, as Linear tells it."""
    view.must("write")
    before = issue.model_copy()
    issue.archived_at, issue.trashed = view.linear.now(), trash
    change = Changed("remove", issue, view.user) if trash else Changed("update", issue, view.user, before)
    view.linear.tell(change)
    return issue


def comments(view: View, issue: Issue) -> list[Comment]:
    return [one for one in view.all(Comment) if one.issue_id == issue.id]


def relate(view: View, kind: Kind, issue: Issue, other: Issue) -> None:
    """`issue` blocks, is related to, or is a duplicate of the other. Once."""
    view.must("write")
    if issue.id == other.id:
        raise invalid("An issue cannot be related to itself")
    if _relation(view, kind, issue, other) is None:
        view.linear.add(Relation, kind=kind, issue_id=issue.id, related_issue_id=other.id)


def unrelate(view: View, kind: Kind, issue: Issue, other: Issue) -> None:
    view.must("write")
    if relation := _relation(view, kind, issue, other):
        view.linear.remove(relation)


def related(view: View, kind: Kind, issue: Issue, *, turned: bool = False) -> list[Issue]:
    """What the issue blocks, is related to or duplicates; turned, what blocks, … it."""
    here, there = ("related_issue_id", "issue_id") if turned else ("issue_id", "related_issue_id")
    mine = [one for one in view.all(Relation) if one.kind == kind and getattr(one, here) == issue.id]
    return [view.need(Issue, getattr(one, there)) for one in mine]


def attach(view: View, issue: Issue, title: str, url: str, **more: Any) -> Attachment:
    """A link once: at Linear, the address of an attachment is its identity."""
    view.must("write")
    for one in view.all(Attachment):
        if (one.issue_id, one.url) == (issue.id, url):
            one.title, one.updated_at = title, view.linear.now()
            return one
    return view.linear.add(Attachment, issue_id=issue.id, creator_id=view.user.id, title=title, url=url, **more)


def state_type(view: View, issue: Issue) -> str:
    return view.linear.contents.states[issue.state_id].type


def _relation(view: View, kind: Kind, issue: Issue, other: Issue) -> Relation | None:
    ends = {(issue.id, other.id)} | ({(other.id, issue.id)} if kind == "related" else set())
    found = (one for one in view.all(Relation) if one.kind == kind and (one.issue_id, one.related_issue_id) in ends)
    return next(found, None)


def _first_state(view: View, team: Team) -> State:
    states = [one for one in view.all(State) if one.team_id == team.id]
    return min(states, key=lambda one: (one.type != "backlog", one.position))


def _check(view: View, team: Team, fields: dict[str, Any], issue: Issue | None = None) -> None:
    for name, kind in NAMED.items():
        if fields.get(name):
            view.need(kind, fields[name])
    for label_id in fields.get("label_ids") or []:
        if view.need(Label, label_id).team_id not in (None, team.id):
            raise invalid("The label belongs to another team")
    if fields.get("state_id") and view.need(State, fields["state_id"]).team_id != team.id:
        raise invalid("The state belongs to another team")
    if fields.get("priority") is not None and not 0 <= fields["priority"] <= 4:
        raise invalid("priority must be between 0 and 4")
    if issue is not None and fields.get("parent_id") == issue.id:
        raise invalid("An issue cannot be its own parent")
    milestone = view.get(Milestone, fields.get("project_milestone_id"))
    if milestone is not None and milestone.project_id != fields.get("project_id"):
        raise invalid("The milestone belongs to another project")
    assignee = view.get(User, fields.get("assignee_id"))
    if assignee is not None and not View(view.linear, assignee, view.scopes).sees(team):
        raise invalid("The assignee has no access to the team")


def _moved(view: View, issue: Issue) -> None:
    """Keep the moments at which work began and ended."""
    now, kind = view.linear.now(), state_type(view, issue)
    if kind in ("started", "completed"):
        issue.started_at = issue.started_at or now
    issue.completed_at = (issue.completed_at or now) if kind == "completed" else None
    issue.canceled_at = (issue.canceled_at or now) if kind == "canceled" else None
