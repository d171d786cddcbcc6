"""An MCP server whose tool asks a person something in the middle of a call, in the way of either protocol era."""

from __future__ import annotations

from typing import Annotated

from mcp.server import MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from pydantic import BaseModel


class Name(BaseModel):
    name: str = "nobody"


async def ask() -> Elicit[Name]:
    return Elicit("Your name?", Name)


def build() -> MCPServer:
    mcp = MCPServer("curious", version="1.0")

    @mcp.tool()
    async def greet(who: Annotated[Name, Resolve(ask)]) -> str:
        return f"hello {who.name}"

    return mcp
