"""The network connections to remote servers, shared by all who speak with one origin, and the clients that use them.

Always holds: no compressed answers are asked for (a few bytes could become gigabytes); what is a person's own (headers,
sign-in, cookies) is a client's, and each MCP connection has a client.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from ssl import SSLContext

import httpx2

from workers.tools.soft_http import Posting, SoftFail

CONNECT_SECONDS = 15.0  # TCP and TLS
KEPT = 32  # idle ones, per origin
KEPT_FOR_SECONDS = 60.0
READ_MARGIN_SECONDS = 30.0  # HTTP waits longer than the call's own deadline, which cancels in the protocol
UNCOMPRESSED = {"accept-encoding": "identity"}


class Origins:
    """One set of connections for each origin."""

    def __init__(self, *, most: int) -> None:
        """`most` at one origin: a session of the older protocol holds one of them all the time."""
        self._limits = httpx2.Limits(
            max_connections=most, max_keepalive_connections=KEPT, keepalive_expiry=KEPT_FOR_SECONDS
        )
        self._transports: dict[str, httpx2.AsyncHTTPTransport] = {}

    def client(
        self, url: str, headers: Mapping[str, str], *, auth: httpx2.Auth | None, timeout_seconds: float
    ) -> httpx2.AsyncClient:
        """A client for one connection to `url`; its owner closes it, which leaves the shared ones open."""
        return httpx2.AsyncClient(
            headers=UNCOMPRESSED | dict(headers),
            auth=auth,
            transport=SoftFail(self._to(url)),
            timeout=httpx2.Timeout(CONNECT_SECONDS, read=timeout_seconds + READ_MARGIN_SECONDS),
        )

    def posting_client(
        self, url: str, headers: Mapping[str, str], *, auth: httpx2.Auth | None, timeout: httpx2.Timeout | None
    ) -> httpx2.AsyncClient:
        """The same for the older SSE, whose answers come in a stream of their own."""
        return Posting(
            headers=UNCOMPRESSED | dict(headers), auth=auth, transport=SoftFail(self._to(url)), timeout=timeout
        )

    async def aclose(self) -> None:
        while self._transports:
            await self._transports.popitem()[1].aclose()

    def _to(self, url: str) -> httpx2.AsyncHTTPTransport:
        address = httpx2.URL(url)
        origin = f"{address.scheme}://{address.netloc.decode()}"
        if origin not in self._transports:
            # retries: of connecting only
            self._transports[origin] = httpx2.AsyncHTTPTransport(verify=shared_tls(), retries=1, limits=self._limits)
        return self._transports[origin]


@cache
def shared_tls() -> SSLContext:
    # One context for all servers: building it takes 40 ms of CPU.
    return httpx2.create_ssl_context()
