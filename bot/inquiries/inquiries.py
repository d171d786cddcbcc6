"""A server's question to a person, kept until it is answered, so that the bot can show its form and check what comes.

The worker that asks writes it and deletes it. What the person answers is not kept here: it goes as mail.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from redis.asyncio import Redis

from bot.threads import keys


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """`id` is `turn:call:number`. `form` is the schema asked for, None where `url` is to be opened.

    Only `principal` may see and answer it; `locale` is that person's language.
    """

    team: str
    id: str
    thread: str
    principal: str
    locale: str
    server: str
    message: str
    form: dict[str, Any] | None = None
    url: str = ""


class Inquiries:
    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def put(self, inquiry: Inquiry, *, life: timedelta) -> None:
        text = json.dumps(asdict(inquiry), ensure_ascii=False)
        await self._redis.set(keys.inquiry(inquiry.team, inquiry.id), text, ex=life)

    async def get(self, team: str, inquiry_id: str) -> Inquiry | None:
        text = await self._redis.get(keys.inquiry(team, inquiry_id))
        return Inquiry(**json.loads(text)) if text else None

    async def drop(self, team: str, inquiry_id: str) -> None:
        await self._redis.delete(keys.inquiry(team, inquiry_id))
