"""An MCP server whose tools do all that tools of real servers do on bad days. Runs over stdio, or is built in process.

Each tool that takes a `journal` writes one line to it when it begins, so a test can count how often it ran.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations

PIXEL = bytes.fromhex("89504e470d0a1a0a") + bytes(3000)


def write_line(journal: str) -> None:
    with Path(journal).open("a") as file:
        file.write(f"{os.getpid()}\n")


def build(name: str = "odd_jobs") -> MCPServer:
    mcp = MCPServer(name, version="1.0")

    @mcp.tool(annotations=ToolAnnotations(read_only_hint=True), title="Process id")
    def pid() -> str:
        """The server's process id."""
        return str(os.getpid())

    @mcp.tool()
    def who() -> str:
        return name

    @mcp.tool()
    def count(journal: str) -> str:
        write_line(journal)
        return "counted"

    @mcp.tool()
    async def hang(journal: str) -> str:
        write_line(journal)
        await asyncio.sleep(3600)
        return "never"

    @mcp.tool()
    async def steps(count: int, gate: str, ctx: Context) -> str:
        """Reports `count` steps, then waits until the file `gate` exists."""
        for step in range(1, count + 1):
            await ctx.report_progress(step, count, f"step {step}")
        for _ in range(1000):
            if Path(gate).exists():  # noqa: ASYNC240  # the test's own signal
                break
            await asyncio.sleep(0.01)
        return "all steps done"

    @mcp.tool()
    def crash(journal: str) -> str:
        write_line(journal)
        os._exit(3)

    @mcp.tool()
    def fail() -> str:
        raise ToolError("the shelf is empty")

    @mcp.tool()
    def big(characters: int) -> str:
        return "x" * characters

    @mcp.tool()
    def picture() -> Image:
        return Image(data=PIXEL, format="png")

    @mcp.tool()
    def environment() -> str:
        return json.dumps(dict(os.environ))

    return mcp


if __name__ == "__main__":
    build().run("stdio")
