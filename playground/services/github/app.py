"""GitHub as one ASGI app: the REST face at `/`, the MCP face at `/mcp/`, one store behind both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from playground.authorization.grants import Grant, Verifier
from playground.services.colleagues import COLLEAGUES
from playground.services.definitions import toolset
from playground.services.face import Face, message_name
from playground.services.github import seed as seeding
from playground.services.github import selection
from playground.services.github.rest.endpoint import Endpoint, Handler, no_route, wording
from playground.services.github.rest.routes import OPERATIONS, accepted_scopes
from playground.services.github.store import Contents, GitHub
from playground.services.github.tools.contents import Contents as ContentTools
from playground.services.github.tools.context import Context, Organizations, Users
from playground.services.github.tools.deleting import Deleting
from playground.services.github.tools.git import Git
from playground.services.github.tools.issues import Issues
from playground.services.github.tools.labels import Labels
from playground.services.github.tools.pull_requests import PullRequests
from playground.services.github.tools.repositories import Repositories
from playground.services.github.tools.reviews import Reviews
from playground.services.github.webhooks import Webhooks
from playground.services.grants import FirstOf, Tokens
from playground.services.protection import Gate, Resource, metadata_route
from playground.services.service import Service

SCOPES = ("repo", "read:org", "delete_repo", "read:user", "user:email")
FULL = frozenset(SCOPES)
PATHS = ("/mcp/", "/mcp", "/mcp/readonly", "/mcp/x/*")


def token_of(person: str, kind: str = "") -> str:
    """A classic token of a colleague. `kind`: `bare` has no scopes, `oauth` is an app's and holds `repo`."""
    return {"": f"ghp_playground_{person}", "bare": f"ghp_bare_{person}", "oauth": f"gho_playground_{person}"}[kind]


def tokens() -> Tokens:
    known: dict[str, Grant] = {}
    for name in COLLEAGUES:
        known[token_of(name)] = Grant(name, FULL)
        known[token_of(name, "bare")] = Grant(name)
        known[token_of(name, "oauth")] = Grant(name, frozenset({"repo"}))
    return Tokens(known)


class GitHubService(Service[Contents]):
    form = Contents

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
            name="GitHub MCP Server",
            paths=PATHS,
            scopes=SCOPES,
            authorization_servers=tuple(authorization_servers),
        )
        gate = Gate(_KnownTools(self.face), resource, verifier=verifier, wanting=self._wanting)
        mcp = self.door(gate, message_name, wording)
        routes: list[BaseRoute] = [
            metadata_route(resource),
            *(Route(path.replace("*", "{rest:path}"), mcp, methods=["GET", "POST", "DELETE"]) for path in PATHS),
            *(self._rest(method, path, name, handler, verifier) for method, path, name, handler in OPERATIONS),
        ]
        self.open(routes, self.face, {404: no_route, 405: no_route})

    def begin(self, kept: Contents | None) -> None:
        self.hub = GitHub(kept or seeding.contents(), self._clock)
        self.hub.tell = Webhooks(self.hub, self.outbox)

    def snapshot(self) -> Contents:
        return self.hub.contents

    def counts(self) -> dict[str, int]:
        repositories = self.hub.contents.repositories.values()
        return {
            "accounts": len(self.hub.contents.accounts),
            "repositories": len(repositories),
            "issues": sum(len(one.issues) for one in repositories),
        }

    def _tools(self) -> Face:
        def hub() -> GitHub:
            return self.hub

        sets = [
            ("context", Context(hub)),
            ("users", Users(hub)),
            ("orgs", Organizations(hub)),
            ("repos", Repositories(hub)),
            ("repos", ContentTools(hub)),
            ("repos", Deleting(hub)),
            ("git", Git(hub)),
            ("issues", Issues(hub)),
            ("labels", Labels(hub)),
            ("pull_requests", PullRequests(hub)),
            ("pull_requests", Reviews(hub)),
        ]
        tools = {name: made for set_name, owner in sets for name, made in toolset(set_name, owner).items()}
        return Face("github-mcp-server", "GitHub MCP Server", tools, hides=selection.hides)

    def _wanting(self, body: bytes, grant: Grant, token: str) -> frozenset[str]:
        return selection.wanting(self.face.marks, body, grant, token)

    def _rest(self, method: str, path: str, name: str, handler: Handler, verifier: Verifier) -> Route:
        endpoint = Endpoint(lambda: self.hub, verifier, handler, accepted_scopes(name), self.outbox)
        return Route(path, self.door(endpoint, name, wording), methods=[method])


class _KnownTools:
    """A request that names a tool which does not exist gets a 400, as GitHub's server does not start with it."""

    def __init__(self, face: Face) -> None:
        self._face = face

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        unknown = selection.unknown_tools(Request(scope), self._face.marks)
        said = {"message": f"unknown tools in X-MCP-Tools: {', '.join(unknown)}"}
        app: ASGIApp = JSONResponse(said, status_code=400) if unknown else self._face
        await app(scope, receive, send)


def create(
    *,
    verifier: Verifier | None = None,
    authorization_servers: Sequence[str] = (),
    state: Path | None = None,
    seed: int = 0,
    clock: Callable[[], datetime] | None = None,
) -> GitHubService:
    """The app. `verifier` is asked for tokens that are not one of the colleagues' static ones (`token_of`)."""
    known: Verifier = tokens() if verifier is None else FirstOf(tokens(), verifier)
    return GitHubService(
        verifier=known, authorization_servers=authorization_servers, state=state, seed=seed, clock=clock
    )
