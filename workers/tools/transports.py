"""Opening an MCP client to one server: stdio, streamable HTTP, or the older SSE.

Always holds: a stdio server gets only the variables configured for it (and the SDK's short list: HOME, LOGNAME, PATH,
SHELL, TERM, USER), no process of it is left behind, and the end of a server is told at once. One SSE event may be 32
MiB instead of the SDK's 1, as any other answer may; a stdio server that sends a longer line has ended its connection.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import metadata
from pathlib import Path

import httpx2
from mcp import Client, StdioServerParameters
from mcp.client._transport import Transport
from mcp.client.session import MessageHandlerFnT
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared._httpx_utils import McpHttpClientFactory
from mcp_types import Implementation

from bot.catalog.servers import Server
from workers.tools import stdio_lines
from workers.tools.asked import Answering
from workers.tools.asking import LONGEST_WAIT_SECONDS
from workers.tools.credentials import Credential
from workers.tools.errors import Unreachable
from workers.tools.origins import CONNECT_SECONDS, Origins
from workers.tools.soft_http import LARGEST_BODY
from workers.tools.stderr import Stderr
from workers.tools.watched import watched

QUIET_STREAM_SECONDS = 3600.0  # an SSE server may say nothing for this long between calls


@asynccontextmanager
async def opened(
    server: Server,
    credential: Credential,
    *,
    mode: str,
    timeout_seconds: float,
    connect_seconds: float,
    stderr: Stderr | None,
    origins: Origins,
    answering: Answering,
    on_begun: Callable[[], None],
    on_end: Callable[[str], None],
    on_notice: MessageHandlerFnT,
) -> AsyncIterator[Client]:
    """A connected client. Entered and left by one task; errors leave it wrapped in groups.

    `mode` is the SDK's: auto, legacy or a protocol version. `timeout_seconds` is a call's, `connect_seconds` that of
    the handshake, which a server that starts slowly may need all of. `stderr` is needed for stdio. `on_begun` is
    called when the server's process runs, before the handshake. `on_end` is called, once or more, when the server's
    side of the connection has ended, with what it did where it did not just stop; `on_notice` with whatever the server
    sends by itself.
    """
    # While a person is asked, an open call's answer stays away for longer; our own clock stops then (`asking.py`).
    silence = max(timeout_seconds + (LONGEST_WAIT_SECONDS if answering.people else 0.0), connect_seconds)
    async with _transport(server, credential, silence, stderr, origins) as transport:
        client = Client(
            watched(transport, server.name, on_begun=on_begun, on_end=on_end),
            mode=mode,
            read_timeout_seconds=max(timeout_seconds, connect_seconds),
            client_info=Implementation(name="threadwind", version=metadata.version("threadwind")),
            elicitation_callback=answering.elicitation,
            sampling_callback=answering.sampling,
            list_roots_callback=answering.roots,
            message_handler=on_notice,
            cache=None,  # listings are kept by us, for all connections of a server
        )
        async with client:
            yield client


@asynccontextmanager
async def _transport(
    server: Server, credential: Credential, timeout_seconds: float, stderr: Stderr | None, origins: Origins
) -> AsyncIterator[Transport]:
    headers = dict(credential.headers)
    match server.transport:
        case "stdio":
            assert stderr is not None
            yield stdio_client(_kept(server), errlog=stderr.file)
        case "sse":
            yield sse_client(
                server.url,
                headers=headers,
                auth=credential.auth,
                timeout=CONNECT_SECONDS,
                sse_read_timeout=QUIET_STREAM_SECONDS,
                httpx_client_factory=_posting(server, origins),
            )
        case "http":
            http = origins.client(server.url, headers, auth=credential.auth, timeout_seconds=timeout_seconds)
            async with http:
                yield streamable_http_client(server.url, http_client=http, max_sse_event_size=LARGEST_BODY)


def _posting(server: Server, origins: Origins) -> McpHttpClientFactory:
    def make(
        headers: dict[str, str] | None = None, timeout: httpx2.Timeout | None = None, auth: httpx2.Auth | None = None
    ) -> httpx2.AsyncClient:
        return origins.posting_client(server.url, headers or {}, auth=auth, timeout=timeout)

    return make


def _kept(server: Server) -> StdioServerParameters:
    """The server's command, run by its keeper (`keeper.py`), which itself takes nothing from the server's variables."""
    keeper = ["-IS", str(Path(__file__).with_name("keeper.py")), str(os.getpid())]
    return StdioServerParameters(
        command=sys.executable,
        args=[*keeper, command_of(server), *server.args],
        env=dict(server.env),
        cwd=server.cwd,
        encoding=stdio_lines.ENCODING,
    )


def command_of(server: Server) -> str:
    """The full path of a stdio server's command: beside our own interpreter first, then on PATH."""
    beside_python = str(Path(sys.executable).parent)
    found = shutil.which(server.command, path=beside_python)
    found = found or shutil.which(server.command, path=server.env.get("PATH"))
    if found is None:
        raise Unreachable(
            f'The tool server "{server.name}" cannot be started: there is no command "{server.command}". '
            "An operator must install it or correct mcp.json."
        )
    return found
