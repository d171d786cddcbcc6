"""MCP servers as mcp.json names them, in the ecosystem's usual shape with a few fields of ours beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal

Transport = Literal["stdio", "http", "sse"]
Protocol = Literal["auto", "legacy", "2026-07-28"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to reach one MCP server. `command`, `args`, `env`, `cwd` are stdio's; `url` and `headers` the others'.

    `env` and `headers` may hold secrets: they stay out of `repr`. `trusted` says whether its tools' hints count;
    `include` and `exclude` are patterns of the server's own tool names (empty `include`: all).
    """

    name: str
    transport: Transport
    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None
    url: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    timeout: timedelta | None = None
    trusted: bool = False
    protocol: Protocol = "auto"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
