"""The handlers of `/v1/connectors`: looking at the known connectors, and calling a tool of one directly."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import Field

from playground.agents_api.bodies import read
from playground.agents_api.connectors import catalogue, corpus
from playground.agents_api.connectors.workshop import remote as run
from playground.agents_api.endpoint import Call, Plain
from playground.agents_api.errors import not_found, value_error
from playground.agents_api.ids import Json
from playground.agents_api.queries import number
from playground.agents_api.reading import PAGE_MAX
from playground.agents_api.wire.entries import Strict

PAGE_SIZE, PAGE_SIZE_MAX = 100, 1000
MADE = "2026-01-15T09:00:00.000000Z"


class ToolCall(Strict):
    arguments: Json = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Connectors:
    async def all(self, call: Call) -> Plain:
        size = number(call.query, "page_size", PAGE_SIZE, low=1, high=PAGE_SIZE_MAX)
        start = number(call.query, "cursor", 0, low=0, high=PAGE_MAX)
        known = corpus.remotes() if call.query.get("supports_mcp", "true").lower() == "true" else []
        following = str(start + size) if start + size < len(known) else None
        items = [shown(one) for one in known[start : start + size]]
        return Plain({"items": items, "pagination": {"next_cursor": following, "page_size": size}})

    async def get(self, call: Call) -> Plain:
        return Plain(shown(catalogue.remote(call.path["ref"])))

    async def tools(self, call: Call) -> Plain:
        size = number(call.query, "page_size", PAGE_SIZE, low=1, high=PAGE_SIZE_MAX)
        page = number(call.query, "page", 1, low=1, high=PAGE_MAX)
        known = [as_mcp(one) for one in catalogue.remote(call.path["ref"]).tools]
        return Plain(known[(page - 1) * size : page * size])

    async def call(self, call: Call) -> Plain:
        connector = catalogue.remote(call.path["ref"])
        tool = next((one for one in connector.tools if one.name == call.path["tool"]), None)
        if tool is None:
            raise not_found("Tool", call.path["tool"])
        arguments = read(ToolCall, call.body).arguments
        missing = [name for name in tool.parameters["required"] if name not in arguments]
        if missing:
            raise value_error(f"'{tool.name}' needs {', '.join(missing)}", "arguments")
        ran = run({"type": "connector", "connector_id": connector.name}, tool.name, arguments)
        found = [{"title": one.title, "text": one.text["en"]} for one in ran.findings]
        said = ran.said.get("en") or "\n".join(f"{one['title']}: {one['text']}" for one in found)
        return Plain(
            {
                "content": [{"type": "text", "text": said}],
                "metadata": {"mcp_meta": {"isError": False, "structuredContent": {"items": found}}},
            }
        )


def shown(connector: corpus.Remote) -> Json:
    return {
        "id": catalogue.remote_id(connector),
        "name": connector.name,
        "title": connector.title,
        "description": connector.description,
        "created_at": MADE,
        "modified_at": MADE,
        "owner_type": "system",
        "visibility": "shared_global",
        "private_tool_execution": False,
        "supports_mcp": True,
        "protocol": "mcp",
        "server": f"https://{connector.name.replace('_', '-')}.example.org/mcp",
        "is_authenticated": True,
        "mistral": True,
    }


def as_mcp(tool: corpus.RemoteTool) -> Json:
    return {
        "name": tool.name,
        "description": tool.description,
        "inputSchema": tool.parameters,
        "annotations": {"readOnlyHint": not tool.writes},
    }
