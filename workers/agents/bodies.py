"""What Mistral should hold of an agent: its file, the tools of the lock and the libraries' ids as one body. Rules.

The content hash covers everything that counts: two bodies with one hash make the same agent. It stands in the object's
metadata, so that the next push knows what the last one wrote, whatever defaults the API adds to what it shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from bot.catalog.agents import Agent
from bot.catalog.connectors import Connector
from workers.conversations.port import FunctionTool
from workers.conversations.wire import function_tool
from workers.tools.specs import ToolSpec

Body = dict[str, Any]
FIELDS = ("model", "name", "description", "instructions", "tools", "completion_args", "guardrails", "handoffs")
HASH_LENGTH = 32  # hex digits, 128 bits


def body_of(agent: Agent, specs: Iterable[ToolSpec], library_ids: Mapping[str, str], handoffs: Sequence[str]) -> Body:
    """The agent in the wire's shape, `handoffs` as ids; what is empty is left out, as the API wants it.

    `KeyError`: a library without an id.
    """
    functions = [
        function_tool(FunctionTool(name=spec.name, description=spec.description, parameters=spec.parameters))
        for spec in specs
    ]
    values = {
        "model": agent.model,
        "name": agent.name,
        "description": agent.description,
        "instructions": agent.instructions,
        "tools": [*functions, *connectors_of(agent, library_ids)],
        "completion_args": agent.completion_args,
        "guardrails": list(agent.guardrails),
        "handoffs": list(handoffs),
    }
    return {name: value for name, value in values.items() if value}


def connectors_of(agent: Agent, library_ids: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """The agent's connectors in the wire's shape, in the file's order. `KeyError`: a library without an id."""
    return tuple(_connector(connector, library_ids) for connector in agent.connectors)


def content_hash(body: Mapping[str, Any]) -> str:
    """Of the fields that count, whatever their order."""
    counted = {name: body[name] for name in FIELDS if name in body}
    canonical = json.dumps(counted, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return sha256(canonical.encode()).hexdigest()[:HASH_LENGTH]


def _connector(connector: Connector, library_ids: Mapping[str, str]) -> dict[str, Any]:
    configuration = {
        name: list(value)
        for name, value in (
            ("include", connector.include),
            ("exclude", connector.exclude),
            ("requires_confirmation", connector.requires_confirmation),
        )
        if value
    }
    tool: dict[str, Any] = {"type": connector.type}
    if connector.type == "document_library":
        tool["library_ids"] = [library_ids[name] for name in connector.libraries]
    if connector.type == "connector":
        tool["connector_id"] = connector.connector_id
    if connector.authorization:
        tool["authorization"] = dict(connector.authorization)
    if configuration:
        tool["tool_configuration"] = configuration
    return tool
