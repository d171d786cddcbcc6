"""Which tools are listed, and how: in pages, without end, changed with or without a word, at odds with what they do."""

from __future__ import annotations

from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.subscriptions import ToolsListChanged
from pydantic import BaseModel, ConfigDict

from playground.services.odd.bench import Bench

DRAFT4: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "id": "https://example.com/odd",
    "type": "object",
    "definitions": {"amount": {"type": "number", "minimum": 0, "exclusiveMinimum": True}},
    "properties": {"amount": {"$ref": "#/definitions/amount"}},
}


class Number(BaseModel):
    n: int


class Change(BaseModel):
    """Tools to add and to remove by name, and other descriptions for some."""

    model_config = ConfigDict(extra="forbid")

    add: list[str] = []
    remove: list[str] = []
    redescribe: dict[str, str] = {}


def add_schemas(bench: Bench) -> None:
    """Tools whose definitions are odd."""

    @bench.tool(structured_output=True)
    def liar() -> Number:
        """Says that it gives a number, and gives something else."""
        return Number(n=1)

    bench.lies["liar"] = {"n": "none"}

    @bench.tool()
    def old_fashioned(amount: float = 1) -> str:
        """Its schema is of a draft that nobody writes any more."""
        return f"{amount:g}"

    bench.redefined["old_fashioned"] = {"inputSchema": DRAFT4}

    @bench.tool()
    def only_as_a_task() -> str:
        """Cannot be called as other tools can; the tasks that it wants are of one revision of the protocol."""
        raise ToolError("Tool only_as_a_task requires task augmentation (taskSupport: 'required')")

    bench.redefined["only_as_a_task"] = {"execution": {"taskSupport": "required"}}


def add_changes(bench: Bench) -> None:
    @bench.tool()
    async def change_tools(
        ctx: Context,
        add: list[str] | None = None,
        remove: list[str] | None = None,
        redescribe: dict[str, str] | None = None,
        announce: bool = True,
    ) -> str:
        """Adds tools, removes some, gives some another description; says so to the clients only if `announce`."""
        changed = change(bench, Change(add=add or [], remove=remove or [], redescribe=redescribe or {}))
        if announce:
            await told(bench)
        return changed


def change(bench: Bench, wanted: Change) -> str:
    """Raises `ToolError` where a tool to remove is not there."""
    for name in wanted.remove:
        bench.mcp.remove_tool(name)
    for name in wanted.add:
        bench.mcp.add_tool(bench.counted(_new(name)), description=f"A tool that came later: {name}.")
    for name, description in wanted.redescribe.items():
        bench.redefined.setdefault(name, {})["description"] = description
    return f"{len(wanted.add)} added, {len(wanted.remove)} removed, {len(wanted.redescribe)} changed"


async def told(bench: Bench) -> None:
    """Tells all clients that the list has changed, each in the way of its protocol."""
    await bench.bus.publish(ToolsListChanged())
    for session in bench.sessions:
        await session.send_tool_list_changed()


class Listing:
    """A middleware: pages, lies and the promise to tell of changes. Results are wire objects by then."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        result = await call_next(ctx)
        if ctx.method == "notifications/initialized":
            self._bench.sessions.append(ctx.session)
        if not isinstance(result, dict):
            return result
        params = ctx.params or {}
        if ctx.method == "initialize":
            result["capabilities"]["tools"]["listChanged"] = True
        if ctx.method == "tools/list":
            self._list(result, int(params.get("cursor") or 0))
        if ctx.method == "tools/call" and params.get("name") in self._bench.lies:
            result["structuredContent"] = self._bench.lies[params["name"]]
        return result

    def _list(self, result: dict[str, Any], first: int) -> None:
        switches, tools = self._bench.switches, result["tools"]
        size = switches.page_size or len(tools) or 1
        page = tools[first : first + size]
        result["tools"] = [tool | self._bench.redefined.get(tool["name"], {}) for tool in page]
        if first + size < len(tools) or switches.endless_pages:
            result["nextCursor"] = str(first + size)


def _new(name: str) -> Any:
    def newcomer() -> str:
        return f"{name} is new here"

    newcomer.__name__ = name
    return newcomer
