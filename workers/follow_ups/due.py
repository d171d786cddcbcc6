"""What becomes of a follow-up whose time has come: rules, no I/O.

What always holds: each occurrence is handed over once or counted as missed; of several that passed meanwhile only the
latest may still run; a recurrence never piles up behind a run that has not ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.clock import Clock
from bot.follow_ups.models import FollowUp, Status, Why
from workers.follow_ups import recurrence

DAY = timedelta(days=1)
RUN_ENDED_UNSEEN = timedelta(hours=26)  # a turn's age limit and its questions' are a day; then nobody will say more
MOST_FAILURES = 3  # in a row
SEEN_WITHIN = timedelta(minutes=1)  # a time that is its last moment may be looked at so much after it


@dataclass(frozen=True, slots=True)
class Step:
    """`new` takes the follow-up's place. `run` is the occurrence that is handed over; `missed`: there will be no run
    whose foot says what was left out."""

    new: FollowUp
    run: int = 0
    missed: bool = False


def is_due(follow_up: FollowUp, now: float) -> bool:
    return follow_up.status is Status.ACTIVE and 0 < follow_up.due <= now


def step(follow_up: FollowUp, now: float, *, window: timedelta, clock: Clock) -> Step:
    """The next step of one that is due at `now`, by `clock`."""
    if follow_up.when.hook:
        return Step(_over(replace(follow_up, due=0)))
    if not follow_up.when.recurs:
        if now - follow_up.due > window_of(follow_up, window).total_seconds():
            return Step(follow_up.ended(Why.MISSED), missed=True)
        return Step(_begun(follow_up, follow_up.due, now, due=0), run=follow_up.due)
    if follow_up.ends_at and now > follow_up.ends_at + SEEN_WITHIN.total_seconds():
        return left_out(follow_up, now, clock)
    latest, count = recurrence.passed(follow_up.when, follow_up.due, min(now, follow_up.ends_at or now))
    following = _following(follow_up, now)
    if is_running(follow_up, now, clock):
        return Step(_left_out(replace(follow_up, due=following), follow_up.due, count))
    before = _left_out(follow_up, follow_up.due, count - 1)
    last = follow_up.most_runs and follow_up.runs + 1 >= follow_up.most_runs
    return Step(_begun(before, latest, now, due=0 if last else following), run=latest)


def left_out(follow_up: FollowUp, now: float, clock: Clock) -> Step:
    """The step of one that may not run now: after its end, or since its owner's runs of the day are used up."""
    if not follow_up.when.recurs:
        return Step(follow_up.ended(Why.MISSED), missed=True)
    if not is_running(follow_up, now, clock):
        follow_up = _lost(follow_up)
    _, count = recurrence.passed(follow_up.when, follow_up.due, min(now, follow_up.ends_at or now))
    new = _over(_left_out(replace(follow_up, due=_following(follow_up, now)), follow_up.due, count))
    return Step(new, missed=is_untold(new))


def run_ended(follow_up: FollowUp, occurrence: int, *, answered: bool | None, told: int = 0) -> FollowUp:
    """When the turn of `occurrence` has ended: in an answer or not; None where a person stopped it.

    `told` of the occurrences that were left out are known to the thread by now.
    """
    if follow_up.running != occurrence:
        return follow_up
    failures = follow_up.failures if answered is None else 0 if answered else follow_up.failures + 1
    missed = max(0, follow_up.missed - told)
    since = follow_up.missed_since if missed else 0
    ended = replace(follow_up, running=0, running_since=0, failures=failures, missed=missed, missed_since=since)
    if ended.status is not Status.ACTIVE:
        return ended
    if failures >= MOST_FAILURES and goes_on(ended):
        return ended.paused(Why.FAILED)
    return _over(ended)


def forgiven(follow_up: FollowUp) -> FollowUp:
    """When a failed run was tried again, and answered: it failed for no reason that lasts."""
    return replace(follow_up, failures=0) if follow_up.status is Status.ACTIVE else follow_up


def held_up(follow_up: FollowUp, occurrence: int, why: Why, *, worked: bool = False) -> FollowUp:
    """Paused, because `occurrence` came and could not run for `why`. That was no run of it, unless it `worked`: that is
    not done twice."""
    if follow_up.running != occurrence or not follow_up.is_open:
        return run_ended(follow_up, occurrence, answered=None)
    before = replace(follow_up, running=0, running_since=0, runs=follow_up.runs - (not worked))
    return before if before.status is Status.PAUSED else before.paused(why)


def resumed(follow_up: FollowUp, now: float) -> FollowUp:
    """Active again from `now` on; what passed while it was paused is not missed. One without a time left has ended.

    One that is to run once and whose time came, but whose run was held up or had not begun, runs now.
    """
    fresh = replace(follow_up, status=Status.ACTIVE, why=None, by="", failures=0, missed=0, missed_since=0)
    held = follow_up.when.at and not follow_up.runs and (follow_up.missed or follow_up.why not in (None, Why.PERSON))
    return _over(replace(fresh, due=first(fresh, now) or (int(now) if held else 0)))


def not_begun(follow_up: FollowUp, occurrence: int) -> FollowUp:
    """Paused before the run of `occurrence` could begin: that was no run, but a time that was left out."""
    if follow_up.running != occurrence or follow_up.status is not Status.PAUSED:
        return run_ended(follow_up, occurrence, answered=None)
    before = replace(follow_up, running=0, running_since=0, runs=follow_up.runs - 1)
    return _left_out(before, occurrence, 1)


def run_besides(follow_up: FollowUp, occurrence: int, now: float) -> FollowUp:
    """An extra run begins; it counts, and after the last that there may be it is due no more. One that has ended since
    its only time was missed is open again for as long as it runs."""
    if not follow_up.is_open:
        follow_up = replace(follow_up, status=Status.ACTIVE, why=None, by="", missed=0, missed_since=0)
    last = follow_up.most_runs and follow_up.runs + 1 >= follow_up.most_runs
    return _begun(follow_up, occurrence, now, due=0 if last else follow_up.due)


def is_running(follow_up: FollowUp, now: float, clock: Clock) -> bool:
    """A turn's limits go by the real clock, however fast `clock`, by which `now` is, may go."""
    lasts = clock.real_seconds(now - follow_up.running_since)
    return bool(follow_up.running) and lasts < RUN_ENDED_UNSEEN.total_seconds()


def window_of(follow_up: FollowUp, window: timedelta) -> timedelta:
    """For how long after its time one that runs once is still useful: one promised for days ahead is so for a day."""
    ahead = (follow_up.when.at or follow_up.due) - follow_up.made_at
    return max(window, DAY) if ahead >= DAY.total_seconds() else window


def first(follow_up: FollowUp, now: float) -> int:
    """When it is due next, looked at from `now`; 0 where it never is. One that a webhook wakes is due when it ends."""
    if follow_up.is_used_up:
        return 0
    if follow_up.when.hook:
        return follow_up.ends_at if follow_up.ends_at > now else 0
    return _following(follow_up, now)


def goes_on(follow_up: FollowUp) -> bool:
    """Whether there may be a further run."""
    if not follow_up.when.hook:
        return bool(follow_up.due)
    return not follow_up.is_used_up and bool(follow_up.due or not follow_up.ends_at)


def may_be_woken(follow_up: FollowUp, now: float) -> bool:
    """Whether its webhook may begin a run of it now, also where nobody has noticed yet that its end is past."""
    is_past = bool(follow_up.ends_at) and now >= follow_up.ends_at
    return follow_up.when.hook and goes_on(follow_up) and not is_past


def is_untold(follow_up: FollowUp) -> bool:
    """Whether it has ended and times of it were left out, of which nobody has heard."""
    return follow_up.why is Why.DONE and bool(follow_up.missed)


def _following(follow_up: FollowUp, now: float) -> int:
    found = recurrence.after(follow_up.when, now) or 0
    return 0 if follow_up.ends_at and found > follow_up.ends_at else found


def _begun(follow_up: FollowUp, occurrence: int, now: float, *, due: int) -> FollowUp:
    new = _lost(follow_up)
    return replace(new, running=occurrence, running_since=int(now), runs=new.runs + 1, due=due)


def _lost(follow_up: FollowUp) -> FollowUp:
    """A run that nobody has heard of for so long that it goes on no more was none: its mail is not expected."""
    if not follow_up.running or follow_up.when.hook:
        return follow_up
    since = min(follow_up.missed_since or follow_up.running, follow_up.running)
    return replace(follow_up, running=0, running_since=0, missed=follow_up.missed + 1, missed_since=since)


def _left_out(follow_up: FollowUp, since: int, count: int) -> FollowUp:
    if count <= 0:
        return follow_up
    return replace(follow_up, missed=follow_up.missed + count, missed_since=follow_up.missed_since or since)


def _over(follow_up: FollowUp) -> FollowUp:
    """The same, ended where no time is left and nothing runs."""
    if goes_on(follow_up) or follow_up.running or not follow_up.is_open:
        return follow_up
    return follow_up.ended(Why.DONE)
