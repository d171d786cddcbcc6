"""Projects with their milestones and status updates; labels; documents."""

from __future__ import annotations

import re
from typing import Any

from playground.services.linear.changes import Changed
from playground.services.linear.errors import invalid
from playground.services.linear.models import (
    Document,
    Health,
    Issue,
    Label,
    Milestone,
    Project,
    ProjectStatus,
    StatusUpdate,
    Team,
    User,
)
from playground.services.linear.store import View

COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def create(view: View, name: str | None, team_ids: list[str], **fields: Any) -> Project:
    view.must("write")
    if not name or not team_ids:
        raise invalid("A project needs a name and at least one team")
    first = min(view.all(ProjectStatus), key=lambda one: one.position)
    fields["status_id"] = fields.get("status_id") or first.id
    _check(view, {**fields, "team_ids": team_ids})
    project = view.linear.add(
        Project, name=name, slug_id=slug_id(view), team_ids=team_ids, creator_id=view.user.id, **fields
    )
    _moved(view, project)
    view.linear.tell(Changed("create", project, view.user))
    return project


def change(view: View, project: Project, **fields: Any) -> Project:
    view.must("write")
    if fields.get("team_ids", ["x"]) == [] or fields.get("name", "x") == "":
        raise invalid("A project needs a name and at least one team")
    _check(view, fields)
    before = project.model_copy()
    for name, value in fields.items():
        setattr(project, name, value)
    _moved(view, project)
    is_different = project != before
    project.updated_at = view.linear.now()
    if is_different:
        view.linear.tell(Changed("update", project, view.user, before))
    return project


def archive(view: View, project: Project, *, trash: bool = False) -> Project:
    view.must("write")
    before = project.model_copy()
    project.archived_at, project.trashed = view.linear.now(), trash
    change = Changed("remove", project, view.user) if trash else Changed("update", project, view.user, before)
    view.linear.tell(change)
    return project


def issues(view: View, project: Project) -> list[Issue]:
    return [one for one in view.all(Issue) if one.project_id == project.id]


def progress(view: View, among: list[Issue]) -> float:
    """How much of it is completed, from 0 to 1. What was canceled does not count."""
    counted = [one for one in among if one.canceled_at is None]
    return sum(one.completed_at is not None for one in counted) / len(counted) if counted else 0.0


def create_milestone(view: View, project: Project, name: str | None, **fields: Any) -> Milestone:
    view.must("write")
    if not name:
        raise invalid("A milestone needs a name")
    return view.linear.add(Milestone, project_id=project.id, name=name, **fields)


def change_milestone(view: View, milestone: Milestone, **fields: Any) -> Milestone:
    view.must("write")
    for name, value in fields.items():
        setattr(milestone, name, value)
    milestone.updated_at = view.linear.now()
    return milestone


def delete_milestone(view: View, milestone: Milestone) -> None:
    view.must("write")
    view.linear.remove(milestone)
    for issue in view.linear.contents.issues.values():
        if issue.project_milestone_id == milestone.id:
            issue.project_milestone_id = None


def update_status(view: View, project: Project, body: str, health: Health = "onTrack") -> StatusUpdate:
    view.must("write")
    return view.linear.add(StatusUpdate, project_id=project.id, user_id=view.user.id, body=body, health=health)


def create_label(view: View, name: str, team_id: str | None = None, **fields: Any) -> Label:
    view.must("write")
    if team_id is not None:
        view.need(Team, team_id)
    if fields.get("color") and not COLOR.fullmatch(fields["color"]):
        raise invalid("color must be a hexadecimal color")
    if any(one.name.lower() == name.lower() and one.team_id in (None, team_id) for one in view.all(Label)):
        raise invalid(f"A label named {name} exists already")
    return view.linear.add(Label, name=name, team_id=team_id, **fields)


def create_document(view: View, title: str, **fields: Any) -> Document:
    """Of a project or an issue."""
    view.must("write")
    if not title:
        raise invalid("title should not be empty")
    by = view.user.id
    return view.linear.add(Document, title=title, slug_id=slug_id(view), creator_id=by, updated_by_id=by, **fields)


def change_document(view: View, document: Document, **fields: Any) -> Document:
    view.must("write")
    for name, value in fields.items():
        setattr(document, name, value)
    document.updated_by_id, document.updated_at = view.user.id, view.linear.now()
    return document


def slug_id(view: View) -> str:
    """The twelve characters at the end of an address."""
    return view.linear.id_of("slug", view.linear.contents.made + 1).replace("-", "")[:12]


def _check(view: View, fields: dict[str, Any]) -> None:
    for team_id in fields.get("team_ids") or []:
        view.need(Team, team_id)
    for user_id in [fields.get("lead_id"), *(fields.get("member_ids") or [])]:
        if user_id:
            view.need(User, user_id)
    if fields.get("status_id"):
        view.need(ProjectStatus, fields["status_id"])


def _moved(view: View, project: Project) -> None:
    now, kind = view.linear.now(), view.linear.contents.project_statuses[project.status_id].type
    if kind in ("started", "completed"):
        project.started_at = project.started_at or now
    project.completed_at = (project.completed_at or now) if kind == "completed" else None
    project.canceled_at = (project.canceled_at or now) if kind == "canceled" else None
