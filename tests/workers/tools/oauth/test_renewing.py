"""Renewing a sign-in: what the token endpoint's answers lead to, and what happened meanwhile."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from structlog.testing import capture_logs

from bot.catalog.server_credentials import OAuthClient
from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.connections.signed_in import Connections, SignedIn
from bot.vault import Vault
from workers.tools.needs import SignIn
from workers.tools.oauth import guard as guards
from workers.tools.oauth import sign_ins as module
from workers.tools.oauth.errors import Unavailable, Unusable
from workers.tools.oauth.sign_ins import SignIns

ADA = Principal("T0PLAY", "U0ADA")
NOTES = Server(name="notes", transport="http", url="https://notes.example/mcp")
CLIENT = {"client_id": "ours", "redirect_uris": ["http://localhost/"], "token_endpoint_auth_method": "none"}
SIGNED_IN = SignedIn(
    id="first",
    url=NOTES.url,
    access_token="spent",  # made up
    refresh_token="more",  # made up
    documents={"redirect_uri": "http://localhost/", "client": CLIENT, "protocol": "2025-11-25"},
)
FRESH = {"access_token": "fresh", "token_type": "Bearer", "expires_in": 60}

Answer = Callable[[httpx2.Request], Coroutine[None, None, httpx2.Response]]


@pytest.fixture
async def connections(redis: Redis) -> Connections:
    connections = Connections(redis, Vault([Fernet.generate_key().decode()]))
    await connections.put(ADA, "notes", SIGNED_IN)
    return connections


@pytest.fixture
def sign_ins(connections: Connections) -> SignIns:
    return SignIns(connections, now=lambda: 1000.0)


def endpoint(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    """What the token endpoint says; nothing leaves this machine."""
    monkeypatch.setattr(module, "client", lambda guard: httpx2.AsyncClient(transport=httpx2.MockTransport(answer)))


def network(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    """The same behind the guard, which hears what comes."""

    async def looked_up(url: httpx2.URL) -> list[guards.Address]:
        return [ipaddress.IPv4Address("93.184.216.34")]

    monkeypatch.setattr(guards, "_looked_up", looked_up)
    monkeypatch.setattr(httpx2, "AsyncHTTPTransport", lambda **_: httpx2.MockTransport(answer))


def says(status: int, **body: Any) -> Answer:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, **body)

    return answer


async def test_a_renewal_that_lost_its_turn_overwrites_nothing(
    monkeypatch: pytest.MonkeyPatch, connections: Connections, sign_ins: SignIns
) -> None:
    """While it was under way its lock ran out, and another worker has renewed."""
    theirs = replace(SIGNED_IN, access_token="theirs")  # made up

    async def answer(request: httpx2.Request) -> httpx2.Response:
        await connections.put(ADA, "notes", theirs)
        return httpx2.Response(200, json=FRESH)

    endpoint(monkeypatch, answer)
    assert await sign_ins.renewed(NOTES, ADA, "spent") == theirs
    assert await connections.at(ADA, NOTES) == theirs


async def test_a_renewal_brings_nobody_back_whose_workspace_has_gone(
    monkeypatch: pytest.MonkeyPatch, connections: Connections, sign_ins: SignIns
) -> None:
    async def answer(request: httpx2.Request) -> httpx2.Response:
        await connections.forget_team(ADA.team)
        return httpx2.Response(200, json=FRESH)

    endpoint(monkeypatch, answer)
    assert await sign_ins.renewed(NOTES, ADA, "spent") is None
    assert await connections.servers_of(ADA) == set()
    assert await connections.get(ADA, "notes") is None


@pytest.mark.parametrize(
    "answer",
    [
        says(302, headers={"location": "https://elsewhere.example/"}),
        says(403),
        says(200, html="<p>We are moving house.</p>"),
        says(200, json=["neither"]),
        says(400, json={"error": "invalid_scope"}),
        says(429),
        says(503, json={"error": "invalid"}),
    ],
)
async def test_only_a_void_refresh_token_ends_a_connection(
    monkeypatch: pytest.MonkeyPatch, connections: Connections, sign_ins: SignIns, answer: Answer
) -> None:
    """Anything else may pass, or be mended by an operator: nobody is to sign in again for it."""
    endpoint(monkeypatch, answer)
    with pytest.raises(Unavailable):
        await sign_ins.renewed(NOTES, ADA, "spent")
    assert await connections.at(ADA, NOTES) == SIGNED_IN


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "invalid_grant"),
        (401, "invalid_grant"),
        (200, "invalid_grant"),
        (200, "bad_refresh_token"),
        (400, "bad_refresh_token"),
    ],
)
async def test_a_void_refresh_token_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, connections: Connections, sign_ins: SignIns, status: int, error: str
) -> None:
    """`bad_refresh_token` is GitHub's own word."""
    endpoint(monkeypatch, says(status, json={"error": error}))
    assert await sign_ins.renewed(NOTES, ADA, "spent") is None
    assert await connections.get(ADA, "notes") is None
    assert await connections.servers_of(ADA) == set()


async def test_a_registration_that_the_server_no_longer_knows_is_made_anew(
    monkeypatch: pytest.MonkeyPatch, connections: Connections, sign_ins: SignIns
) -> None:
    """The tokens of a client that is gone are of no use either: their owner is asked again."""
    endpoint(monkeypatch, says(401, json={"error": "invalid_client"}))
    await connections.keep_client(NOTES.url, "http://localhost/", CLIENT)
    assert await sign_ins.renewed(NOTES, ADA, "spent") is None
    assert await connections.client(NOTES.url, "http://localhost/") is None

    await connections.keep_client(NOTES.url, "http://localhost/", CLIENT)
    with pytest.raises(Unavailable):
        await sign_ins.finish(NOTES, ADA, SIGNED_IN.documents, code="code", verifier="verifier", iss=None)
    assert await connections.client(NOTES.url, "http://localhost/") is None


@pytest.mark.parametrize(("status", "error"), [(401, "invalid_client"), (200, "incorrect_client_credentials")])
async def test_a_client_of_the_operators_that_is_refused_costs_nobody_the_sign_in(
    monkeypatch: pytest.MonkeyPatch, connections: Connections, sign_ins: SignIns, status: int, error: str
) -> None:
    """Its id or secret may be mistyped: the operator mends it, and the tokens are good again."""
    endpoint(monkeypatch, says(status, json={"error": error}))
    own = replace(NOTES, oauth=OAuthClient(client_id="ours"))
    with pytest.raises(Unavailable, match="/connections"), capture_logs() as logs:
        await sign_ins.renewed(own, ADA, "spent")
    assert [line["error"] for line in logs if line["event"] == "sign_in.not_renewed"] == [error]
    assert await connections.at(ADA, own) == SIGNED_IN
    with pytest.raises(Unusable):
        await sign_ins.finish(own, ADA, SIGNED_IN.documents, code="code", verifier="verifier", iss=None)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_overloaded_server_is_said_to_be_away_and_not_broken(
    monkeypatch: pytest.MonkeyPatch, sign_ins: SignIns, status: int
) -> None:
    network(monkeypatch, says(status))
    with pytest.raises(Unavailable):
        await sign_ins.finish(NOTES, ADA, SIGNED_IN.documents, code="code", verifier="verifier", iss=None)
    need = SignIn(server="notes", status=401, protocol="2025-11-25")
    with pytest.raises(Unavailable):
        await sign_ins.begin(NOTES, ADA, need, redirect_uri="http://localhost/")


async def test_a_server_that_answers_nonsense_is_said_to_be_broken(
    monkeypatch: pytest.MonkeyPatch, sign_ins: SignIns
) -> None:
    network(monkeypatch, says(404))
    with pytest.raises(Unusable):
        await sign_ins.finish(NOTES, ADA, SIGNED_IN.documents, code="code", verifier="verifier", iss=None)
