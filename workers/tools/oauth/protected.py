"""Whether a server says that people sign in for it, also where its list of tools is free: its metadata (RFC 9728)."""

from __future__ import annotations

import httpx2
from mcp.client.auth.utils import build_protected_resource_metadata_discovery_urls
from mcp.shared.auth import ProtectedResourceMetadata
from pydantic import ValidationError

from bot.catalog.servers import Server
from workers.tools.oauth.guard import Guard, client


async def names_who_signs_in(server: Server) -> bool:
    """Whether its metadata name somebody who signs people in. Raises httpx2's errors where it cannot be asked."""
    async with client(Guard(server.url)) as http:
        for url in build_protected_resource_metadata_discovery_urls(None, server.url):
            if _names(await http.get(url, headers={"accept": "application/json"})):
                return True
    return False


def _names(answer: httpx2.Response) -> bool:
    if answer.status_code != 200:
        return False
    try:
        return bool(ProtectedResourceMetadata.model_validate_json(answer.content).authorization_servers)
    except ValidationError:
        return False  # some servers answer every address with a page
