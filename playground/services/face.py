"""The MCP face of a service: a server of its tools, in which each call knows who makes it.

Which tools a caller sees is decided anew for each request, from its token, path and headers.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from playground.authorization.grants import Grant
from playground.services.definitions import Marked
from playground.services.protection import GRANT, TOKEN


@dataclass(frozen=True, slots=True)
class Asking:
    """Who makes the call that is served now. `arguments` are as they came, before defaults."""

    grant: Grant
    token: str
    request: Request
    arguments: Mapping[str, Any] = field(default_factory=dict)


Hides = Callable[[Marked, Asking], bool]  # whether a tool does not exist for this caller
_ASKING: ContextVar[Asking] = ContextVar("asking")


def asking() -> Asking:
    return _ASKING.get()


class Face:
    """An ASGI app that speaks streamable HTTP in both eras; `server` may be served over SSE as well."""

    def __init__(
        self, name: str, title: str, tools: Mapping[str, tuple[Marked, Tool]], *, hides: Hides, instructions: str = ""
    ) -> None:
        self._marks = {tool_name: marked for tool_name, (marked, _) in tools.items()}
        self._hides = hides
        self.server: MCPServer[Any] = MCPServer(
            name,
            title,
            instructions=instructions or None,
            version="1.0.0",
            tools=[made for _, made in tools.values()],
            middleware=[self._for_this_caller],
            log_level="ERROR",
        )

    @property
    def marks(self) -> Mapping[str, Marked]:
        return self._marks

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sessions live as long as the block."""
        self.server.streamable_http_app()  # a session manager runs once: each time a new one
        async with self.server.session_manager.run():
            yield

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.server.session_manager.handle_request(scope, receive, send)

    def over_sse(self, message_path: str) -> Starlette:
        """The same over the transport of 2024: a stream at `/sse`, and messages to another path."""
        return self.server.sse_app(message_path=message_path)

    async def _for_this_caller(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        if (asker := _asker(ctx)) is None:
            return await call_next(ctx)
        token = _ASKING.set(asker)
        try:
            if ctx.method == "tools/call" and self._hidden((ctx.params or {}).get("name", ""), asker):
                said = f"unknown tool {(ctx.params or {}).get('name')!r}"
                return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)
            result = await call_next(ctx)
            return self._narrowed(result, asker) if ctx.method == "tools/list" else result
        finally:
            _ASKING.reset(token)

    def _narrowed(self, result: HandlerResult, asker: Asking) -> HandlerResult:
        """A listing without what is hidden. The SDK hands it on as it goes over the wire."""
        assert isinstance(result, dict)
        return {**result, "tools": [one for one in result["tools"] if not self._hidden(one["name"], asker)]}

    def _hidden(self, name: str, asker: Asking) -> bool:
        return name in self._marks and self._hides(self._marks[name], asker)


def called(body: bytes) -> str | None:
    """The tool that a message to an MCP endpoint calls, if it calls one."""
    try:
        message = json.loads(body)
        return str(message["params"]["name"]) if message["method"] == "tools/call" else None
    except (ValueError, TypeError, KeyError):
        return None


def message_name(scope: Scope, body: bytes) -> str:
    """How faults and the log call a message: `mcp.tools/call.get_me`, `mcp.tools/list`, `mcp.GET`."""
    if name := called(body):
        return f"mcp.tools/call.{name}"
    try:
        return f"mcp.{json.loads(body)['method']}"
    except (ValueError, TypeError, KeyError):
        return f"mcp.{scope['method']}"


def _asker(ctx: ServerRequestContext[Any, Any]) -> Asking | None:
    if not isinstance(ctx.request, Request) or GRANT not in ctx.request.scope:
        return None
    scope = ctx.request.scope
    arguments = (ctx.params or {}).get("arguments") or {} if ctx.method == "tools/call" else {}
    return Asking(scope[GRANT], scope[TOKEN], ctx.request, arguments)
