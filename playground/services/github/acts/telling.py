"""Telling what was done to an issue or a pull request: one event for each difference, as GitHub sends them."""

from __future__ import annotations

from typing import Any

from playground.services.github.happenings import NOTHING, Happened, Push
from playground.services.github.models import Issue, Repository
from playground.services.github.store import Caller, GitHub


def did(hub: GitHub, caller: Caller, repository: Repository, issue: Issue, action: str, **more: Any) -> None:
    event = "pull_request" if issue.pull else "issues"
    hub.tell(
        Happened(event=event, repository=repository, by=caller.login, action=action, issue=issue, **more),
    )


def opened(hub: GitHub, caller: Caller, repository: Repository, issue: Issue) -> None:
    did(hub, caller, repository, issue, "opened")
    _added(hub, caller, repository, issue, labels=[], assignees=[])


def changed(hub: GitHub, caller: Caller, repository: Repository, issue: Issue, before: Issue) -> None:
    """`before`: a copy from before the change."""
    edited = {
        name: {"from": getattr(before, name)}
        for name in ("title", "body")
        if getattr(before, name) != getattr(issue, name)
    }
    if edited:
        did(hub, caller, repository, issue, "edited", changes=edited)
    for label in before.labels:
        if label not in issue.labels:
            did(hub, caller, repository, issue, "unlabeled", label=label)
    for login in before.assignees:
        if login not in issue.assignees:
            did(hub, caller, repository, issue, "unassigned", assignee=login)
    _added(hub, caller, repository, issue, labels=before.labels, assignees=before.assignees)
    if before.state != issue.state:
        did(hub, caller, repository, issue, "closed" if issue.state == "closed" else "reopened")


def moved(hub: GitHub, caller: Caller, repository: Repository, ref: str, before: str | None, after: str) -> None:
    """A push; and open pull requests from this branch have something new."""
    push = Push(ref=ref, before=before or NOTHING, after=after)
    hub.tell(Happened(event="push", repository=repository, by=caller.login, push=push))
    if before is None:
        return
    for other in hub.contents.repositories.values():
        for issue in other.issues.values():
            if issue.state == "open" and _comes_from(issue, repository, ref):
                did(hub, caller, other, issue, "synchronize", before=before, after=after)


def _comes_from(issue: Issue, repository: Repository, ref: str) -> bool:
    pull = issue.pull
    return pull is not None and (pull.head_repository, f"refs/heads/{pull.head}") == (repository.full_name, ref)


def _added(
    hub: GitHub, caller: Caller, repository: Repository, issue: Issue, *, labels: list[str], assignees: list[str]
) -> None:
    for label in issue.labels:
        if label not in labels:
            did(hub, caller, repository, issue, "labeled", label=label)
    for login in issue.assignees:
        if login not in assignees:
            did(hub, caller, repository, issue, "assigned", assignee=login)
