"""The MCP face of a service: methods of ordinary classes become tools, and each call knows who makes it.

`tool` marks a method; `toolset` collects those of some objects. Definitions go out as vendors write theirs: no titles
of parameters, no `null` among the types of what may be left out. A refusal is told to the model in the service's own
words. Which tools a caller sees is decided anew for each request, from its token, path and headers.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from playground.services.grants import Grant
from playground.services.protection import GRANT, TOKEN
from playground.services.refused import Refused

MARK = "playground_tool"
Json = Any
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a method says of the tool that it is. `needs`: the scopes of a token that may call it."""

    name: str = ""
    title: str
    reads: bool
    destroys: bool | None
    needs: frozenset[str]
    toolsets: frozenset[str]


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


def tool(
    title: str, *, reads: bool = False, destroys: bool | None = None, needs: Sequence[str] = (), also: str = ""
) -> Callable[[Method], Method]:
    """`also`: another toolset that has this tool, too."""

    def mark(method: Method) -> Method:
        marked = Marked(
            title=title, reads=reads, destroys=destroys, needs=frozenset(needs), toolsets=frozenset({also} - {""})
        )
        setattr(method, MARK, marked)
        return method

    return mark


def toolset(name: str, owner: object, *, closed: bool = False) -> dict[str, tuple[Marked, Tool]]:
    """The marked methods of `owner`. `closed`: their schemas say that there are no other parameters."""
    found = {}
    for method_name, plain in inspect.getmembers_static(owner):  # static: properties ask who calls, and nobody does
        if (marked := getattr(plain, MARK, None)) is not None:
            made = _made(method_name, getattr(owner, method_name), marked, closed=closed)
            found[method_name] = (replace(marked, name=method_name, toolsets=marked.toolsets | {name}), made)
    return found


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
        self._app: Starlette | None = None

    @property
    def marks(self) -> Mapping[str, Marked]:
        return self._marks

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sessions live as long as the block."""
        self._app = self.server.streamable_http_app()  # a session manager runs once: each time a new one
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


def _made(name: str, method: Callable[..., Any], marked: Marked, *, closed: bool) -> Tool:
    hints = ToolAnnotations(title=marked.title, read_only_hint=marked.reads, destructive_hint=marked.destroys)
    made = Tool.from_function(
        _answering(method),
        name=name,
        description=inspect.getdoc(method),
        annotations=hints,
        structured_output=False,
    )
    made.parameters = as_vendors_write(made.parameters)
    if closed:
        made.parameters["additionalProperties"] = False
    return made


def _answering(method: Callable[..., Any]) -> Callable[..., Any]:
    """What the method returns, as JSON in one block of text; content of another kind as it is."""

    @functools.wraps(method)
    async def answer(*args: Any, **kwargs: Any) -> CallToolResult:
        try:
            result = await method(*args, **kwargs)
        except Refused as refusal:
            return CallToolResult(content=[TextContent(type="text", text=refusal.told_to_model())], is_error=True)
        if isinstance(result, CallToolResult):
            return result
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        return CallToolResult(content=[TextContent(type="text", text=text)])

    return answer


def as_vendors_write(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """Without `title`s and `$ref`s, and without `null` where it only means that a parameter may be left out."""
    if isinstance(schema, list):
        return [as_vendors_write(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    definitions = definitions or schema.get("$defs", {})
    if "$ref" in schema:
        meant = definitions[schema["$ref"].rpartition("/")[2]]
        schema = {**meant, **{key: value for key, value in schema.items() if key != "$ref"}}
    plain = {
        key: value
        for key, value in schema.items()
        if key != "$defs" and not (key == "title" and isinstance(value, str))
    }
    return {key: as_vendors_write(value, definitions) for key, value in _without_null(plain).items()}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`anyOf` something and `null`, by default `null`: that something."""
    if schema.get("default", ...) is not None:
        return schema
    plain = {key: value for key, value in schema.items() if key not in ("default", "anyOf")}
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return {**plain, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}
