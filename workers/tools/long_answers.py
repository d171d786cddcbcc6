"""What a model is shown of a server's or a function's answer, and what it gets when it asks to read on.

Always holds: never more than `limit` characters at once; the rest is kept only for an agent that may ask for it. A
store that fails costs the rest, never the answer: the call behind it has run.
"""

from __future__ import annotations

from typing import Any

import structlog
from redis.exceptions import RedisError

from bot.catalog.agents import Agent
from bot.threads.models import ThreadKey
from workers.tools.choice import uses_function
from workers.tools.names import READ_MORE
from workers.tools.rests import GONE, Rests
from workers.tools.results import cleaned, cut
from workers.tools.specs import Account, Outcome, failure

log = structlog.get_logger(__name__)


class LongAnswers:
    def __init__(self, rests: Rests | None, *, limit: int) -> None:
        """Without `rests` nothing is kept."""
        self._rests = rests
        self._limit = limit

    @property
    def can_be_read_on(self) -> bool:
        return self._rests is not None

    async def shown(self, text: str, agent: Agent, principal: str, thread: ThreadKey, account: Account) -> str:
        """The answer, or its beginning; the rest is kept where `agent` can ask for it, with as whom it was read."""
        text = cleaned(text)
        if len(text) <= self._limit or self._rests is None or not uses_function(agent, READ_MORE):
            return cut(text, self._limit)
        try:
            return await self._rests.first(text, limit=self._limit, thread=thread, principal=principal, account=account)
        except RedisError as exc:
            log.warning("tool.rest_not_kept", cause=type(exc).__name__)
            return cut(text, self._limit)

    async def read_on(self, values: dict[str, Any], principal: str, thread: ThreadKey) -> Outcome:
        """What becomes of a call of `read_more`."""
        assert self._rests is not None, "there is something to read on in"
        rest_id, offset = values.get("id"), values.get("offset", 0)
        if not isinstance(rest_id, str) or not isinstance(offset, int) or offset < 0:
            return failure(f"{READ_MORE} takes an id (a text) and an offset (a whole number).", ran="no")
        part = await self._rests.more(rest_id, offset, limit=self._limit, thread=thread, principal=principal)
        if part is None:
            return failure(GONE.format(id=cut(rest_id, 50)), ran="no")
        return Outcome(text=part.text, failed=False, ran="yes", data=True, account=part.account)
