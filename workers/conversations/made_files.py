"""Files that Mistral's own tools made: their bytes, as far as they are worth fetching. The edge.

Section 7.1 of the Agents API's reference: `GET /v1/files/{id}/content`.
"""

from __future__ import annotations

from datetime import timedelta

import httpx2

from workers.conversations.exchange import Exchange, path_of
from workers.conversations.patience import Limits

FILES = "/v1/files"
MOST_BYTES = 20 * 1024 * 1024  # of one file: several turns may hold theirs in memory at once
WAIT = timedelta(seconds=30)  # the answer stands already; the file may be asked for again


class MadeFiles:
    """`http` comes from `http.http_client` and is closed by whoever opened it."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self._exchange = Exchange(http, root=FILES, limits=Limits(wait=WAIT))

    async def content(self, file_id: str) -> bytes:
        """Raises the errors of a conversation, and `TooLarge`."""
        return await self._exchange.downloaded(path_of(file_id, "content"), most=MOST_BYTES)
