"""DUE without a thread: each run of a channel's follow-up begins one, and becomes the first mail in it.

A quiet one keeps to the thread that its first run began: only there can it say nothing. A channel that takes no post of
ours pauses the follow-up.

All that a follow-up's webhook brings comes to one errand (`FollowUp.door`). It begins a run only when none goes on; all
that waits then is read by that run. Which that is stands in the journal before the run counts.
"""

from __future__ import annotations

from dataclasses import replace

import structlog

from bot.follow_ups.models import FollowUp, Status, Why
from bot.follow_ups.store import Changed
from bot.slack.errors import CHANNEL_GONE, Refused
from bot.slack.text import shown
from bot.threads.models import Mail, ThreadKey
from workers.admission import Refusal
from workers.errands.errand import Errand, Waits
from workers.follow_ups import checks, deliveries, due, ending, missed
from workers.follow_ups import foot as feet
from workers.follow_ups.ending import Run
from workers.journal import Journal

MOVED = "moved"  # the journal's field with the thread in which the run goes on
OCCURRENCE = "run"  # and with the occurrence of the run that a webhook's delivery began
NAME_SHOWN = 150

log = structlog.get_logger()


async def begin_thread(errand: Errand) -> None:
    services = errand.services
    if Run.of(errand.mail) is None or errand.journal.get(MOVED) or await _goes_elsewhere(errand):
        return
    run = run_of(errand.mail, errand.journal)
    assert run is not None
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
    mail = deliveries.joined([errand.mail, *errand.joined])
    await _move(errand, replace(mail, about={**mail.about, "occurrence": str(run.occurrence)}), into)


def run_of(mail: Mail, journal: Journal) -> Run | None:
    """The run that `mail` is; of what a webhook brought, the one that began with it."""
    run = Run.of(mail)
    begun = journal.get(OCCURRENCE)
    return replace(run, occurrence=int(begun)) if run and begun else run


async def _goes_elsewhere(errand: Errand) -> bool:
    """Whether what a webhook brought begins no thread: it did, or there is one. Raises `Waits` behind another run."""
    run, services, journal = Run.of(errand.mail), errand.services, errand.journal
    if run is None or not run.by_hook:
        return False
    if await services.turns.stored([_moved_id(errand)]):
        journal.set(**{MOVED: "-"})
        return True
    kept = await services.follow_ups.get(run.team, run.follow_up)
    follow_up, begun = kept.follow_up if kept else None, journal.get(OCCURRENCE)
    if follow_up is None or follow_up.status is not Status.ACTIVE or (begun and follow_up.running == int(begun)):
        return False
    if follow_up.thread:
        await _move(errand, errand.mail, follow_up.thread)
        return True
    if due.is_running(follow_up, services.calendar(), services.settings.follow_up_clock):
        raise Waits
    # Two that came in one second are two: the run's second is its own, not its first delivery's.
    journal.set(**{OCCURRENCE: str(int(services.calendar()))})
    errand.join(item for item in errand.waiting if (other := Run.of(item)) and other.by_hook)
    await journal.write()
    return False


async def _move(errand: Errand, mail: Mail, into: ThreadKey) -> None:
    errand.journal.set(**{MOVED: str(into)})
    await errand.move(replace(mail, id=_moved_id(errand), thread=into))


def _moved_id(errand: Errand) -> str:
    return f"open:{errand.mail.id}"


async def _root(errand: Errand, follow_up: FollowUp) -> str:
    """Whose follow-up it is, what woke it and what it does, once."""
    person = await errand.services.people.person(follow_up.team, follow_up.owner)
    whose = shown(person.name if person else follow_up.owner, NAME_SHOWN)
    whose = feet.woken(whose, deliveries.names([errand.mail, *errand.joined]), errand.shared)
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
