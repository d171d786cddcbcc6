"""Other people's MCP servers from npm, started over stdio as they are, with their vendors' addresses on this machine.

The Makefile installs them (see package.json here); SERVERS_DIR names another folder that holds them.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

HERE = Path(__file__).parent
MODULES = Path(os.environ.get("SERVERS_DIR") or HERE) / "node_modules"
ANSWERS_WITHIN_SECONDS = 30

GITHUB = "@modelcontextprotocol/server-github/dist/index.js"
LINEAR = "mcp-server-linear/build/index.js"
FILESYSTEM = "@modelcontextprotocol/server-filesystem/dist/index.js"
TACTIC_LINEAR = "@tacticlaunch/mcp-linear/dist/index.js"


def needs(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


def described(script: str, *, environment: Mapping[str, str], redirects: Mapping[str, str]) -> dict[str, Any]:
    """The server as an entry of mcp.json."""
    node = shutil.which("node")
    if node is None:
        needs("node is not installed, and MCP servers from npm need it")
    if not (MODULES / script).is_file():
        needs("the MCP servers from npm are not installed: npm ci --prefix tests/servers --ignore-scripts")
    preload = {"NODE_OPTIONS": f"--require={HERE / 'redirect.cjs'}", "SERVERS_REDIRECT": json.dumps(dict(redirects))}
    return {"command": node, "args": [str(MODULES / script)], "env": {**environment, **preload}, "cwd": str(HERE)}


@contextlib.asynccontextmanager
async def started(
    script: str, *, environment: Mapping[str, str], redirects: Mapping[str, str]
) -> AsyncIterator[Client]:
    """The server as a process, and a client of it."""
    parameters = StdioServerParameters(**described(script, environment=environment, redirects=redirects))
    with open(os.devnull, "w") as nowhere:  # noqa: ASYNC230  # no disk; they debug to stderr
        server = stdio_client(parameters, errlog=nowhere)
        async with Client(server, read_timeout_seconds=ANSWERS_WITHIN_SECONDS) as client:
            yield client


def words(result: types.CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, types.TextContent))


def answer(result: types.CallToolResult) -> Any:
    """The JSON that a tool answered."""
    assert not result.is_error, words(result)
    return json.loads(words(result))
