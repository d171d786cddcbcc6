"""The bench on which the server's tools lie: each function becomes a tool that is counted when it runs."""

from __future__ import annotations

import functools
import inspect
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import CodeType
from typing import Any, TypeVar

from mcp.server import MCPServer
from mcp.server.mcpserver.resources import Resource
from mcp.server.mcpserver.tools import Tool
from mcp.server.session import ServerSession
from mcp.server.subscriptions import InMemorySubscriptionBus

from playground.services.odd.journal import Journal
from playground.services.odd.switches import Switches

Function = TypeVar("Function", bound=Callable[..., Any])

# What the SDK makes of a function takes 3 ms, and a process may have many benches: each is made once.
_MADE: dict[CodeType, Tool] = {}


@dataclass(kw_only=True)
class Bench:
    """What tools may use. `mcp` is there once `tools` and `resources` are.

    `redefined`: what is listed in place of a definition; `lies`: structured results in place of the true
    ones; both by the tool's name. `sessions` and `bus` reach the clients of the older protocols and of the newer one.
    `url` is where links to visit lead, `visited` are those that were opened.
    """

    name: str
    mcp: MCPServer = field(init=False)
    tools: list[Tool] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    journal: Journal
    switches: Switches
    bus: InMemorySubscriptionBus
    url: str
    environment: Mapping[str, str] = field(default_factory=dict)
    redefined: dict[str, dict[str, Any]] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    visited: set[str] = field(default_factory=set)
    sessions: list[ServerSession] = field(default_factory=list)
    children: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def tool(self, **options: Any) -> Callable[[Function], Function]:
        def add(function: Function) -> Function:
            counted = self.counted(function)
            if (made := _MADE.get(function.__code__)) is None:
                made = _MADE[function.__code__] = Tool.from_function(counted, **options)
            self.tools.append(made.model_copy(update={"fn": counted}))
            return function

        return add

    def counted(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        async def run(*args: Any, **kwargs: Any) -> Any:
            self.journal.ran(function.__name__)
            result = function(*args, **kwargs)
            return await result if inspect.isawaitable(result) else result

        return run
