"""Toolset `repos`, its second part: files and commits, and finding them."""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from mcp_types import BlobResourceContents, CallToolResult, EmbeddedResource, TextContent, TextResourceContents
from pydantic import BaseModel, Field

from playground.services.definitions import tool
from playground.services.github import search
from playground.services.github.acts import files as filing
from playground.services.github.acts import refs
from playground.services.github.models import Repository
from playground.services.github.rest.git import changes_of
from playground.services.github.tools import minimal
from playground.services.github.tools.base import Json, Owner, Page, PerPage, Repo, Tools, paged
from playground.services.github.tools.context import Order, Query

Message = Annotated[str, Field(description="Commit message")]


class PushedFile(BaseModel):
    path: str = Field(description="path to the file")
    content: str = Field(description="file content")


class Contents(Tools):
    @tool("Get file or directory contents", reads=True, needs=["repo"])
    async def get_file_contents(
        self,
        owner: Owner,
        repo: Repo,
        path: Annotated[str | None, Field(description="Path to file/directory")] = None,
        ref: Annotated[str | None, Field(description="A branch, tag or `refs/pull/{number}/head`")] = None,
        sha: Annotated[str | None, Field(description="A commit; used instead of ref")] = None,
    ) -> CallToolResult | list[Json]:
        """Get the contents of a file or directory from a GitHub repository."""
        repository = self.repository(owner, repo)
        found = filing.read(repository, path or "", sha or ref)
        where = sha or ref or repository.default_branch
        if found.content is None:
            below = f"{found.path}/" if found.path else ""
            return [
                self.shapes.content(repository, f"{below}{name}", entry, where) for name, entry in found.inside.items()
            ]
        return _downloaded(repository, found)

    @tool("Create or update file", needs=["repo"])
    async def create_or_update_file(
        self,
        owner: Owner,
        repo: Repo,
        path: Annotated[str, Field(description="Path where to create/update the file")],
        content: Annotated[str, Field(description="Content of the file")],
        message: Message,
        branch: Annotated[str, Field(description="Branch to create/update the file in")],
        sha: Annotated[str | None, Field(description="The blob SHA of the file being replaced")] = None,
    ) -> Json:
        """Create or update a single file in a GitHub repository. An existing file is replaced only with its SHA."""
        repository = self.repository(owner, repo)
        commit = filing.write(
            self.hub, self.caller, repository, path, content.encode(), message, branch=branch, sha=sha
        )
        entry = repository.objects.entry(commit.sha, path)
        assert entry is not None
        shown = self.shapes.content(repository, path, entry, branch)
        known = ("name", "path", "sha", "size", "html_url")
        return {
            "content": {name: shown[name] for name in known},
            "commit": minimal.commit(self.shapes, repository, commit),
        }

    @tool("Delete file", destroys=True, needs=["repo"])
    async def delete_file(
        self,
        owner: Owner,
        repo: Repo,
        path: Annotated[str, Field(description="Path to the file to delete")],
        message: Message,
        branch: Annotated[str, Field(description="Branch to delete the file from")],
    ) -> Json:
        """Delete a file from a GitHub repository."""
        repository = self.repository(owner, repo)
        commit = filing.delete(self.hub, self.caller, repository, path, message, branch=branch)
        return {"commit": minimal.commit(self.shapes, repository, commit), "content": None}

    @tool("Push files to repository", needs=["repo"])
    async def push_files(
        self,
        owner: Owner,
        repo: Repo,
        branch: Annotated[str, Field(description="Branch to push to")],
        files: Annotated[list[PushedFile], Field(description="Files to push, each with path and content")],
        message: Message,
    ) -> Json:
        """Push multiple files to a GitHub repository in a single commit."""
        repository = self.repository(owner, repo)
        written: dict[str, bytes | None] = {one.path: one.content.encode() for one in files}
        commit = filing.push(self.hub, self.caller, repository, written, message, branch=branch)
        return self.shapes.ref(repository, f"refs/heads/{branch}", commit.sha)

    @tool("List commits", reads=True, needs=["repo"])
    async def list_commits(
        self,
        owner: Owner,
        repo: Repo,
        sha: Annotated[str | None, Field(description="Commit SHA, branch or tag name to list commits of")] = None,
        author: Annotated[str | None, Field(description="Author username or email address")] = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> list[Json]:
        """Get list of commits of a branch in a GitHub repository."""
        repository = self.repository(owner, repo)
        history = repository.objects.history(refs.resolve(repository, sha).sha)
        fitting = [one for one in history if author in (None, one.author.login, one.author.email)]
        return [minimal.commit(self.shapes, repository, one) for one in paged(fitting, page, perPage)]

    @tool("Get commit details", reads=True, needs=["repo"])
    async def get_commit(
        self,
        owner: Owner,
        repo: Repo,
        sha: Annotated[str, Field(description="Commit SHA, branch name, or tag name")],
        include_diff: Annotated[bool | None, Field(description="Also stats and file diffs (default: true)")] = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json:
        """Get details for a commit from a GitHub repository."""
        repository = self.repository(owner, repo)
        commit = refs.resolve(repository, sha)
        changed = None if include_diff is False else list(paged(changes_of(repository, commit), page, perPage))
        return minimal.commit(self.shapes, repository, commit, changed)

    @tool("Search code", reads=True, needs=["repo"])
    async def search_code(
        self,
        query: Query,
        sort: Annotated[str | None, Field(description="Sort field ('indexed' only)")] = None,
        order: Order = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json:
        """Fast and precise code search across all GitHub repositories that the user can see."""
        found = search.code(self.hub, self.caller, query)
        if order == "asc":
            found.reverse()
        items = [
            {"name": path.rpartition("/")[2], "path": path, "sha": sha, "repository": repository.full_name}
            for repository, path, sha in paged(found, page, perPage)
        ]
        return {"total_count": len(found), "incomplete_results": False, "items": items}

    @tool("Search commits", reads=True, needs=["repo"])
    async def search_commits(
        self,
        query: Query,
        sort: Literal["author-date", "committer-date"] | None = None,
        order: Order = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json:
        """Search for commits on default branches by message, author or hash."""
        found = search.commits(self.hub, self.caller, query)
        if sort is not None:
            found.sort(key=lambda one: one[1].committer.date, reverse=order != "asc")
        items = [
            {
                **minimal.commit(self.shapes, repository, commit),
                "repository": {"full_name": repository.full_name, "private": repository.private},
            }
            for repository, commit in paged(found, page, perPage)
        ]
        return {"total_count": len(found), "incomplete_results": False, "items": items}


def _downloaded(repository: Repository, found: filing.Found) -> CallToolResult:
    """The file as a resource beside a sentence, as GitHub's server answers."""
    uri = f"repo://{repository.full_name}/sha/{found.commit.sha}/contents/{found.path}"
    assert found.content is not None
    resource: TextResourceContents | BlobResourceContents
    try:
        resource = TextResourceContents(uri=uri, mime_type="text/plain; charset=utf-8", text=found.content.decode())
        kind = "text"
    except UnicodeDecodeError:
        blob = base64.b64encode(found.content).decode()
        resource = BlobResourceContents(uri=uri, mime_type="application/octet-stream", blob=blob)
        kind = "binary"
    said = f"successfully downloaded {kind} file (SHA: {found.entry.sha})"
    return CallToolResult(
        content=[TextContent(type="text", text=said), EmbeddedResource(type="resource", resource=resource)]
    )
