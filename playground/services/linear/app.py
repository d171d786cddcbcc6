"""Linear as one ASGI app: GraphQL at `/graphql`, MCP at `/mcp` and, for older clients, `/sse`; one store behind all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from playground.authorization.grants import Grant, Verifier
from playground.services.definitions import Marked, toolset
from playground.services.face import Asking, Face, message_name
from playground.services.grants import FirstOf, Tokens
from playground.services.linear import seed as seeding
from playground.services.linear.graph.endpoint import Endpoint, operation_name, wording
from playground.services.linear.store import Contents, Linear
from playground.services.linear.tools.comments import Attachments, Comments
from playground.services.linear.tools.documents import Documents
from playground.services.linear.tools.issues import Issues
from playground.services.linear.tools.planning import Planning
from playground.services.linear.tools.projects import Projects
from playground.services.linear.tools.teams import Teams
from playground.services.linear.webhooks import SENDS, Webhooks
from playground.services.open_requests import Watched
from playground.services.protection import Gate, Resource, metadata_route
from playground.services.service import Service

SCOPES = ("read", "write", "issues:create", "comments:create")
MESSAGES = "/messages/"  # where clients of the older transport send to


def key_of(person: str) -> str:
    """A personal API key of a colleague."""
    return f"lin_api_playground_{person}"


def token_of(person: str, kind: str = "") -> str:
    """An access token. `kind`: `read` may only read."""
    return f"lin_oauth_{kind or 'playground'}_{person}"


def tokens() -> Tokens:
    known: dict[str, Grant] = {}
    for user in seeding.contents().users.values():
        name = user.display_name
        known[key_of(name)] = known[token_of(name)] = Grant(name, frozenset(SCOPES))
        known[token_of(name, "read")] = Grant(name, frozenset({"read"}))
    return Tokens(known)


class LinearService(Service[Contents]):
    form = Contents
    sends = SENDS

    def __init__(
        self,
        *,
        verifier: Verifier,
        authorization_servers: Sequence[str],
        state: Path | None,
        seed: int,
        clock: Callable[[], datetime] | None,
    ) -> None:
        super().__init__(state=state, seed=seed)
        self._clock = clock
        self.begin(None)
        self.face = self._tools()
        resource = Resource(
            name="Linear",
            paths=("/mcp", "/sse"),
            scopes=("read", "write"),
            authorization_servers=tuple(authorization_servers),
        )
        graph = self.door(Endpoint(lambda: self.linear, verifier), operation_name, wording)
        mcp = self.door(Gate(self.face, resource, verifier=verifier), message_name, wording)
        gated = self.door(Gate(self.face.over_sse(MESSAGES), resource, verifier=verifier), message_name, wording)
        older = Watched(gated, self.streams)
        routes: list[BaseRoute] = [
            metadata_route(resource),
            Route("/graphql", graph, methods=["POST"]),
            Route("/mcp", mcp, methods=["GET", "POST", "DELETE"]),
            Route("/sse", older, methods=["GET"]),
            Route(MESSAGES, older, methods=["POST"]),
        ]
        self.open(routes, self.face, {404: nothing_there})

    def begin(self, kept: Contents | None) -> None:
        self.linear = Linear(kept or seeding.contents(), self._clock)
        self.linear.tell, self.linear.reaches = Webhooks(self.linear, self.outbox), self.outbox.allows

    def snapshot(self) -> Contents:
        return self.linear.contents

    def counts(self) -> dict[str, int]:
        contents = self.linear.contents
        kinds = ("users", "teams", "projects", "issues", "comments", "documents")
        return {kind: len(getattr(contents, kind)) for kind in kinds}

    def _tools(self) -> Face:
        def linear() -> Linear:
            return self.linear

        owners: list[Any] = [
            kind(linear) for kind in (Issues, Comments, Attachments, Projects, Planning, Teams, Documents)
        ]
        tools = {name: made for owner in owners for name, made in toolset("", owner, closed=True).items()}
        return Face("Linear", "Linear", tools, hides=nobody_is_hidden_from)


def nobody_is_hidden_from(marked: Marked, asking: Asking) -> bool:
    """Everybody sees all tools; what somebody may not do is refused when it is called."""
    return False


async def nothing_there(request: Request, problem: Exception) -> Response:
    return JSONResponse({"error": "Not found"}, status_code=404)


def create(
    *,
    verifier: Verifier | None = None,
    authorization_servers: Sequence[str] = (),
    state: Path | None = None,
    seed: int = 0,
    clock: Callable[[], datetime] | None = None,
) -> LinearService:
    """The app. `verifier` is asked for tokens that are not one of the colleagues' static ones."""
    known: Verifier = tokens() if verifier is None else FirstOf(tokens(), verifier)
    return LinearService(
        verifier=known, authorization_servers=authorization_servers, state=state, seed=seed, clock=clock
    )
