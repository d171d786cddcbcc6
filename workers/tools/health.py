"""A sign of life from the server at the other end of a connection that nobody used for a while.

The end of a process or a stream is told at once; a process that hangs, and a session that a proxy or a restart has cut
off without a word, tell nothing: a call would wait its whole time, and nobody would know whether it ran. Asked before
such a connection is used again, so a warm call stays one round trip.

The older protocols have `ping`; the newer one asks what the server supports. There, over HTTP, each request stands
alone, and there is nothing that could have died. https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/ping
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcp_types import EmptyResult, PingRequest
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

if TYPE_CHECKING:
    from mcp import Client

QUIET_FOR_SECONDS = 60.0  # what proxies and firewalls let an idle connection live
ANSWERS_WITHIN_SECONDS = 5.0


def is_modern(client: Client) -> bool:
    return client.protocol_version in MODERN_PROTOCOL_VERSIONS


async def ask(client: Client) -> None:
    """Return when the server has answered, raise what the SDK raises where it refuses or says nothing."""
    if is_modern(client):
        await client.session.send_discover(client.protocol_version)
    else:
        await client.session.send_request(PingRequest(), EmptyResult)
