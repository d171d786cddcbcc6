"""A sign-in's link: used up by a click, and by nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cryptography.fernet import Fernet
from redis.asyncio import Redis
from redis.exceptions import ConnectionError

from bot.connections.tickets import Ticket, Tickets
from bot.vault import Vault

TICKET = Ticket(
    team="T0PLAY",
    user="U0ADA",
    name="Ada",
    locale="en",
    server="notes",
    host="notes.example",
    scope="",
    url="https://notes.example/authorize",
    state="a state",
    verifier="a verifier",
    issuer="",
    documents={},
    thread="",
    turn="",
    tool_call_id="",
)


async def test_a_link_is_good_again_where_the_store_went_away_as_it_was_opened(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    tickets = Tickets(redis, Vault([Fernet.generate_key().decode()]))
    secret = await tickets.offer(TICKET)

    async def away(*_: Any, **__: Any) -> None:
        raise ConnectionError

    with monkeypatch.context() as patched:
        patched.setattr(redis, "set", away)
        patched.setattr("redis.asyncio.client.Pipeline.execute", away)
        with pytest.raises(ConnectionError):
            await tickets.open(secret)

    opened = await tickets.open(secret)
    assert opened is not None
    assert await tickets.returned("a state", opened[1])
    assert await tickets.open(secret) is None, "a link is good once"


async def test_of_two_clicks_at_once_one_opens_the_link(redis: Redis) -> None:
    tickets = Tickets(redis, Vault([Fernet.generate_key().decode()]))
    secret = await tickets.offer(TICKET)
    clicks = await asyncio.gather(*(tickets.open(secret) for _ in range(8)))
    [(_, nonce)] = [click for click in clicks if click]
    assert await tickets.returned("a state", nonce)
