"""A server with many pages of tools and odd schemas, on the SDK's low level, which checks nothing of what it sends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mcp.server import Server, ServerRequestContext
from mcp_types import CallToolRequestParams, CallToolResult, ListToolsResult, PaginatedRequestParams, TextContent, Tool

from tests.workers.tools.servers.odd_jobs import write_line

PAGES = 5
OBJECT: dict[str, Any] = {"type": "object", "properties": {}}
DRAFT4: dict[str, Any] = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "id": "https://example.com/odd",
    "type": "object",
    "definitions": {"amount": {"type": "number", "minimum": 0, "exclusiveMinimum": True}},
    "properties": {"amount": {"$ref": "#/definitions/amount"}},
}


def build(journal: Path) -> Server[Any]:
    tools = [Tool(name=f"tool_{number}", input_schema=OBJECT) for number in range(PAGES - 2)]
    tools.append(Tool(name="odd", input_schema=DRAFT4))
    tools.append(
        Tool(
            name="liar",
            input_schema=OBJECT,
            output_schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
        )
    )

    async def list_tools(ctx: ServerRequestContext[Any], params: PaginatedRequestParams | None) -> ListToolsResult:
        place = int(params.cursor) if params and params.cursor else 0
        following = str(place + 1) if place + 1 < len(tools) else None
        return ListToolsResult(tools=[tools[place]], next_cursor=following)

    async def call_tool(ctx: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        write_line(str(journal))
        text = TextContent(type="text", text=params.name)
        return CallToolResult(content=[text], structured_content={"n": "none"} if params.name == "liar" else None)

    return Server("paged", version="1.0", on_list_tools=list_tools, on_call_tool=call_tool)
