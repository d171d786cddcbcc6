"""Toolset `pull_requests`, its first part: pull requests themselves."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github import diffs, search
from playground.services.github.acts import pulls, reviews
from playground.services.github.tools import minimal
from playground.services.github.tools.base import Json, Owner, Page, PerPage, Repo, Tools, number, paged
from playground.services.github.tools.context import Order, Query

Number = Annotated[int, number("Pull request number")]
READ = Literal[
    "get",
    "get_diff",
    "get_status",
    "get_files",
    "get_review_comments",
    "get_reviews",
    "get_comments",
    "get_check_runs",
]


class PullRequests(Tools):
    @tool("List pull requests", reads=True, needs=["repo"])
    async def list_pull_requests(
        self,
        owner: Owner,
        repo: Repo,
        state: Annotated[Literal["open", "closed", "all"] | None, Field(description="Filter by state")] = None,
        head: Annotated[str | None, Field(description="Filter by head user/org and branch")] = None,
        base: Annotated[str | None, Field(description="Filter by base branch")] = None,
        sort: Literal["created", "updated", "popularity", "long-running"] | None = None,
        direction: Literal["asc", "desc"] | None = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> list[Json]:
        """List pull requests in a GitHub repository. Open ones, unless `state` says otherwise."""
        repository = self.repository(owner, repo)
        found = [
            (issue, pull)
            for issue, pull in pulls.all_of(self.hub, repository)
            if (state or "open") in ("all", issue.state)
            and base in (None, pull.base)
            and head in (None, f"{pull.head_repository.split('/')[0]}:{pull.head}")
        ]
        at = "updated_at" if sort == "updated" else "created_at"
        found.sort(key=lambda one: (getattr(one[0], at), one[0].number), reverse=direction != "asc")
        return [minimal.pull(self.shapes, repository, *one) for one in paged(found, page, perPage)]

    @tool("Search pull requests", reads=True, needs=["repo"])
    async def search_pull_requests(
        self,
        query: Query,
        owner: Annotated[str | None, Field(description="With repo: only of this repository")] = None,
        repo: Annotated[str | None, Field(description="With owner: only of this repository")] = None,
        order: Order = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json:
        """Search for pull requests in GitHub repositories. The search is already scoped to is:pr."""
        where = f" repo:{owner}/{repo}" if owner and repo else ""
        found = search.issues(self.hub, self.caller, f"is:pr {query}{where}")
        found.sort(key=lambda one: (one[1].created_at, one[1].id), reverse=order != "asc")
        shown = [self.shapes.issue(*one) for one in paged(found, page, perPage)]
        return {"total_count": len(found), "incomplete_results": False, "items": shown}

    @tool("Get details for a single pull request", reads=True, needs=["repo"])
    async def pull_request_read(
        self, method: READ, owner: Owner, repo: Repo, pullNumber: Number, page: Page = None, perPage: PerPage = None
    ) -> Any:
        """Get information on a specific pull request in a GitHub repository: itself, its diff, its files, the state
        of builds, its reviews, the comments on its lines, or the discussion below it."""
        repository = self.repository(owner, repo)
        issue, pull = pulls.get(self.hub, repository, pullNumber)
        shapes = self.shapes
        match method:
            case "get":
                mergeable = pulls.is_mergeable(repository, issue, pull)
                state = {None: "unknown", True: "clean", False: "dirty"}[mergeable]
                return {**minimal.pull(shapes, repository, issue, pull), "mergeable_state": state}
            case "get_diff":
                return diffs.as_text(pulls.files(repository, pull))
            case "get_status":
                return shapes.combined_status(repository, pull.head_sha)
            case "get_files":
                return [minimal.change(one) for one in paged(pulls.files(repository, pull), page, perPage)]
            case "get_review_comments":
                seen = reviews.comments_seen_by(self.caller, pull)
                threads = minimal.threads(shapes, repository, issue, seen)
                return {"review_threads": list(paged(threads, page, perPage)), "totalCount": len(threads)}
            case "get_reviews":
                seen_reviews = reviews.seen_by(self.caller, pull)
                return [minimal.review(shapes, repository, issue, one) for one in paged(seen_reviews, page, perPage)]
            case "get_comments":
                some = paged(issue.comments, page, perPage)
                return [minimal.comment(shapes, repository, issue, one) for one in some]
            case "get_check_runs":
                return {"total_count": 0, "check_runs": []}

    @tool("Open new pull request", needs=["repo"])
    async def create_pull_request(
        self,
        owner: Owner,
        repo: Repo,
        title: Annotated[str, Field(description="PR title")],
        head: Annotated[str, Field(description="Branch containing changes")],
        base: Annotated[str, Field(description="Branch to merge into")],
        body: Annotated[str | None, Field(description="PR description")] = None,
        draft: Annotated[bool | None, Field(description="Create as draft PR")] = None,
        maintainer_can_modify: Annotated[bool | None, Field(description="Allow maintainer edits")] = None,
    ) -> Json:
        """Create a new pull request in a GitHub repository."""
        repository = self.repository(owner, repo)
        issue, _ = pulls.create(
            self.hub,
            self.caller,
            repository,
            title=title,
            head=head,
            base=base,
            body=body,
            draft=bool(draft),
            maintainer_can_modify=bool(maintainer_can_modify),
        )
        return minimal.made(issue.id, self.shapes.page(repository, f"/pull/{issue.number}"))

    @tool("Edit pull request", needs=["repo"])
    async def update_pull_request(
        self,
        owner: Owner,
        repo: Repo,
        pullNumber: Annotated[int, number("Pull request number to update")],
        title: Annotated[str | None, Field(description="New title")] = None,
        body: Annotated[str | None, Field(description="New description")] = None,
        state: Annotated[Literal["open", "closed"] | None, Field(description="New state")] = None,
        base: Annotated[str | None, Field(description="New base branch name")] = None,
        draft: Annotated[bool | None, Field(description="Mark as draft, or ready for review")] = None,
        maintainer_can_modify: Annotated[bool | None, Field(description="Allow maintainer edits")] = None,
        reviewers: Annotated[list[str] | None, Field(description="GitHub usernames to request reviews from")] = None,
    ) -> Json:
        """Update an existing pull request in a GitHub repository."""
        repository = self.repository(owner, repo)
        wanted = pulls.Change(
            title=title,
            body=body,
            state=state,
            base=base,
            draft=draft,
            maintainer_can_modify=maintainer_can_modify,
            reviewers=reviewers,
        )
        issue, _ = pulls.change(self.hub, self.caller, repository, pullNumber, wanted)
        return minimal.made(issue.id, self.shapes.page(repository, f"/pull/{issue.number}"))

    @tool("Merge pull request", needs=["repo"])
    async def merge_pull_request(
        self,
        owner: Owner,
        repo: Repo,
        pullNumber: Number,
        commit_title: Annotated[str | None, Field(description="Title for merge commit")] = None,
        commit_message: Annotated[str | None, Field(description="Extra detail for merge commit")] = None,
        merge_method: Annotated[Literal["merge", "squash", "rebase"] | None, Field(description="Merge method")] = None,
    ) -> Json:
        """Merge a pull request in a GitHub repository."""
        repository = self.repository(owner, repo)
        commit = pulls.merge(
            self.hub,
            self.caller,
            repository,
            pullNumber,
            title=commit_title,
            message=commit_message,
            method=merge_method or "merge",
        )
        return {"sha": commit.sha, "merged": True, "message": "Pull Request successfully merged"}

    @tool("Update pull request branch", needs=["repo"])
    async def update_pull_request_branch(
        self,
        owner: Owner,
        repo: Repo,
        pullNumber: Number,
        expectedHeadSha: Annotated[str | None, Field(description="The expected SHA of the HEAD ref")] = None,
    ) -> Json:
        """Update the branch of a pull request with the latest changes from the base branch."""
        repository = self.repository(owner, repo)
        pulls.update_branch(self.hub, self.caller, repository, pullNumber, expected=expectedHeadSha)
        return {"message": "Updating pull request branch.", "url": self.shapes.page(repository, f"/pull/{pullNumber}")}
