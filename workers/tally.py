"""Counts what a turn uses, in its journal's field `used`.

Counted from the usage of each answer, over all rounds and all owners of the turn. An answer that was read from the
history, or lost with its stream, brings no usage: then the count is incomplete and says so.
"""

from __future__ import annotations

from workers.conversations.port import Done, Handoff
from workers.handoffs.cast import Cast
from workers.journal import Journal
from workers.usage import SEVERAL, Tokens, Used


class Tally:
    """Of one turn. `speaker` is the agent that the next request goes to."""

    def __init__(self, journal: Journal, cast: Cast) -> None:
        self._journal = journal
        self._cast = cast
        self.speaker = ""

    async def add(self, done: Done) -> None:
        """Count one answer."""
        used, usage = Used.load(self._journal.get("used")), done.usage
        heard = bool(usage.total_tokens or usage.prompt_tokens or usage.completion_tokens)
        models, calls = dict(used.models), dict(used.calls)
        if heard:
            model = await self._model_of(done)
            new = Tokens(usage.prompt_tokens, usage.completion_tokens, usage.connector_tokens)
            models[model] = models.get(model, Tokens()) + new
        for name, count in usage.connectors.items():
            calls[name] = calls.get(name, 0) + count
        self._journal.set(used=Used(models, calls, used.incomplete or not heard).dump())

    def lose(self) -> None:
        """A request ran, at least in part, and its usage will never be told."""
        used = Used.load(self._journal.get("used"))
        self._journal.set(used=Used(used.models, used.calls, incomplete=True).dump())

    async def _model_of(self, done: Done) -> str:
        """The model of whoever answered; one usage for several models belongs to none of them."""
        agents = [await self._cast.agent(None, speaking=self.speaker)]
        agents += [await self._cast.agent(entry.to_id) for entry in done.entries if isinstance(entry, Handoff)]
        models = {agent.model if agent else SEVERAL for agent in agents}
        return models.pop() if len(models) == 1 else SEVERAL
