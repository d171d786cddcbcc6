"""Clients of the official SDK at the odd server: over HTTP, over SSE, over stdio."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

import httpx2
import mcp_types as T
from mcp import Client, StdioServerParameters
from mcp.client.context import ClientRequestContext
from mcp.client.sse import sse_client
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

ROOT = Path(__file__).parents[4]
TIMEOUT_SECONDS = 30
EVENT_BYTES_MAX = 64 * 2**20


@dataclass
class Host:
    """What the client's side says when a server asks: `answers` in their order, then no. It keeps what it heard."""

    answers: list[T.ElicitResult] = field(default_factory=list)
    questions: list[T.ElicitRequestParams] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)

    async def elicit(self, context: ClientRequestContext, params: T.ElicitRequestParams) -> T.ElicitResult:
        self.questions.append(params)
        return self.answers.pop(0) if self.answers else T.ElicitResult(action="cancel")

    async def sample(
        self, context: ClientRequestContext, params: T.CreateMessageRequestParams
    ) -> T.CreateMessageResult:
        [message] = params.messages
        assert isinstance(message.content, T.TextContent)
        said = T.TextContent(type="text", text=message.content.text.upper())
        return T.CreateMessageResult(role="assistant", content=said, model="none")

    async def roots(self, context: ClientRequestContext) -> T.ListRootsResult:
        return T.ListRootsResult(roots=[T.Root(uri="file:///srv")])

    async def hear(self, message: Any) -> None:
        self.heard.append(message)

    @property
    def options(self) -> dict[str, Any]:
        return {
            "elicitation_callback": self.elicit,
            "sampling_callback": self.sample,
            "list_roots_callback": self.roots,
            "message_handler": self.hear,
            "read_timeout_seconds": TIMEOUT_SECONDS,
        }


def accepted(**content: Any) -> T.ElicitResult:
    return T.ElicitResult(action="accept", content=content or None)


@asynccontextmanager
async def over_http(url: str, host: Host | None = None, *, mode: Any = "auto", **options: Any) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(timeout=TIMEOUT_SECONDS) as http,
        Client(
            streamable_http_client(f"{url}/mcp", http_client=http, max_sse_event_size=EVENT_BYTES_MAX),
            mode=mode,
            **((host or Host()).options | options),
        ) as client,
    ):
        yield client


@asynccontextmanager
async def over_sse(url: str, host: Host | None = None, *, mode: Any = "auto") -> AsyncIterator[Client]:
    async with Client(sse_client(f"{url}/sse"), mode=mode, **(host or Host()).options) as client:
        yield client


@asynccontextmanager
async def over_stdio(
    *arguments: str,
    started_by: Sequence[str] = ("-m", "playground.services.odd"),
    host: Host | None = None,
    mode: Any = "auto",
    errors: TextIO | None = None,
    **options: Any,
) -> AsyncIterator[Client]:
    """The server as a process that the client starts and ends; `started_by` is what Python is given (see `warm.py`)."""
    server = StdioServerParameters(command=sys.executable, args=[*started_by, *arguments], cwd=ROOT)
    transport = stdio_client(server, errlog=errors or sys.__stderr__ or sys.stderr)
    async with Client(transport, mode=mode, **((host or Host()).options | options)) as client:
        yield client


def text(result: T.CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, T.TextContent))
