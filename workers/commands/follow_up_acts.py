"""What an operator does with a follow-up: what `workers/follow_ups/rights.py` lets the console do.

It stands on what a worker does, which is slow to import: the commands import it when they need it.
"""

from __future__ import annotations

from contextlib import AsyncExitStack

from bot.follow_ups.models import FollowUp
from bot.settings import Settings
from bot.texts import words_for
from workers.commands import follow_up_lookup, store
from workers.commands.cannot import Cannot
from workers.follow_ups import acts, extra_runs
from workers.follow_ups.rights import CONSOLE
from workers.follow_ups.wishes import Refused
from workers.opening import open_services

DOING = {"pause": acts.pause, "resume": acts.resume, "cancel": acts.cancel, "run": extra_runs.run_now}


async def do(settings: Settings, act: str, follow_up_id: str, team: str | None) -> str:
    """What came of it, in a sentence; `Cannot` with the one that says why not."""
    async with AsyncExitStack() as stack:
        redis = await stack.enter_async_context(store.opened(settings.redis_url))
        services = await open_services(stack, settings, redis, worker="console")
        follow_up = await follow_up_lookup.one(redis, follow_up_id, team)
        done = await DOING[act](services, CONSOLE, follow_up.team, follow_up.id)
    if isinstance(done, Refused):
        raise Cannot(words_for("en").say(done.key, **done.values))
    return _said(act, done.follow_up)


def _said(act: str, follow_up: FollowUp) -> str:
    if act == "run":
        return f"Handed over: an extra run of {follow_up.id}. A worker takes it at once."
    due = f" It is due at {follow_up_lookup.due(follow_up)}." if follow_up.due and not follow_up.when.hook else ""
    return f"{follow_up.id} is {follow_up_lookup.state(follow_up)}.{due}"
