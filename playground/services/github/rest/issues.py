"""Issues and their comments. GitHub lists pull requests among them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from playground.services.github import errors
from playground.services.github.acts import issues
from playground.services.github.models import Issue
from playground.services.github.rest.call import Answer, Call

STATES = ("open", "closed", "all")


async def listed(call: Call) -> Answer:
    repository = call.repository
    found = [issue for issue in repository.issues.values() if _fits(call, issue)]
    return call.paged(ordered(found, call), lambda issue: call.shapes.issue(repository, issue))


async def get(call: Call) -> Answer:
    repository = call.repository
    return Answer(call.shapes.issue(repository, issues.get(repository, call.number)))


async def create(call: Call) -> Answer:
    repository, body = call.repository, call.body
    issue = issues.create(
        call.hub,
        call.caller,
        repository,
        call.text("Issue", "title"),
        body=body.get("body"),
        labels=call.texts("Issue", "labels"),
        assignees=_assignees(call),
    )
    return Answer(call.shapes.issue(repository, issue), status=201)


async def change(call: Call) -> Answer:
    repository, body = call.repository, call.body
    issue = issues.get(repository, call.number)
    if body.get("state") not in (None, "open", "closed"):
        raise errors.invalid("Issue", "state")
    wanted = issues.Change(
        title=body.get("title"),
        body=body.get("body"),
        state=body.get("state"),
        state_reason=body.get("state_reason"),
        labels=call.texts("Issue", "labels"),
        assignees=_assignees(call),
    )
    return Answer(call.shapes.issue(repository, issues.change(call.hub, call.caller, repository, issue, wanted)))


async def comments(call: Call) -> Answer:
    repository = call.repository
    issue = issues.get(repository, call.number)
    return call.paged(issue.comments, lambda comment: call.shapes.comment(repository, issue, comment))


async def comment(call: Call) -> Answer:
    repository = call.repository
    issue = issues.get(repository, call.number)
    said = issues.comment(call.hub, call.caller, repository, issue, call.text("IssueComment", "body"))
    return Answer(call.shapes.comment(repository, issue, said), status=201)


def ordered(found: list[Issue], call: Call) -> list[Issue]:
    """By `sort` and `direction`; the newest first where nothing is said."""
    keys: dict[str, Any] = {
        "created": lambda issue: (issue.created_at, issue.number),
        "updated": lambda issue: (issue.updated_at, issue.number),
        "comments": lambda issue: (len(issue.comments), issue.number),
    }
    key = keys.get(call.query.get("sort", "created"), keys["created"])
    return sorted(found, key=key, reverse=call.query.get("direction", "desc") != "asc")


def state_asked(call: Call, resource: str) -> str:
    state = call.query.get("state", "open")
    if state not in STATES:
        raise errors.invalid(resource, "state")
    return state


def _fits(call: Call, issue: Issue) -> bool:
    query, state = call.query, state_asked(call, "Issue")
    labels = [label for label in query.get("labels", "").split(",") if label]
    assignee, creator, since = query.get("assignee"), query.get("creator"), query.get("since")
    return (
        state in ("all", issue.state)
        and all(label in issue.labels for label in labels)
        and (assignee is None or (assignee == "*" and bool(issue.assignees)) or assignee in issue.assignees)
        and creator in (None, issue.author)
        and (since is None or issue.updated_at >= datetime.fromisoformat(since))
    )


def _assignees(call: Call) -> list[str] | None:
    if call.body.get("assignee"):
        return [call.body["assignee"]]
    return call.texts("Issue", "assignees")
