"""Toolset `git`: trees."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github.acts import refs
from playground.services.github.tools.base import Json, Owner, Repo, Tools


class Git(Tools):
    @tool("Get repository tree", reads=True, needs=["repo"])
    async def get_repository_tree(
        self,
        owner: Owner,
        repo: Repo,
        tree_sha: Annotated[str | None, Field(description="The tree's SHA, or a branch or tag")] = None,
        recursive: Annotated[bool | None, Field(description="Also what is in folders. Default is false")] = None,
        path_filter: Annotated[str | None, Field(description="Only what begins with this path")] = None,
    ) -> Json:
        """Get the tree structure (files and directories) of a GitHub repository at a specific ref or SHA."""
        repository = self.repository(owner, repo)
        is_tree = tree_sha in repository.objects.trees
        sha = tree_sha if tree_sha and is_tree else refs.resolve(repository, tree_sha).tree
        tree = self.shapes.tree(repository, sha, recursive=bool(recursive))
        entries = [entry for entry in tree["tree"] if entry["path"].startswith(path_filter or "")]
        return {**tree, "tree": entries, "owner": owner, "repo": repo, "count": len(entries)}
