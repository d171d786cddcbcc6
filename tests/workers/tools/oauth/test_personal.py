"""As whom a server is called: a sign-in goes to the address where it was made; what fails with one ends its call."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis

from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.connections.signed_in import Connections, SignedIn
from bot.vault import Vault
from workers.tools.credentials import Asker
from workers.tools.errors import Unreachable
from workers.tools.oauth.bearer import Bearer, Tokens
from workers.tools.oauth.personal import Personal
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.sessions import ToolSessions
from workers.tools.soft_http import HEARD, Heard

NOTES = Server(name="notes", transport="http", url="https://notes.example/mcp")
ADA = Principal("T0PLAY", "U0ADA")
ASKER = Asker(ADA, "C0GENERAL")
SIGNED_IN = SignedIn(id="first", url=NOTES.url, access_token="secret", refresh_token="more")  # made up
PRIVATE = {
    "issuer": "https://10.0.0.1",
    "authorization_endpoint": "https://10.0.0.1/authorize",
    "token_endpoint": "https://10.0.0.1/token",
    "response_types_supported": ["code"],
}


@pytest.fixture
def connections(redis: Redis) -> Connections:
    return Connections(redis, Vault([Fernet.generate_key().decode()]))


@pytest.fixture
def personal(connections: Connections) -> Personal:
    return Personal(SignIns(connections, now=lambda: 1000.0), now=lambda: 1000.0)


async def test_a_token_does_not_go_to_another_address_that_has_the_servers_name(
    connections: Connections, personal: Personal
) -> None:
    await connections.put(ADA, "notes", SIGNED_IN)
    assert (await personal.of(NOTES, ASKER)).personal

    elsewhere = replace(NOTES, url="https://other.example/mcp")
    credential = await personal.of(elsewhere, ASKER)
    assert not credential.personal
    assert credential.key != (await personal.of(NOTES, ASKER)).key
    assert await connections.at(ADA, elsewhere) is None


@pytest.mark.parametrize(
    "documents",
    [
        {},
        {"redirect_uri": "http://localhost/", "server": {"issuer": "none"}},
        {"redirect_uri": "http://localhost/", "client": {"client_id": "c"}, "server": PRIVATE},
    ],
)
async def test_a_sign_in_that_cannot_be_renewed_fails_this_call_and_nothing_else(
    connections: Connections, personal: Personal, documents: dict[str, Any]
) -> None:
    """What is on record may be of another version, or point where nothing may be fetched."""
    spent = replace(SIGNED_IN, expires_at=1000.0, documents=documents)
    await connections.put(ADA, "notes", spent)
    with pytest.raises(Unreachable, match="notes"):
        await personal.of(NOTES, ASKER)
    assert await connections.at(ADA, NOTES) == spent

    heard = Heard()
    token = HEARD.set(heard)
    try:
        flow = Bearer(Tokens(SignIns(connections, now=lambda: 0.0), NOTES, ADA, lambda: 0.0)).async_auth_flow(
            httpx2.Request("POST", NOTES.url)
        )
        sent = await anext(flow)
        with pytest.raises(StopAsyncIteration):
            await flow.asend(httpx2.Response(401, request=sent))
    finally:
        HEARD.reset(token)
    assert heard.cannot_renew


async def test_one_persons_spent_sign_in_lets_the_server_rest_for_nobody_else(
    connections: Connections, personal: Personal
) -> None:
    here = replace(NOTES, url="http://127.0.0.1:1/mcp")  # nobody listens there
    await connections.put(ADA, "notes", replace(SIGNED_IN, url=here.url, expires_at=1000.0))
    sessions = ToolSessions(timeout=timedelta(seconds=10), credentials=personal)
    try:
        for _ in range(10):
            with pytest.raises(Unreachable, match="does not work as the protocol says"):
                await sessions.tools(here, ASKER)
        with pytest.raises(Unreachable) as raised:
            await sessions.tools(here, Asker(Principal("T0PLAY", "U0CAMILLE"), "C0GENERAL"))
        assert "failed several times" not in str(raised.value)
    finally:
        await sessions.aclose()
