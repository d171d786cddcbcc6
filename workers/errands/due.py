"""DUE without a thread: each run of a channel's follow-up begins one, and becomes the first mail in it.

A quiet one keeps to the thread that its first run began: only there can it say nothing. A channel that takes no post of
ours pauses the follow-up.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.follow_ups.models import FollowUp, Why
from bot.follow_ups.store import Changed
from bot.slack.errors import CHANNEL_GONE, Refused
from bot.slack.text import shown
from bot.threads.models import ThreadKey
from workers.admission import Refusal
from workers.errands.errand import Errand
from workers.follow_ups import checks, ending, missed
from workers.follow_ups.ending import Run

MOVED = "moved"  # the journal's field with the thread in which the run goes on
NAME_SHOWN = 150

log = structlog.get_logger()


async def begin_thread(errand: Errand) -> None:
    run, services = Run.of(errand.mail), errand.services
    if run is None or errand.journal.get(MOVED):
        return
    follow_up = await checks.expected(services, run)
    if follow_up is None:
        return
    found = await checks.answering(services, follow_up, thread_agent=None)
    if isinstance(found, Why):
        await ending.held_up(services, run, found)
        return
    try:
        root = await _root(errand, follow_up)
    except Refused as refused:
        if refused.code not in CHANNEL_GONE:
            raise
        log.warning("follow_up.channel_gone", follow_up=follow_up.id, error=str(refused))
        await ending.held_up(services, run, Why.CHANNEL_GONE)
        return
    into = ThreadKey(errand.thread.team, errand.thread.channel, root)
    agent = {} if isinstance(found, Refusal) else {"agent": found.name}  # who may not answer says so there
    await services.turns.plant(into, {"alone": follow_up.owner, "read_to": root, **agent})
    if follow_up.quiet:
        await _keep_to(errand, run, into)
    errand.journal.set(**{MOVED: str(into)})
    await errand.move(replace(errand.mail, id=f"open:{errand.thread}", thread=into))


async def _root(errand: Errand, follow_up: FollowUp) -> str:
    """Whose follow-up it is and what it does, once."""
    person = await errand.services.people.person(follow_up.team, follow_up.owner)
    whose = shown(person.name if person else follow_up.owner, NAME_SHOWN)
    quoted = await missed.quoted(errand.services, follow_up)
    first, again = (
        f"{errand.shared.say(key, person=whose)}\n{quoted}"
        for key in ("follow_up.run.root", "follow_up.run.root_again")
    )
    return await errand.post_root(first, again=again)


async def _keep_to(errand: Errand, run: Run, thread: ThreadKey) -> None:
    """From now on it runs there."""
    store = errand.services.follow_ups
    while (kept := await store.get(run.team, run.follow_up)) and not kept.follow_up.thread_ts:
        if await store.change(kept, replace(kept.follow_up, thread_ts=thread.root_ts)) is not Changed.CHANGED:
            return
