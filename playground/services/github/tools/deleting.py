"""`delete_repository`, which asks the person before it does anything: by `input_required` in the modern era, by a
request to the client in the handshake era. Whoever answers with another name deletes nothing.
"""

# Annotations are evaluated here: the question belongs to one store, and a name inside a function is seen no other way.

from collections.abc import Callable
from typing import Annotated, Any

from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from pydantic import BaseModel, Field

from playground.services.definitions import tool
from playground.services.github.acts import repositories
from playground.services.github.errors import ApiError
from playground.services.github.store import GitHub
from playground.services.github.tools.base import Owner, Repo, Tools


class Confirmation(BaseModel):
    confirmation: str = Field(description="The full name (owner/repository) of the repository to delete")


class Deleting(Tools):
    """Part of the toolset `repos`."""

    def __init__(self, hub: Callable[[], GitHub]) -> None:
        super().__init__(hub)

        async def ask(owner: str, repo: str) -> Elicit[Confirmation]:
            """Only whoever may delete it is asked."""
            try:
                repository = self.repository(owner, repo)
                repositories.may_delete(self.hub, self.caller, repository)
            except ApiError as refusal:
                raise ToolError(refusal.told_to_model()) from None
            return Elicit(f"This deletes {repository.full_name} for good. Type its full name to confirm.", Confirmation)

        @tool("Delete repository", destroys=True, needs=["repo", "delete_repo"])
        async def delete_repository(
            owner: Owner, repo: Repo, answer: Annotated[ElicitationResult[Confirmation], Resolve(ask)]
        ) -> dict[str, Any]:
            """Delete a GitHub repository after the user confirms the exact owner/repository name"""
            repository = self.repository(owner, repo)
            if not isinstance(answer, AcceptedElicitation):
                raise ApiError(422, "The user did not confirm the deletion; nothing was deleted.")
            if answer.data.confirmation.strip() != repository.full_name:
                raise ApiError(422, "The name does not match; nothing was deleted.")
            repositories.delete(self.hub, self.caller, repository)
            return {"message": f"Repository {repository.full_name} was deleted"}

        self.delete_repository = delete_repository
