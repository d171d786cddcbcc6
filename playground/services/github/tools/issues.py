"""Toolset `issues`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github import errors, search
from playground.services.github.acts import issues
from playground.services.github.acts import labels as labelling
from playground.services.github.models import Issue
from playground.services.github.tools import minimal
from playground.services.github.tools.base import (
    After,
    Json,
    Owner,
    Page,
    PerPage,
    Repo,
    Tools,
    after_cursor,
    number,
    paged,
)
from playground.services.github.tools.context import Order, Query

Number = Annotated[int, number("The number of the issue")]
LabelName = Annotated[str, Field(description="Label name")]


class Issues(Tools):
    @tool("List issues", reads=True, needs=["repo"])
    async def list_issues(
        self,
        owner: Owner,
        repo: Repo,
        state: Annotated[Literal["OPEN", "CLOSED"] | None, Field(description="Both when not provided")] = None,
        labels: Annotated[list[str] | None, Field(description="Filter by labels")] = None,
        since: Annotated[str | None, Field(description="Filter by date (ISO 8601 timestamp)")] = None,
        orderBy: Literal["CREATED_AT", "UPDATED_AT", "COMMENTS"] | None = None,
        direction: Literal["ASC", "DESC"] | None = None,
        after: After = None,
        perPage: PerPage = None,
    ) -> Json:
        """List issues in a GitHub repository. The next page: pass the last answer's `pageInfo.endCursor` as `after`."""
        repository = self.repository(owner, repo)
        found = [
            issue
            for issue in repository.issues.values()
            if issue.pull is None
            and state in (None, issue.state.upper())
            and (not labels or any(label in issue.labels for label in labels))
            and (since is None or issue.updated_at >= datetime.fromisoformat(since))
        ]
        found.sort(key=_by(orderBy), reverse=direction != "ASC")
        some, info = after_cursor(found, after, perPage)
        shown = [minimal.issue(self.shapes, repository, issue) for issue in some]
        return {"issues": shown, "pageInfo": info, "totalCount": len(found)}

    @tool("Search issues", reads=True, needs=["repo"])
    async def search_issues(
        self,
        query: Query,
        owner: Annotated[str | None, Field(description="With repo: only issues of this repository")] = None,
        repo: Annotated[str | None, Field(description="With owner: only issues of this repository")] = None,
        sort: Literal["comments", "created", "updated"] | None = None,
        order: Order = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json:
        """Search for issues in GitHub repositories. The search is already scoped to is:issue."""
        where = f" repo:{owner}/{repo}" if owner and repo else ""
        found = search.issues(self.hub, self.caller, f"is:issue {query}{where}")
        keys = {"comments": "COMMENTS", "updated": "UPDATED_AT"}
        key = _by(keys.get(sort or "", "CREATED_AT"))
        found.sort(key=lambda one: key(one[1]), reverse=order != "asc")
        shown = [self.shapes.issue(*one) for one in paged(found, page, perPage)]
        return {"total_count": len(found), "incomplete_results": False, "items": shown}

    @tool("Get issue details", reads=True, needs=["repo"])
    async def issue_read(
        self,
        method: Literal["get", "get_comments", "get_sub_issues", "get_parent", "get_labels"],
        owner: Owner,
        repo: Repo,
        issue_number: Number,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json | list[Json] | None:
        """Get information about a specific issue in a GitHub repository."""
        repository = self.repository(owner, repo)
        issue = issues.get(repository, issue_number)
        match method:
            case "get":
                return minimal.issue(self.shapes, repository, issue)
            case "get_comments":
                some = paged(issue.comments, page, perPage)
                return [minimal.comment(self.shapes, repository, issue, one) for one in some]
            case "get_sub_issues":
                children = paged([issues.by_id(repository, one) for one in issue.sub_issues], page, perPage)
                return [minimal.issue(self.shapes, repository, one) for one in children]
            case "get_parent":
                above = issues.parent(repository, issue)
                return {"parent": minimal.issue(self.shapes, repository, above) if above else None}
            case "get_labels":
                shown = [self.shapes.label(repository, labelling.get(repository, one)) for one in issue.labels]
                return {"labels": shown, "totalCount": len(shown)}

    @tool("Create or update issue", needs=["repo"])
    async def issue_write(
        self,
        method: Literal["create", "update"],
        owner: Owner,
        repo: Repo,
        issue_number: Annotated[int | None, number("Issue number to update")] = None,
        title: Annotated[str | None, Field(description="Issue title")] = None,
        body: Annotated[str | None, Field(description="Issue body content")] = None,
        assignees: Annotated[list[str] | None, Field(description="Usernames to assign to this issue")] = None,
        labels: Annotated[list[str] | None, Field(description="Labels to apply to this issue")] = None,
        state: Annotated[Literal["open", "closed"] | None, Field(description="New state")] = None,
        state_reason: Annotated[
            Literal["completed", "not_planned", "duplicate"] | None, Field(description="Reason for the state change")
        ] = None,
    ) -> Json:
        """Create a new or update an existing issue in a GitHub repository."""
        repository = self.repository(owner, repo)
        if method == "create":
            made = issues.create(
                self.hub, self.caller, repository, title or "", body=body, labels=labels, assignees=assignees
            )
            return self._made(owner, repo, made)
        if issue_number is None:
            raise errors.unprocessable("missing required parameter: issue_number")
        issue = issues.get(repository, issue_number)
        wanted = issues.Change(
            title=title, body=body, state=state, state_reason=state_reason, labels=labels, assignees=assignees
        )
        return self._made(owner, repo, issues.change(self.hub, self.caller, repository, issue, wanted))

    @tool("Add comment to issue", needs=["repo"])
    async def add_issue_comment(
        self,
        owner: Owner,
        repo: Repo,
        issue_number: Annotated[int, number("Issue number to comment on")],
        body: Annotated[str, Field(description="Comment content")],
    ) -> Json:
        """Add a comment to a specific issue, or to a pull request, in a GitHub repository."""
        repository = self.repository(owner, repo)
        issue = issues.get(repository, issue_number)
        said = issues.comment(self.hub, self.caller, repository, issue, body)
        return minimal.made(said.id, self.shapes.comment(repository, issue, said)["html_url"])

    @tool("Change sub-issue", destroys=True, needs=["repo"])
    async def sub_issue_write(
        self,
        method: Annotated[str, Field(description="One of 'add', 'remove', 'reprioritize'")],
        owner: Owner,
        repo: Repo,
        issue_number: Annotated[int, number("The number of the parent issue")],
        sub_issue_id: Annotated[int, number("The ID of the sub-issue; not the same as its number")],
        replace_parent: Annotated[bool | None, Field(description="'add' moves it from another parent")] = None,
        after_id: Annotated[int | None, number("The ID of the sub-issue to come after")] = None,
        before_id: Annotated[int | None, number("The ID of the sub-issue to come before")] = None,
    ) -> Json:
        """Add a sub-issue to a parent issue in a GitHub repository, remove it, or move it among the others."""
        repository = self.repository(owner, repo)
        issue = issues.get(repository, issue_number)
        who = (self.hub, self.caller, repository, issue, sub_issue_id)
        match method:
            case "add":
                issue = issues.add_child(*who, replace=bool(replace_parent))
            case "remove":
                issue = issues.remove_child(*who)
            case "reprioritize":
                issue = issues.place_child(*who, after=after_id, before=before_id)
            case _:
                raise errors.unprocessable(f"unknown method: {method}")
        return minimal.issue(self.shapes, repository, issue)

    @tool("List available issue types", reads=True, needs=["read:org"])
    async def list_issue_types(
        self, owner: Annotated[str, Field(description="The organization owner of the repository")]
    ) -> list[Json]:
        """List supported issue types of an organization. An empty list: none are defined there."""
        self.hub.account(owner)
        return []

    @tool("List repository issue fields", reads=True, needs=["repo"])
    async def list_issue_fields(self, owner: Owner, repo: Repo) -> list[Json]:
        """List the issue fields of a repository. An empty list: none are defined there."""
        self.repository(owner, repo)
        return []

    @tool("Get a specific label from a repository", reads=True, needs=["repo"], also="labels")
    async def get_label(self, owner: Owner, repo: Repo, name: LabelName) -> Json:
        """Get a specific label from a repository."""
        repository = self.repository(owner, repo)
        return self.shapes.label(repository, labelling.get(repository, name))

    def _made(self, owner: str, repo: str, issue: Issue) -> Json:
        return minimal.made(issue.id, self.shapes.issue(self.repository(owner, repo), issue)["html_url"])


def _by(order: str | None) -> Any:
    match order:
        case "COMMENTS":
            return lambda issue: (len(issue.comments), issue.number)
        case "UPDATED_AT":
            return lambda issue: (issue.updated_at, issue.number)
        case _:
            return lambda issue: (issue.created_at, issue.number)
