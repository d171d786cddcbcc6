"""The bodies of webhooks: things as they are after a change, and what of them was different before.

https://linear.app/developers/webhooks#webhook-payload
"""

from __future__ import annotations

from datetime import date
from typing import Any

from playground.services.linear import addresses
from playground.services.linear.changes import Changed
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.reading import name_of, read
from playground.services.linear.graph.schema import written
from playground.services.linear.models import Thing, User

TIMES = ("id", "createdAt", "updatedAt", "archivedAt")
FIELDS: dict[str, tuple[str, ...]] = {
    "Issue": (
        *("number", "title", "description", "identifier", "url", "branchName", "priority", "priorityLabel", "estimate"),
        *("sortOrder", "dueDate", "startedAt", "completedAt", "canceledAt", "trashed", "labelIds", "teamId", "stateId"),
        *("assigneeId", "creatorId", "projectId", "projectMilestoneId", "cycleId", "parentId"),
    ),
    "Comment": ("body", "issueId", "userId", "parentId", "editedAt", "resolvedAt", "resolvingUserId"),
    "Project": (
        *("name", "description", "slugId", "url", "icon", "color", "priority", "sortOrder", "statusId", "teamIds"),
        *("leadId", "creatorId", "memberIds", "labelIds", "startDate", "targetDate", "startedAt", "completedAt"),
        *("canceledAt", "trashed", "progress"),
    ),
}
# Things within a thing, in short.
WITHIN: dict[str, dict[str, tuple[str, ...]]] = {
    "Issue": {
        "team": ("id", "key", "name"),
        "state": ("id", "color", "name", "type"),
        "assignee": ("id", "name", "email", "url"),
        "project": ("id", "name", "url"),
        "cycle": ("id", "number", "name", "startsAt", "endsAt"),
        "labels": ("id", "color", "name", "parentId"),
    },
    "Comment": {"issue": ("id", "identifier", "title", "url", "teamId"), "user": ("id", "name", "email", "url")},
    "Project": {"status": ("id", "color", "name", "type"), "lead": ("id", "name", "email", "url")},
}
Json = dict[str, Any]


def body(eyes: Eyes, changed: Changed) -> Json:
    thing = changed.thing
    before = _before(changed.before, thing) if changed.before is not None else None
    return {
        "action": changed.action,
        "type": name_of(thing),
        "createdAt": written(eyes.view.linear.now()),
        "data": _data(eyes, thing),
        "url": addresses.url(eyes.view, eyes.base_url, thing),
        **({"updatedFrom": before} if before is not None else {}),
        "actor": _actor(eyes, changed.by),
        "organizationId": read(eyes, eyes.view.linear, "id"),
    }


def _data(eyes: Eyes, thing: Thing) -> Json:
    kind = name_of(thing)
    within = {name: _within(eyes, read(eyes, thing, name), fields) for name, fields in WITHIN[kind].items()}
    return _without_nothing({**_fields(eyes, thing, (*TIMES, *FIELDS[kind])), **within})


def _within(eyes: Eyes, found: Any, fields: tuple[str, ...]) -> Any:
    if isinstance(found, list):
        return [_without_nothing(_fields(eyes, one, fields)) for one in found]
    return _without_nothing(_fields(eyes, found, fields)) if found is not None else None


def _fields(eyes: Eyes, thing: Thing, names: tuple[str, ...]) -> Json:
    return {name: _plain(read(eyes, thing, name)) for name in names}


def _actor(eyes: Eyes, user: User) -> Json:
    return {**_fields(eyes, user, ("id", "name", "email", "url")), "type": "user"}


def _before(before: Thing, after: Thing) -> Json:
    """What is different, as it was; what was not there is null."""
    different = [name for name in type(after).model_fields if getattr(before, name) != getattr(after, name)]
    return {_camel(name): _plain(getattr(before, name)) for name in different}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(one.capitalize() for one in others)


def _plain(value: Any) -> Any:
    return written(value) if isinstance(value, date) else value


def _without_nothing(said: Json) -> Json:
    return {name: value for name, value in said.items() if value is not None}
