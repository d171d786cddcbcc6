"""Toolset `labels`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github import errors
from playground.services.github.acts import labels as labelling
from playground.services.github.tools.base import Json, Owner, Repo, Tools
from playground.services.github.tools.issues import LabelName


class Labels(Tools):
    @tool("List labels from a repository", reads=True, needs=["repo"])
    async def list_label(self, owner: Owner, repo: Repo) -> Json:
        """List labels from a repository."""
        repository = self.repository(owner, repo)
        shown = [self.shapes.label(repository, one) for one in repository.labels]
        return {"labels": shown, "totalCount": len(shown)}

    @tool("Write operations on repository labels", destroys=True, needs=["repo"])
    async def label_write(
        self,
        method: Literal["create", "update", "delete"],
        owner: Owner,
        repo: Repo,
        name: LabelName,
        new_name: Annotated[str | None, Field(description="New name, for 'update'")] = None,
        color: Annotated[str | None, Field(description="Six hexadecimal digits; required for 'create'")] = None,
        description: Annotated[str | None, Field(description="Label description text")] = None,
    ) -> str:
        """Create, update or delete a label of a repository."""
        repository = self.repository(owner, repo)
        who = (self.hub, self.caller, repository, name)
        match method:
            case "create":
                if color is None:
                    raise errors.unprocessable("missing required parameter: color")
                labelling.create(*who, color=color, description=description or "")
            case "update":
                labelling.change(*who, new_name=new_name, color=color, description=description)
            case "delete":
                labelling.delete(*who)
        return f"label '{new_name or name}' {method}d successfully"
