"""What a model is shown of a long answer, and its reading on: the same for servers' tools and Python functions.

Always holds: no part is longer than the limit; what is left out is kept only where the agent may ask for it.
"""

from __future__ import annotations

from typing import Any

from bot.catalog.agents import Agent
from bot.threads.models import ThreadKey
from workers.tools.choice import uses_function
from workers.tools.names import READ_MORE
from workers.tools.rests import GONE, Rests
from workers.tools.results import cleaned, cut
from workers.tools.specs import Outcome, failure

WRONG = f"{READ_MORE} takes an id (a text) and an offset (a whole number)."


class Shortening:
    """Without `rests` nothing is kept of what is cut. `limit` is in characters."""

    def __init__(self, rests: Rests | None, *, limit: int) -> None:
        self._rests = rests
        self._limit = limit

    @property
    def keeps(self) -> bool:
        """Whether anything can be read on."""
        return self._rests is not None

    async def first(self, text: str, agent: Agent, *, principal: str, thread: ThreadKey) -> str:
        """What the model is shown; the rest is kept where `agent` can ask for it."""
        text = cleaned(text)
        if len(text) <= self._limit or self._rests is None or not uses_function(agent, READ_MORE):
            return cut(text, self._limit)
        return await self._rests.first(text, limit=self._limit, thread=thread, principal=principal)

    async def more(self, values: dict[str, Any], *, principal: str, thread: ThreadKey) -> Outcome:
        """What follows of the text that the arguments name."""
        rest_id, offset = values.get("id"), values.get("offset", 0)
        if self._rests is None or not isinstance(rest_id, str) or not isinstance(offset, int) or offset < 0:
            return failure(WRONG, ran="no")
        text = await self._rests.more(rest_id, offset, limit=self._limit, thread=thread, principal=principal)
        if text is None:
            return failure(GONE.format(id=cut(rest_id, 50)), ran="no")
        return Outcome(text=text, failed=False, ran="yes", data=True)
