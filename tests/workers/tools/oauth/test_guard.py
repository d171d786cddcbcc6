"""What a server may have us fetch for a sign-in: public addresses over https, and nothing that only looks so."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Callable, Sequence

import httpx2
import pytest

from bot.catalog.servers import Server
from workers.tools.oauth import guard as guards
from workers.tools.oauth import sign_ins
from workers.tools.oauth.errors import Unusable
from workers.tools.oauth.guard import Blocked, Guard

PUBLIC, OTHER = "93.184.216.34", "93.184.216.35"
Look = Callable[..., list[tuple[object, ...]]]


class Recorder(httpx2.AsyncBaseTransport):
    """Stands where the network begins: to which address which host was asked for."""

    def __init__(self, *, location: str = "") -> None:
        self.seen: list[tuple[str, str]] = []
        self._location = location

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append((request.url.host, request.headers["host"]))
        headers = {"location": self._location} if self._location else {}
        return httpx2.Response(302 if self._location else 200, headers=headers, content=b"{}", request=request)


class Names:
    """A name server: `answers` are given one after the other, the last one again and again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[Sequence[str]]] = {"mcp.example": [[PUBLIC]]}
        self.asked: list[str] = []
        own = asyncio.BaseEventLoop.getaddrinfo

        async def look(loop: asyncio.BaseEventLoop, host: str, port: int, **more: int) -> object:
            if host not in self.answers:
                return await own(loop, host, port, **more)  # written as a number, however oddly
            self.asked.append(host)
            left = self.answers[host]
            found = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

        for kind in {asyncio.BaseEventLoop, type(asyncio.get_running_loop())}:
            monkeypatch.setattr(kind, "getaddrinfo", look)


@pytest.fixture
async def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


def a_guard(server_url: str = "https://mcp.example/mcp", **recorder: str) -> tuple[Guard, Recorder]:
    guard, network = Guard(server_url), Recorder(**recorder)
    guard._inner = network  # type: ignore[assignment]  # nothing leaves this machine
    return guard, network


async def fetched(guard: Guard, url: str, *, follow: bool = False) -> httpx2.Response:
    async with guards.client(guard) as http:
        return await http.get(url, follow_redirects=follow)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",  # the same, in forms that libraries understand
        "2130706433",
        "0177.0.0.1",
        "0x7f.1",
        "localhost",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",  # the metadata of clouds
        "100.64.0.1",  # a provider's own
        "0.0.0.0",  # noqa: S104  # an address that is asked for
        "198.18.0.1",
        "192.0.2.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[2001:db8::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:10.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::7f00:1]",  # an IPv4 address inside, in all the other ways
        "[::ffff:0:a00:1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a00:1]",
        "[2002:7f00:1::]",
        "[2001:0:a00:1::1]",
    ],
)
async def test_no_form_of_a_private_address_is_gone_to(names: Names, host: str) -> None:
    for scheme in ("https", "http"):
        guard, network = a_guard()
        with pytest.raises((Blocked, httpx2.InvalidURL)):
            await fetched(guard, f"{scheme}://{host}/.well-known/oauth-authorization-server")
        assert network.seen == []


@pytest.mark.parametrize("host", [PUBLIC, "[2606:2800:220:1::1]", f"[::ffff:{PUBLIC}]", "[64:ff9b::5db8:d822]"])
async def test_a_public_address_is_gone_to_over_https_only(names: Names, host: str) -> None:
    guard, network = a_guard()
    assert (await fetched(guard, f"https://{host}/")).status_code == 200
    assert len(network.seen) == 1
    guard, network = a_guard()
    with pytest.raises(Blocked):
        await fetched(guard, f"http://{host}/")
    assert network.seen == []


async def test_a_name_is_looked_up_once_and_what_was_found_is_gone_to(names: Names) -> None:
    """A name that is public when it is checked may be private when it is connected to."""
    names.answers["auth.example"] = [[PUBLIC], ["10.0.0.1"]]
    guard, network = a_guard()
    assert (await fetched(guard, "https://auth.example/token")).status_code == 200
    assert network.seen == [(PUBLIC, "auth.example")]
    assert names.asked.count("auth.example") == 1

    guard, network = a_guard()
    with pytest.raises(Blocked):
        await fetched(guard, "https://auth.example/token")
    assert network.seen == []


async def test_a_name_with_one_private_address_among_public_ones_is_refused(names: Names) -> None:
    names.answers["auth.example"] = [[PUBLIC, "192.168.0.1", OTHER]]
    guard, network = a_guard()
    with pytest.raises(Blocked):
        await fetched(guard, "https://auth.example/")
    assert network.seen == []


@pytest.mark.parametrize("to", ["http://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://2130706433/"])
async def test_a_redirect_leads_to_no_private_address(names: Names, to: str) -> None:
    names.answers["auth.example"] = [[PUBLIC]]
    guard, network = a_guard(location=to)
    assert (await fetched(guard, "https://auth.example/")).status_code == 302
    guard, again = a_guard(location=to)
    with pytest.raises(Blocked):
        await fetched(guard, "https://auth.example/", follow=True)
    assert len(network.seen) == len(again.seen) == 1


async def test_only_a_server_on_this_machine_may_name_this_machine_and_still_no_private_network(names: Names) -> None:
    guard, network = a_guard("http://127.0.0.1:8000/mcp")
    assert (await fetched(guard, "http://localhost:9000/token")).status_code == 200
    assert [address for address, _ in network.seen] == ["127.0.0.1"]
    guard, network = a_guard("http://127.0.0.1:8000/mcp")
    with pytest.raises(Blocked):
        await fetched(guard, "https://10.0.0.1/token")
    guard, network = a_guard("http://10.0.0.5:8000/mcp")
    assert (await fetched(guard, "http://10.0.0.5:8000/.well-known/oauth-protected-resource")).status_code == 200
    guard, network = a_guard("http://10.0.0.5:8000/mcp")
    with pytest.raises(Blocked):
        await fetched(guard, "http://10.0.0.5:9000/")
    assert network.seen == []


async def test_an_address_that_is_none_makes_a_sign_in_unusable_and_breaks_nothing(names: Names) -> None:
    server = Server(name="notes", transport="http", url="https://mcp.example/mcp")
    with pytest.raises(Unusable):
        async with sign_ins._guarded(server) as (_, http):
            await http.get("https://0177.0.0.1/")


async def test_a_long_answer_is_not_read_to_its_end(names: Names) -> None:
    class Endless(Recorder):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            return httpx2.Response(200, content=for_ever(), request=request)

    async def for_ever() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65_536

    guard, _ = a_guard()
    guard._inner = Endless()  # type: ignore[assignment]  # as above
    with pytest.raises(Blocked, match="too long"):
        await fetched(guard, "https://mcp.example/")


@pytest.mark.parametrize("slow", ["look_up", "connection", "body"])
async def test_a_request_ends_in_time_wherever_it_hangs(
    names: Names, monkeypatch: pytest.MonkeyPatch, slow: str
) -> None:
    """An endpoint that sends a byte now and then keeps within every phase's own limit."""
    monkeypatch.setattr(guards, "SECONDS", 0.2)

    class Slow(Recorder):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if slow == "connection":
                await asyncio.Event().wait()
            return httpx2.Response(200, content=dribble(), request=request)

    async def dribble() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.01)

    async def looked_up(url: httpx2.URL) -> list[guards.Address]:
        await asyncio.Event().wait()
        return []

    guard, _ = a_guard()
    guard._inner = Slow()  # type: ignore[assignment]  # as above
    if slow == "look_up":
        monkeypatch.setattr(guards, "_looked_up", looked_up)
    async with asyncio.timeout(60):
        with pytest.raises(httpx2.TimeoutException):
            await fetched(guard, "https://mcp.example/")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "identity, gzip"])
async def test_a_packed_answer_is_refused_for_nobody_knows_how_long_it_is(names: Names, encoding: str) -> None:
    asked: list[str] = []

    class Packed(Recorder):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            asked.append(request.headers["accept-encoding"])
            return httpx2.Response(200, headers={"content-encoding": encoding}, content=once(), request=request)

    async def once() -> AsyncIterator[bytes]:
        yield gzip.compress(b"x" * 10_000_000)

    guard, _ = a_guard()
    guard._inner = Packed()  # type: ignore[assignment]  # as above
    with pytest.raises(Blocked, match="packed"):
        await fetched(guard, "https://mcp.example/")
    assert asked == ["identity"]
