"""Mending what servers send slightly wrong, as it comes in: it must not cost a result, nor one tool all the others.

The SDK checks a whole page of tools against the specification and refuses it for one tool's missing `type`. So each
tool is looked at before: a missing `type` is filled in, odd extras are taken off, what is still no tool is left out. It
also refuses any result of 2026-07-28 without a `resultType`, which the specification says to take as complete.
"""

from __future__ import annotations

from typing import Any

import structlog
from mcp.shared.message import SessionMessage
from mcp_types import JSONRPCResponse, Tool
from pydantic import ValidationError

NEEDED = ("name", "description", "inputSchema")

log = structlog.get_logger(__name__)


def mended(message: SessionMessage | Exception, *, server: str) -> SessionMessage | Exception:
    """The message as the SDK will accept it; if it answers `tools/list`, with only those tools that can be."""
    if isinstance(message, SessionMessage) and isinstance(message.message, JSONRPCResponse):
        result = message.message.result
        result.setdefault("resultType", "complete")  # older protocols pass over it
        if isinstance(tools := result.get("tools"), list):
            result["tools"] = [good for tool in tools if (good := _mended_tool(tool, server)) is not None]
    return message


def _mended_tool(tool: Any, server: str) -> dict[str, Any] | None:
    if isinstance(tool, dict):
        schema = tool.get("inputSchema")
        if isinstance(schema, dict):
            tool = {**tool, "inputSchema": {"type": "object", **schema}}
        for attempt in (tool, {key: tool[key] for key in NEEDED if key in tool}):
            if _is_tool(attempt):
                return attempt
    name = tool.get("name") if isinstance(tool, dict) else None
    log.warning("tool.left_out", server=server, tool=str(name)[:200], reason="it is described in a form we cannot read")
    return None


def _is_tool(tool: dict[str, Any]) -> bool:
    try:
        parsed = Tool.model_validate(tool, by_name=False)
    except ValidationError:
        return False
    output = parsed.output_schema
    return parsed.input_schema.get("type") == "object" and (output is None or output.get("type") == "object")
