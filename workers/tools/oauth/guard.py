"""The guard around every address that a server tells us to fetch for a sign-in (SSRF).

Always holds: https to public addresses only, and what was looked up is what is connected to. A server that an operator
put on this machine (a loopback address in mcp.json) may name loopback addresses, with http too; and each server's own
origin may be asked for its metadata. Answers are short, never packed, and nobody's proxy is used.
https://modelcontextprotocol.io/specification/2025-11-25/basic/security_best_practices
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import cast

import httpx2

from workers.tools.origins import shared_tls

SECONDS = 15.0  # for one request, all of it: from the look-up to the end of the answer
LONGEST_ANSWER = 2**20  # bytes; metadata and tokens are a few thousand

NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: how hosts without IPv4 reach it
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")  # all that was ever given out; IANA's list

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class Blocked(httpx2.TransportError):
    """The address is none that we go to. The text names the host only."""


class Guard(httpx2.AsyncBaseTransport):
    """The transport for one server's sign-in; `server_url` is the server's address in mcp.json."""

    def __init__(self, server_url: str) -> None:
        self._own = httpx2.URL(server_url)
        self._inner = httpx2.AsyncHTTPTransport(verify=shared_tls(), trust_env=False)
        self.overloaded = False  # the last answer was that

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """With its body, read whole: a server that dribbles costs no more than one that is silent."""
        try:
            async with asyncio.timeout(SECONDS):
                return await self._fetched(request)
        except TimeoutError as exc:
            raise httpx2.ReadTimeout(f"{request.url.host} took too long", request=request) from exc

    async def _fetched(self, request: httpx2.Request) -> httpx2.Response:
        url = request.url
        addresses = await _looked_up(url)
        if not self._is_own(url) and not await self._may_go(url, addresses):
            raise Blocked(f"{url.host} is not an address for a sign-in", request=request)
        headers = request.headers.copy()
        headers["accept-encoding"] = "identity"
        pinned = httpx2.Request(
            request.method,
            url.copy_with(host=str(addresses[0])),
            headers=headers,  # the Host header stays the name's
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": url.host},
        )
        response = await self._inner.handle_async_request(pinned)
        self.overloaded = response.status_code == 429 or response.status_code >= 500
        response.stream = _Short(cast("httpx2.AsyncByteStream", response.stream))
        try:
            if response.headers.get("content-encoding", "identity").lower() != "identity":
                raise Blocked("the answer is packed, so its length is unknown", request=request)
            await response.aread()
        finally:
            await response.aclose()
        return response

    async def may_show(self, url: httpx2.URL) -> bool:
        """Whether a person may be sent there."""
        if url.scheme == "https" or self._is_own(url):
            return True
        return url.scheme == "http" and await self._may_go(url, await _looked_up(url))

    async def aclose(self) -> None:
        await self._inner.aclose()

    def _is_own(self, url: httpx2.URL) -> bool:
        return (url.scheme, url.host, url.port) == (self._own.scheme, self._own.host, self._own.port)

    async def _may_go(self, url: httpx2.URL, addresses: list[Address]) -> bool:
        if all(address.is_loopback for address in addresses):
            own = await _looked_up(self._own)
            return url.scheme in ("http", "https") and all(address.is_loopback for address in own)
        return url.scheme == "https" and all(_is_public(address) for address in addresses)


class _Short(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._inner:
            read += len(chunk)
            if read > LONGEST_ANSWER:
                raise Blocked("the answer is too long")
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()


async def _looked_up(url: httpx2.URL) -> list[Address]:
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
    except OSError as exc:
        raise httpx2.ConnectError(f"{url.host} has no address") from exc
    return sorted({_plain(ipaddress.ip_address(each[4][0])) for each in found}, key=lambda one: (one.version, one))


def _plain(address: Address) -> Address:
    """An IPv4 address that came in the clothes of IPv6 is judged as what it is."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_public(address: Address) -> bool:
    """Whether it is one of the internet's. Forms of IPv6 that lead to an IPv4 address inside are judged as that one, or
    not used at all: behind a gateway they reach what is private."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    if address in NAT64:
        return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF))
    return address in GLOBAL_UNICAST and address.is_global and address.sixtofour is None


def client(guard: Guard) -> httpx2.AsyncClient:
    """Closes the guard with itself."""
    return httpx2.AsyncClient(transport=guard, timeout=SECONDS, trust_env=False, follow_redirects=False)
