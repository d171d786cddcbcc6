"""Which inner tools a tool of a request offers, and which of them wait for a person's yes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from playground.agents_api.connectors.corpus import Remote, RemoteTool, remotes
from playground.agents_api.errors import not_found
from playground.agents_api.ids import Json

SEARCH, NEWS = "web_search", "news_search"
INNER = {"web_search_premium": (SEARCH, NEWS)}  # the other built-in tools hold one tool of their own name


def remote_id(remote: Remote) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"https://playground.example.org/connectors/{remote.name}"))


def remote(ref: str) -> Remote:
    """By name or UUID."""
    for known in remotes():
        if ref in (known.name, remote_id(known)):
            return known
    raise not_found("Connector", ref)


def offered(tool: Json) -> list[str]:
    """The names of the inner tools, without those that the configuration leaves out."""
    if tool["type"] == "connector":
        names: Sequence[str] = [one.name for one in remote(tool["connector_id"]).tools]
    else:
        names = INNER.get(tool["type"], (tool["type"],))
    configuration = tool.get("tool_configuration") or {}
    include, exclude = configuration.get("include"), configuration.get("exclude") or []
    return [name for name in names if (include is None or name in include) and name not in exclude]


def holding(tools: Sequence[Json], name: str) -> Json | None:
    """The tool of a request that offers the inner tool `name`."""
    for tool in tools:
        if tool["type"] != "function" and name in offered(tool):
            return tool
    return None


def needs_yes(tool: Json, name: str) -> bool:
    return name in ((tool.get("tool_configuration") or {}).get("requires_confirmation") or [])


def remote_tools(tool: Json) -> list[RemoteTool]:
    names = offered(tool)
    return [one for one in remote(tool["connector_id"]).tools if one.name in names]


def counted_as(tool: Json, name: str) -> str:
    """Under which name usage counts it: what is paid for, so the premium search under its own."""
    return name if tool["type"] == "connector" else str(tool["type"])
