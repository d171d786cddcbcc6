"""Issues: opening, changing, commenting, and the tree of sub-issues. A pull request is an issue with more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playground.services.github import errors
from playground.services.github.acts import labels as labelling
from playground.services.github.acts import telling
from playground.services.github.happenings import Happened
from playground.services.github.models import Comment, Issue, Repository
from playground.services.github.store import Caller, GitHub

Reason = Literal["completed", "not_planned", "reopened", "duplicate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What of an issue is to be different; None stays as it is."""

    title: str | None = None
    body: str | None = None
    state: Literal["open", "closed"] | None = None
    state_reason: Reason | None = None
    labels: list[str] | None = None
    assignees: list[str] | None = None


def get(repository: Repository, number: int) -> Issue:
    if number not in repository.issues:
        raise errors.not_found()
    return repository.issues[number]


def create(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    title: str,
    *,
    body: str | None = None,
    labels: list[str] | None = None,
    assignees: list[str] | None = None,
) -> Issue:
    hub.must_write(caller, repository)
    if not title:
        raise errors.missing("Issue", "title")
    issue = add(hub, caller, repository, title, body)
    # GitHub drops silently what readers may not set.
    if hub.has(caller.login, repository, "write"):
        _label(hub, repository, issue, labels or [])
        _assign(hub, repository, issue, assignees or [])
    telling.opened(hub, caller, repository, issue)
    return issue


def add(hub: GitHub, caller: Caller, repository: Repository, title: str, body: str | None) -> Issue:
    """The next number of the repository, which pull requests share."""
    repository.last_number += 1
    now = hub.now()
    issue = Issue(
        id=hub.new_id(),
        number=repository.last_number,
        title=title,
        body=body,
        author=caller.login,
        created_at=now,
        updated_at=now,
    )
    repository.issues[issue.number] = issue
    return issue


def change(hub: GitHub, caller: Caller, repository: Repository, issue: Issue, wanted: Change) -> Issue:
    """All of it or, when something of it is refused, nothing."""
    hub.must_manage(caller, repository, author=issue.author)
    if wanted.title == "":
        raise errors.missing("Issue", "title")
    _must_be_assignable(hub, repository, wanted.assignees or [])
    before = issue.model_copy()
    if wanted.labels is not None:
        _label(hub, repository, issue, wanted.labels)
    if wanted.assignees is not None:
        _assign(hub, repository, issue, wanted.assignees)
    issue.title = wanted.title or issue.title
    issue.body = issue.body if wanted.body is None else wanted.body
    if wanted.state is not None:
        _move(hub, caller, issue, wanted.state, wanted.state_reason)
    issue.updated_at = hub.now()
    telling.changed(hub, caller, repository, issue, before)
    return issue


def comment(hub: GitHub, caller: Caller, repository: Repository, issue: Issue, body: str) -> Comment:
    hub.must_write(caller, repository)
    if not body:
        raise errors.missing("IssueComment", "body")
    now = hub.now()
    said = Comment(id=hub.new_id(), author=caller.login, body=body, created_at=now, updated_at=now)
    issue.comments.append(said)
    issue.updated_at = now
    hub.tell(
        Happened(
            event="issue_comment",
            action="created",
            repository=repository,
            by=caller.login,
            issue=issue,
            comment=said,
        )
    )
    return said


def by_id(repository: Repository, issue_id: int) -> Issue:
    for issue in repository.issues.values():
        if issue.id == issue_id:
            return issue
    raise errors.not_found()


def parent(repository: Repository, issue: Issue) -> Issue | None:
    return next((one for one in repository.issues.values() if issue.id in one.sub_issues), None)


def add_child(
    hub: GitHub, caller: Caller, repository: Repository, issue: Issue, child_id: int, *, replace: bool = False
) -> Issue:
    hub.must_manage(caller, repository)
    child = by_id(repository, child_id)
    above = parent(repository, child)
    if child.id == issue.id or (above is not None and not replace):
        raise errors.unprocessable("An error occurred while adding the sub-issue to the parent issue.")
    if above is not None:
        above.sub_issues.remove(child.id)
    issue.sub_issues.append(child.id)
    return issue


def remove_child(hub: GitHub, caller: Caller, repository: Repository, issue: Issue, child_id: int) -> Issue:
    hub.must_manage(caller, repository)
    if child_id not in issue.sub_issues:
        raise errors.not_found()
    issue.sub_issues.remove(child_id)
    return issue


def place_child(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    issue: Issue,
    child_id: int,
    *,
    after: int | None,
    before: int | None,
) -> Issue:
    hub.must_manage(caller, repository)
    beside = after if after is not None else before
    if child_id not in issue.sub_issues or beside not in issue.sub_issues or (after is None) == (before is None):
        raise errors.unprocessable("Give one of after_id and before_id, both of this issue's sub-issues.")
    others = [one for one in issue.sub_issues if one != child_id]
    others.insert(others.index(beside) + (after is not None), child_id)
    issue.sub_issues = others
    return issue


def _label(hub: GitHub, repository: Repository, issue: Issue, names: list[str]) -> None:
    """Labels that the repository does not know are made, as GitHub does."""
    issue.labels = list(dict.fromkeys(labelling.ensured(hub, repository, name).name for name in names))


def _assign(hub: GitHub, repository: Repository, issue: Issue, logins: list[str]) -> None:
    _must_be_assignable(hub, repository, logins)
    issue.assignees = list(dict.fromkeys(hub.account(login).login for login in logins))


def _must_be_assignable(hub: GitHub, repository: Repository, logins: list[str]) -> None:
    for login in logins:
        known = login in hub.contents.accounts
        if not known or hub.role(login, repository) is None:
            raise errors.invalid("Issue", "assignees")


def _move(hub: GitHub, caller: Caller, issue: Issue, state: Literal["open", "closed"], reason: Reason | None) -> None:
    if issue.pull is not None and issue.pull.merged_at is not None and state == "open":
        raise errors.custom("PullRequest", "The pull request cannot be reopened.")
    if state == "closed" and issue.state == "open":
        issue.closed_at, issue.closed_by = hub.now(), caller.login
        issue.state_reason = reason or "completed"
    elif state == "open" and issue.state == "closed":
        issue.closed_at = issue.closed_by = None
        issue.state_reason = "reopened"
    elif reason is not None:
        issue.state_reason = reason
    issue.state = state
