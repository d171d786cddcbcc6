"""Which tools a caller of the MCP face gets: by path, by headers, and by what its token may do.

https://github.com/github/github-mcp-server/blob/main/docs/remote-server.md and docs/scope-filtering.md. Read-only wins
over everything. A classic token (`ghp_…`) does not see what its scopes cannot do, reading of repositories aside; with
any other token all tools are seen, and a call that lacks a scope is answered with a challenge for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request

from playground.authorization.grants import Grant
from playground.services.definitions import Marked
from playground.services.face import Asking, called

DEFAULT_TOOLSETS = frozenset({"context", "repos", "issues", "pull_requests", "users"})
CLASSIC = "ghp_"
NO = frozenset({"", "false", "f", "no", "n", "0", "off"})
# What a scope brings along: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
INCLUDED = {
    "repo": {"public_repo", "security_events"},
    "admin:org": {"write:org", "read:org"},
    "write:org": {"read:org"},
}


@dataclass(frozen=True, slots=True)
class Selection:
    """`toolsets` None is all of them; `tools` come on top, or alone where no toolset was asked for."""

    toolsets: frozenset[str] | None
    tools: frozenset[str]
    read_only: bool

    def takes(self, marked: Marked) -> bool:
        if self.read_only and not marked.reads:
            return False
        return self.toolsets is None or bool(marked.toolsets & self.toolsets) or marked.name in self.tools


def selection(request: Request) -> Selection:
    toolsets, read_only = _of_path(request.url.path)
    named = _listed(request, "x-mcp-toolsets")
    tools = _listed(request, "x-mcp-tools")
    if request.headers.get("x-mcp-readonly", "").strip().lower() not in NO:
        read_only = True
    if named:
        toolsets = None if "all" in named else frozenset().union(*(_toolset(one) for one in named))
    elif tools and toolsets == DEFAULT_TOOLSETS:
        toolsets = frozenset()
    return Selection(toolsets, frozenset(tools), read_only)


def unknown_tools(request: Request, known: Mapping[str, Marked]) -> list[str]:
    """Those asked for by name that do not exist: GitHub refuses the request then."""
    return [name for name in _listed(request, "x-mcp-tools") if name not in known]


def hides(marked: Marked, asking: Asking) -> bool:
    if not selection(asking.request).takes(marked):
        return True
    if not asking.token.startswith(CLASSIC):
        return False
    reads_repositories = marked.reads and marked.needs <= {"repo"}
    return not reads_repositories and bool(lacking(marked, asking.grant))


def wanting(known: Mapping[str, Marked], body: bytes, grant: Grant, token: str) -> frozenset[str]:
    """The scopes that a call lacks and could be asked for. Nobody is asked to widen a classic token."""
    name = called(body)
    if token.startswith(CLASSIC) or name is None or name not in known:
        return frozenset()
    return lacking(known[name], grant)


def lacking(marked: Marked, grant: Grant) -> frozenset[str]:
    held = set(grant.scopes).union(*(INCLUDED.get(scope, set()) for scope in grant.scopes))
    return frozenset(marked.needs - held)


def _of_path(path: str) -> tuple[frozenset[str] | None, bool]:
    """`/mcp/`, `/mcp/readonly`, `/mcp/x/{toolset}`, `/mcp/x/{toolset}/readonly`."""
    match [part for part in path.split("/") if part][1:]:
        case ["readonly"]:
            return DEFAULT_TOOLSETS, True
        case ["x", "all", *rest]:
            return None, rest == ["readonly"]
        case ["x", toolset, *rest]:
            return frozenset({toolset}), rest == ["readonly"]
        case _:
            return DEFAULT_TOOLSETS, False


def _toolset(name: str) -> frozenset[str]:
    return DEFAULT_TOOLSETS if name == "default" else frozenset({name})


def _listed(request: Request, header: str) -> list[str]:
    return [name.strip() for name in request.headers.get(header, "").split(",") if name.strip()]
