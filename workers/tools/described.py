"""What a server says about its tools, as specs for a model. A rule: values in, values out."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import structlog

from bot.approvals.doing import Chooses
from bot.catalog import tool_rules
from bot.catalog.policy import closest, said_of
from bot.catalog.servers import Server
from bot.catalog.toolset import matches
from workers.tools.definitions import entry_of, hash_of
from workers.tools.names import model_name
from workers.tools.results import CONTROL
from workers.tools.schemas import BadSchema, cleaned
from workers.tools.specs import ToolSpec

if TYPE_CHECKING:
    from mcp_types import Tool

LONGEST_DESCRIPTION = 4000  # characters; some servers put their manual there

log = structlog.get_logger(__name__)


def specs_of(server: Server, tools: list[Tool]) -> tuple[ToolSpec, ...]:
    """Specs for a model; tools with a schema that no model could use, and forged or repeated names, are left out."""
    specs: dict[str, ToolSpec] = {}
    for tool in tools:
        name = model_name(server.name, tool.name)
        try:
            parameters = cleaned(tool.input_schema)
        except Exception as exc:  # whatever a server sends, its other tools stay
            reason = (
                str(exc) if isinstance(exc, BadSchema) else f"its input schema cannot be read ({type(exc).__name__})"
            )
            log.warning("tool.left_out", server=server.name, tool=tool.name, reason=reason)
            continue
        if name in specs:
            log.warning("tool.left_out", server=server.name, tool=tool.name, reason="another tool has this name")
            continue
        hints = tool.annotations
        specs[name] = ToolSpec(
            name=name,
            description=(tool.description or "").translate(CONTROL).strip()[:LONGEST_DESCRIPTION],
            parameters=parameters,
            server=server.name,
            tool=tool.name,
            title=tool.title or (hints.title if hints else None) or tool.name,
            read_only=bool(hints and hints.read_only_hint),
            trusted=server.trusted,
            definition=_definition(server, tool),
            named_read=matches(tool.name, server.reads),
            by_server=said_of(tool.name, server.approvals),
            approvers=server.approvers,
            chooses=_chooses(server, tool.name),
            accesses=tool_rules.said_of(tool.name, server.rules),
            internal=matches(tool.name, server.internal),
        )
    return tuple(specs.values())


def _chooses(server: Server, tool: str) -> Chooses | None:
    """The most specific pattern counts, in whichever of the two lists it stands."""
    pattern = closest(tool, {**server.upserts, **server.methods})
    if pattern is None:
        return None
    by_value = pattern in server.methods
    return Chooses((server.methods if by_value else server.upserts)[pattern], by_value=by_value)


def _definition(server: Server, tool: Tool) -> str:
    """Another one, too, where the server's name leads elsewhere: a yes was given for a tool of the one of then."""
    where = server.url or server.command
    return sha256(f"{hash_of(entry_of(tool))}\n{where}".encode()).hexdigest()
