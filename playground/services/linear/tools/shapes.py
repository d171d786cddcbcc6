"""How the MCP server of Linear writes its things: names in place of ids where a model reads names."""

from __future__ import annotations

from typing import Any

from playground.services.linear import addresses
from playground.services.linear.acts import issues
from playground.services.linear.graph.answers import PRIORITIES
from playground.services.linear.graph.schema import written
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
    State,
    StatusUpdate,
    Team,
    Thing,
    User,
)
from playground.services.linear.store import View

SHORT = 300  # characters of a description in a list
Json = dict[str, Any]


def moment(value: Any) -> str | None:
    return written(value) if value is not None else None


def priority(value: int) -> Json:
    return {"value": value, "name": PRIORITIES[value]}


def times(thing: Thing, *names: str) -> Json:
    wanted = ("created_at", "updated_at", *names)
    camel = {name: name.split("_")[0] + name.split("_")[1].title() for name in wanted}
    return {camel[name]: moment(getattr(thing, name)) for name in wanted}


def named(thing: Any) -> Json | None:
    return {"id": thing.id, "name": thing.name} if thing is not None else None


def issue(view: View, base_url: str, one: Issue, *, short: bool = False) -> Json:
    contents = view.linear.contents
    state, team = contents.states[one.state_id], contents.teams[one.team_id]
    description = one.description or ""
    if short and len(description) > SHORT:
        description = f"{description[:SHORT]}… (truncated, use `get_issue` for full description)"
    points = {"value": one.estimate, "name": f"{one.estimate} Point{'s' if one.estimate != 1 else ''}"}
    above, milestone = view.get(Issue, one.parent_id), view.get(Milestone, one.project_milestone_id)
    return {
        "id": view.identifier(one),
        "uuid": one.id,
        "title": one.title,
        "description": description,
        **({"projectMilestone": named(milestone)} if milestone else {}),
        "priority": priority(one.priority),
        **({"estimate": points} if one.estimate is not None else {}),
        "url": addresses.url(view, base_url, one),
        "gitBranchName": addresses.branch_name(view, one),
        **times(one, "archived_at", "completed_at", "started_at", "canceled_at"),
        "dueDate": moment(one.due_date),
        "status": state.name,
        "statusType": state.type,
        "labels": [contents.labels[label].name for label in one.label_ids],
        **_person("createdBy", contents.users.get(one.creator_id)),
        **_person("assignee", contents.users.get(one.assignee_id or "")),
        **_project(view, one.project_id),
        **({"parentId": view.identifier(above)} if above else {}),
        **({"cycleId": one.cycle_id} if one.cycle_id else {}),
        "team": team.name,
        "teamId": team.id,
    }


def issue_in_full(view: View, base_url: str, one: Issue, *, relations: bool) -> Json:
    attached = [attachment(at) for at in view.all(Attachment) if at.issue_id == one.id]
    return {
        **issue(view, base_url, one),
        "attachments": attached,
        **({"relations": _relations(view, one)} if relations else {}),
    }


def comment(view: View, one: Comment) -> Json:
    return {
        "id": one.id,
        "body": one.body,
        **times(one),
        "author": named(view.linear.contents.users[one.user_id]),
        **({"parentId": one.parent_id} if one.parent_id else {}),
        **({"resolvedAt": moment(one.resolved_at)} if one.resolved_at else {}),
    }


def attachment(one: Attachment) -> Json:
    return {"id": one.id, "title": one.title, "subtitle": one.subtitle, "url": one.url, **times(one)}


def project(view: View, base_url: str, one: Project, *, members: bool = False, milestones: bool = False) -> Json:
    status = view.linear.contents.project_statuses[one.status_id]
    teams = [team for team in view.all(Team) if team.id in one.team_ids]
    stones = [named(stone) for stone in view.all(Milestone) if stone.project_id == one.id]
    users = [named(user) for user in view.all(User) if user.id in one.member_ids]
    return {
        "id": one.id,
        "icon": one.icon,
        "color": one.color,
        "name": one.name,
        "summary": one.description,
        "description": one.content or "",
        "url": addresses.url(view, base_url, one),
        **times(one, "started_at", "completed_at", "canceled_at"),
        "startDate": moment(one.start_date),
        "startDateResolution": one.start_date_resolution,
        "targetDate": moment(one.target_date),
        "targetDateResolution": one.target_date_resolution,
        "priority": priority(one.priority),
        "labels": [],
        "initiatives": [named(two) for two in view.all(Initiative) if one.id in two.project_ids],
        "lead": named(view.get(User, one.lead_id)),
        "status": {"id": status.id, "name": status.name, "type": status.type},
        "teams": [{"id": team.id, "name": team.name, "key": team.key} for team in teams],
        **({"members": users} if members else {}),
        **({"milestones": stones} if milestones else {}),
    }


def milestone(one: Milestone) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description or "",
        "targetDate": moment(one.target_date),
        **times(one),
    }


def team(one: Team) -> Json:
    return {"id": one.id, "icon": one.icon, "name": one.name, "key": one.key, **times(one)}


def state(one: State) -> Json:
    return {"id": one.id, "type": one.type, "name": one.name}


def label(one: Label) -> Json:
    return {"id": one.id, "name": one.name, "color": one.color, "description": one.description, "isGroup": one.is_group}


def user(one: User) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "displayName": one.display_name,
        "email": one.email,
        "isAdmin": one.admin,
        "isGuest": one.guest,
        "isActive": one.archived_at is None,
        **times(one),
    }


def cycle(view: View, one: Cycle) -> Json:
    now = view.linear.now()
    return {
        "id": one.id,
        "number": one.number,
        "name": one.name,
        "startsAt": moment(one.starts_at),
        "endsAt": moment(one.ends_at),
        "isActive": one.starts_at <= now < one.ends_at,
    }


def document(view: View, base_url: str, one: Document) -> Json:
    return {
        "id": one.id,
        "title": one.title,
        "slugId": one.slug_id,
        "url": addresses.url(view, base_url, one),
        "content": one.content,
        **times(one),
        "creator": named(view.linear.contents.users[one.creator_id]),
        "project": named(view.get(Project, one.project_id)),
        "issue": view.identifier(view.linear.contents.issues[one.issue_id]) if one.issue_id else None,
    }


def initiative(view: View, one: Initiative) -> Json:
    return {
        "id": one.id,
        "name": one.name,
        "description": one.description,
        "targetDate": moment(one.target_date),
        "owner": named(view.linear.contents.users[one.owner_id]),
        "projects": [named(two) for two in view.all(Project) if two.id in one.project_ids],
        **times(one),
    }


def status_update(view: View, one: StatusUpdate) -> Json:
    return {
        "id": one.id,
        "body": one.body,
        "health": one.health,
        "project": named(view.get(Project, one.project_id)),
        "user": named(view.linear.contents.users[one.user_id]),
        **times(one),
    }


def _person(role: str, one: User | None) -> Json:
    return {role: one.name, f"{role}Id": one.id} if one else {}


def _project(view: View, project_id: str | None) -> Json:
    one = view.get(Project, project_id)
    return {"project": one.name, "projectId": one.id} if one else {}


def _relations(view: View, one: Issue) -> Json:
    def others(kind: issues.Kind, *, turned: bool = False) -> list[Json]:
        found = issues.related(view, kind, one, turned=turned)
        return [{"id": view.identifier(other), "title": other.title} for other in found]

    return {
        "blocks": others("blocks"),
        "blockedBy": others("blocks", turned=True),
        "relatedTo": others("related") + others("related", turned=True),
        "duplicateOf": next(iter(others("duplicate")), None),
    }
