"""As whom a server is called: a sign-in goes to the address where it was made, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis

from bot.catalog.servers import Server
from bot.connections.grants import Connections, Grant
from bot.connections.models import Principal
from bot.vault import Vault
from workers.tools.credentials import Asker
from workers.tools.oauth.personal import Personal
from workers.tools.oauth.sign_ins import SignIns

NOTES = Server(name="notes", transport="http", url="https://notes.example/mcp")
ADA = Principal("T0PLAY", "U0ADA")
ASKER = Asker(ADA, "C0GENERAL")
GRANT = Grant(id="first", url=NOTES.url, access_token="secret", refresh_token="more")  # made up


@pytest.fixture
def connections(redis: Redis) -> Connections:
    return Connections(redis, Vault([Fernet.generate_key().decode()]))


@pytest.fixture
def personal(connections: Connections) -> Personal:
    return Personal(SignIns(connections, now=lambda: 1000.0), now=lambda: 1000.0)


async def test_a_token_does_not_go_to_another_address_that_has_the_servers_name(
    connections: Connections, personal: Personal
) -> None:
    await connections.put(ADA, "notes", GRANT)
    assert (await personal.of(NOTES, ASKER)).personal

    elsewhere = replace(NOTES, url="https://other.example/mcp")
    credential = await personal.of(elsewhere, ASKER)
    assert not credential.personal
    assert credential.key != (await personal.of(NOTES, ASKER)).key
    assert await connections.at(ADA, elsewhere) is None
