"""Toolset `repos`, its first part: repositories, branches, tags, releases and who works in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github import errors, search
from playground.services.github.acts import refs, repositories
from playground.services.github.models import Release
from playground.services.github.tools import minimal
from playground.services.github.tools.base import Json, Owner, Page, PerPage, Repo, Tools, paged
from playground.services.github.tools.context import Order, Query

Tag = Annotated[str, Field(description="Tag name (e.g., 'v1.0.0')")]


class Repositories(Tools):
    @tool("Create repository", needs=["repo"])
    async def create_repository(
        self,
        name: Repo,
        description: Annotated[str | None, Field(description="Repository description")] = None,
        organization: Annotated[str | None, Field(description="Organization to create it in")] = None,
        private: Annotated[bool | None, Field(description="Whether it should be private")] = None,
        autoInit: Annotated[bool | None, Field(description="Initialize with README")] = None,
    ) -> Json:
        """Create a new GitHub repository in your account or specified organization."""
        repository = repositories.create(
            self.hub,
            self.caller,
            name,
            organization=organization,
            description=description,
            private=bool(private),
            with_readme=bool(autoInit),
        )
        return minimal.made(repository.id, self.shapes.page(repository))

    @tool("Fork repository", needs=["repo"])
    async def fork_repository(
        self,
        owner: Owner,
        repo: Repo,
        organization: Annotated[str | None, Field(description="Organization to fork to")] = None,
    ) -> Json:
        """Fork a GitHub repository to your account or specified organization."""
        fork = repositories.fork(self.hub, self.caller, self.repository(owner, repo), organization)
        return minimal.made(fork.id, self.shapes.page(fork))

    @tool("Search repositories", reads=True, needs=["repo"])
    async def search_repositories(
        self,
        query: Query,
        sort: Literal["stars", "forks", "help-wanted-issues", "updated"] | None = None,
        order: Order = None,
        page: Page = None,
        perPage: PerPage = None,
        minimal_output: Annotated[bool | None, Field(description="Short results (default: true)")] = None,
    ) -> Json:
        """Find GitHub repositories by name, description, owner or language."""
        found = search.repositories(self.hub, self.caller, query)
        if sort == "updated":
            found.sort(key=lambda one: one.updated_at, reverse=order != "asc")
        some = paged(found, page, perPage)
        shown = [
            self.shapes.repository(one) if minimal_output is False else minimal.repository(self.shapes, one)
            for one in some
        ]
        return {"total_count": len(found), "incomplete_results": False, "items": shown}

    @tool("List repository collaborators", reads=True, needs=["repo"])
    async def list_repository_collaborators(
        self,
        owner: Owner,
        repo: Repo,
        affiliation: Literal["outside", "direct", "all"] | None = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> list[Json]:
        """List collaborators of a GitHub repository, with their username, ID and role."""
        repository = self.repository(owner, repo)
        if not self.hub.has(self.caller.login, repository, "write"):
            raise errors.ApiError(403, "Must have push access to view repository collaborators.")
        members = self.hub.account(repository.owner).members
        logins = [one for one in repository.roles if affiliation != "outside" or one not in members]
        return [
            {"login": one, "id": self.hub.account(one).id, "role_name": repository.roles[one]}
            for one in paged(logins, page, perPage)
        ]

    @tool("Create branch", needs=["repo"])
    async def create_branch(
        self,
        owner: Owner,
        repo: Repo,
        branch: Annotated[str, Field(description="Name for new branch")],
        from_branch: Annotated[str | None, Field(description="Source branch (defaults to repo default)")] = None,
    ) -> Json:
        """Create a new branch in a GitHub repository."""
        repository = self.repository(owner, repo)
        sha = refs.branch(repository, from_branch or repository.default_branch)
        ref = refs.create(self.hub, self.caller, repository, f"refs/heads/{branch}", sha)
        return self.shapes.ref(repository, ref, sha)

    @tool("List branches", reads=True, needs=["repo"])
    async def list_branches(self, owner: Owner, repo: Repo, page: Page = None, perPage: PerPage = None) -> list[Json]:
        """List branches in a GitHub repository."""
        branches = self.repository(owner, repo).branches
        some = paged(sorted(branches), page, perPage)
        return [{"name": name, "sha": branches[name], "protected": False} for name in some]

    @tool("List tags", reads=True, needs=["repo"])
    async def list_tags(self, owner: Owner, repo: Repo, page: Page = None, perPage: PerPage = None) -> list[Json]:
        """List git tags in a GitHub repository."""
        tags = self.repository(owner, repo).tags
        return [{"name": name, "sha": tags[name]} for name in paged(sorted(tags), page, perPage)]

    @tool("Get tag details", reads=True, needs=["repo"])
    async def get_tag(self, owner: Owner, repo: Repo, tag: Tag) -> Json:
        """Get details about a specific git tag in a GitHub repository."""
        repository = self.repository(owner, repo)
        if tag not in repository.tags:
            raise errors.not_found()
        return self.shapes.ref(repository, f"refs/tags/{tag}", repository.tags[tag])

    @tool("List releases", reads=True, needs=["repo"])
    async def list_releases(self, owner: Owner, repo: Repo, page: Page = None, perPage: PerPage = None) -> list[Json]:
        """List releases in a GitHub repository."""
        repository = self.repository(owner, repo)
        newest_first = list(reversed(repository.releases))
        return [minimal.release(self.shapes, repository, one) for one in paged(newest_first, page, perPage)]

    @tool("Get latest release", reads=True, needs=["repo"])
    async def get_latest_release(self, owner: Owner, repo: Repo) -> Json:
        """Get the latest release in a GitHub repository."""
        return self._release(owner, repo, lambda one: True)

    @tool("Get a release by tag name", reads=True, needs=["repo"])
    async def get_release_by_tag(self, owner: Owner, repo: Repo, tag: Tag) -> Json:
        """Get a specific release by its tag name in a GitHub repository."""
        return self._release(owner, repo, lambda one: one.tag == tag)

    def _release(self, owner: str, repo: str, fits: Callable[[Release], bool]) -> Json:
        repository = self.repository(owner, repo)
        for one in reversed(repository.releases):
            if fits(one):
                return minimal.release(self.shapes, repository, one)
        raise errors.not_found()
