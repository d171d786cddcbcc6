"""What a tool's answer held beyond the part that the model was shown, kept for a day so that it can ask for more.

Always holds: only a call for the same person in the same thread gets it, as what the whole was read as; it is bounded,
and it is sealed where the vault has keys.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field
from redis.asyncio import Redis

from bot.catalog.policy import Policy
from bot.threads import keys
from bot.threads.models import ThreadKey
from bot.vault import Unreadable, Vault
from workers.tools.functions import tool
from workers.tools.specs import Account

MOST_KEPT = 2_000_000  # characters of one answer
SEALED, BARE = "sealed:", "bare:"
OWN = "own:"  # before either: it was read with the person's own sign-in
GONE = 'Nothing is kept under the id "{id}" for this thread and person; such a thing is kept for a day.'
BEYOND = "There is nothing at {offset:,}: what was kept has {length:,} characters."
MORE = '\n[Cut here: {left:,} of {length:,} characters are left. To go on: read_more with id "{id}" and offset {end}.]'
NOT_KEPT = "\n[The answer was longer still; more than {most:,} characters are not kept.]"


@tool(policy=Policy.AUTO, writes=False)
async def read_more(id: str, offset: Annotated[int, Field(ge=0)]) -> str:  # the model's word for it
    """Read on in a tool's result that was cut. Its last line says which id and offset to give."""
    raise RuntimeError("the tools read on themselves: the function alone has no store")


@dataclass(frozen=True, slots=True)
class Part:
    """`account`: as whom the server was called for it; empty also for its own account."""

    text: str
    account: Account


class Rests:
    def __init__(self, redis: Redis, vault: Vault) -> None:
        self._redis = redis
        self._vault = vault

    async def first(self, text: str, *, limit: int, thread: ThreadKey, principal: str, account: Account) -> str:
        """The beginning of a text longer than `limit`, which is kept."""
        rest_id = secrets.token_hex(6)
        key = keys.rest(thread, principal, rest_id)
        whose = OWN if account == "person" else ""
        await self._redis.setex(key, keys.REST_FOR, whose + self._sealed(text[: MOST_KEPT + 1], place=key))
        return _part(text[: MOST_KEPT + 1], 0, limit, rest_id)

    async def more(self, rest_id: str, offset: int, *, limit: int, thread: ThreadKey, principal: str) -> Part | None:
        """What follows from `offset` on; None where nothing is kept for this person in this thread."""
        key = keys.rest(thread, principal, rest_id)
        kept = await self._redis.get(key)
        if not kept:
            return None
        account: Account = "person" if kept.startswith(OWN.encode()) else ""
        text = self._opened(kept.decode().removeprefix(OWN), place=key)
        return None if text is None else Part(_part(text, offset, limit, rest_id), account)

    def _sealed(self, text: str, *, place: str) -> str:
        return SEALED + self._vault.seal(text, place=place) if self._vault.has_keys else BARE + text

    def _opened(self, kept: str, *, place: str) -> str | None:
        if not kept.startswith(SEALED):
            return kept.removeprefix(BARE)
        try:
            return self._vault.unseal(kept.removeprefix(SEALED), place=place)
        except Unreadable:
            return None


def _part(kept: str, offset: int, limit: int, rest_id: str) -> str:
    text = kept[:MOST_KEPT]
    if offset >= len(text):
        return BEYOND.format(offset=offset, length=len(text))
    end = min(offset + limit, len(text))
    if end < len(text):
        return text[offset:end] + MORE.format(left=len(text) - end, length=len(text), id=rest_id, end=end)
    return text[offset:] + (NOT_KEPT.format(most=MOST_KEPT) if len(kept) > MOST_KEPT else "")
