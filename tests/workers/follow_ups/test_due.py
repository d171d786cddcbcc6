"""What becomes of a follow-up whose time has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.clock import Clock
from bot.follow_ups.models import FollowUp, Status, When, Why
from workers.follow_ups import due

HOUR = 3_600
NOW = 1_800_000_000 - 1_800_000_000 % HOUR
WINDOW = timedelta(hours=1)
HOURLY = FollowUp(
    id="hourly",
    team="T1",
    channel="C1",
    owner="U1",
    owner_team="T1",
    prompt="look",
    when=When(cron="0 * * * *"),
    made_at=NOW - HOUR,
    due=NOW,
)
ONCE = replace(HOURLY, when=When(at=NOW))


def step(follow_up: FollowUp, now: float = NOW) -> due.Step:
    return due.step(follow_up, now, window=WINDOW, clock=Clock())


@pytest.mark.parametrize(
    "follow_up", [replace(HOURLY, due=NOW + 1), replace(ONCE, due=0, running=NOW), HOURLY.paused(Why.PERSON)]
)
def test_one_that_was_handed_over_meanwhile_or_is_paused_is_not_due(follow_up: FollowUp) -> None:
    assert not due.is_due(follow_up, NOW)
    assert due.is_due(HOURLY, NOW)


def test_it_runs_and_is_due_again() -> None:
    found = step(HOURLY, NOW + 3)
    assert found.run == NOW
    assert (found.new.running, found.new.due, found.new.runs, found.new.missed) == (NOW, NOW + HOUR, 1, 0)


def test_of_those_that_passed_meanwhile_the_latest_runs_and_the_others_are_counted() -> None:
    found = step(HOURLY, NOW + 5 * HOUR + 60)
    assert found.run == NOW + 5 * HOUR
    assert (found.new.due, found.new.missed, found.new.missed_since) == (NOW + 6 * HOUR, 5, NOW)


def test_it_never_piles_up_behind_a_run_that_has_not_ended() -> None:
    busy = replace(HOURLY, running=NOW - HOUR, running_since=NOW - HOUR)
    found = step(busy)
    assert found.run == 0
    assert (found.new.running, found.new.due, found.new.missed) == (NOW - HOUR, NOW + HOUR, 1)


def test_a_run_whose_end_nobody_will_tell_any_more_counts_as_left_out_and_keeps_no_other_from_its_time() -> None:
    busy = replace(HOURLY, running=NOW - HOUR, running_since=NOW - HOUR)
    found = step(busy, NOW + 27 * HOUR)
    assert (found.run, found.new.missed, found.new.missed_since) == (NOW + 27 * HOUR, 28, NOW - HOUR)
    fast = Clock(NOW, speed=1_000, real=NOW)
    assert due.step(busy, NOW + 27 * HOUR, window=WINDOW, clock=fast).run == 0, "a turn's limits go by the real clock"


@pytest.mark.parametrize(("late", "runs"), [(0, True), (HOUR, True), (HOUR + 1, False)])
def test_one_that_runs_once_is_missed_after_its_window(late: int, runs: bool) -> None:
    found = step(replace(ONCE, made_at=NOW - HOUR), NOW + late)
    assert (found.run == NOW, found.missed, found.new.why) == (runs, not runs, None if runs else Why.MISSED)


def test_one_that_was_promised_for_days_ahead_is_useful_for_a_day() -> None:
    ahead = replace(ONCE, made_at=NOW - 48 * HOUR)
    assert step(ahead, NOW + 23 * HOUR).run == NOW
    assert step(ahead, NOW + 25 * HOUR).missed


def test_it_ends_with_its_count_its_date_or_its_only_time() -> None:
    once = due.run_ended(step(ONCE).new, NOW, answered=True)
    assert (once.status, once.why, once.runs) == (Status.ENDED, Why.DONE, 1)
    counted = step(replace(HOURLY, most_runs=1)).new
    assert (counted.status, counted.due) == (Status.ACTIVE, 0)
    assert due.run_ended(counted, NOW, answered=True).status is Status.ENDED
    dated = step(replace(HOURLY, ends_at=NOW + HOUR - 1)).new
    assert due.run_ended(dated, NOW, answered=True).status is Status.ENDED
    last = step(replace(HOURLY, ends_at=NOW), NOW + 3)
    assert (last.run, last.new.due) == (NOW, 0), "its end is its last time"


def test_it_does_not_run_after_its_end_though_it_was_due_before() -> None:
    """Whoever is away over its last time finds it missed, and it has ended."""
    late = step(replace(HOURLY, ends_at=NOW + HOUR), NOW + 9 * HOUR)
    assert (late.run, late.missed, late.new.missed, late.new.due) == (0, True, 2, 0)
    assert (late.new.status, late.new.why) == (Status.ENDED, Why.DONE)
    busy = replace(HOURLY, ends_at=NOW + HOUR, running=NOW - HOUR, running_since=NOW + 8 * HOUR)
    late = step(busy, NOW + 9 * HOUR)
    assert (late.run, late.missed, late.new.missed, late.new.status) == (0, False, 2, Status.ACTIVE), "its run says so"


def test_after_three_failures_in_a_row_it_is_paused_and_an_answer_forgives_them() -> None:
    running = replace(HOURLY, running=NOW, due=NOW + HOUR)
    failed = due.run_ended(replace(running, failures=1), NOW, answered=False)
    assert (failed.status, failed.failures) == (Status.ACTIVE, 2)
    third = due.run_ended(replace(failed, running=NOW), NOW, answered=False)
    assert (third.status, third.why, third.due) == (Status.PAUSED, Why.FAILED, 0)
    assert due.run_ended(replace(failed, running=NOW), NOW, answered=True).failures == 0
    assert due.run_ended(replace(failed, running=NOW), NOW, answered=None).failures == 2
    assert due.run_ended(failed, NOW, answered=False) == failed, "of another run"


def test_a_resumed_one_goes_on_from_now_and_one_whose_time_has_passed_has_ended() -> None:
    paused = replace(HOURLY, failures=3, missed=2, missed_since=NOW).paused(Why.FAILED)
    again = due.resumed(paused, NOW + 90)
    assert (again.status, again.due, again.failures, again.missed) == (Status.ACTIVE, NOW + HOUR, 0, 0)
    assert due.resumed(ONCE.paused(Why.PERSON), NOW + 1).status is Status.ENDED


def test_what_may_not_run_any_more_today_is_counted_or_missed() -> None:
    assert due.left_out(HOURLY, NOW + HOUR, Clock()).new.missed == 2
    assert due.left_out(ONCE, NOW, Clock()).missed
    lost = replace(HOURLY, ends_at=NOW, running=NOW - 30 * HOUR, running_since=NOW - 30 * HOUR)
    last = due.left_out(lost, NOW, Clock())
    assert (last.missed, last.new.status, last.new.missed) == (True, Status.ENDED, 2), "nobody will tell it any more"
    assert last.new.missed_since == NOW - 30 * HOUR


def test_what_the_thread_was_told_of_is_not_told_again() -> None:
    running = replace(HOURLY, running=NOW, missed=3, missed_since=NOW - 3 * HOUR)
    ended = due.run_ended(running, NOW, answered=True, told=2)
    assert (ended.missed, ended.missed_since) == (1, NOW - 3 * HOUR)
    ended = due.run_ended(running, NOW, answered=True, told=3)
    assert (ended.missed, ended.missed_since) == (0, 0)
    assert due.run_ended(ended, NOW, answered=False, told=3) == ended


def test_a_run_that_could_not_be_is_none_and_pauses_it() -> None:
    begun = step(HOURLY).new
    held = due.held_up(begun, NOW, Why.AGENT_GONE)
    assert (held.status, held.why, held.running, held.runs, held.due) == (Status.PAUSED, Why.AGENT_GONE, 0, 0, 0)
    assert due.held_up(held, NOW, Why.OWNER_GONE) == held
    assert due.held_up(begun, NOW, Why.CHANNEL_GONE, worked=True).runs == 1, "what it did is not done twice"
    by_ada = begun.paused(Why.PERSON, by="U1")
    assert due.held_up(by_ada, NOW, Why.AGENT_GONE).why is Why.PERSON
    assert due.held_up(begun.ended(Why.PERSON), NOW, Why.AGENT_GONE).why is Why.PERSON


def test_one_that_is_to_run_once_and_was_held_up_runs_when_it_is_resumed() -> None:
    held = due.held_up(step(ONCE).new, NOW, Why.CHANNEL_GONE)
    resumed = due.resumed(held, NOW + HOUR)
    assert (resumed.status, resumed.due) == (Status.ACTIVE, NOW + HOUR)
    assert due.step(resumed, NOW + HOUR, window=WINDOW, clock=Clock()).run == NOW + HOUR
    by_person = replace(ONCE, due=0).paused(Why.PERSON, by="U1")
    assert due.resumed(by_person, NOW + HOUR).status is Status.ENDED


def test_one_that_was_paused_before_its_run_began_runs_when_it_is_resumed() -> None:
    dropped = due.not_begun(step(ONCE).new.paused(Why.PERSON, by="U1"), NOW)
    assert (dropped.status, dropped.running, dropped.runs, dropped.missed) == (Status.PAUSED, 0, 0, 1)
    assert due.not_begun(dropped, NOW) == dropped
    resumed = due.resumed(dropped, NOW + HOUR)
    assert (resumed.status, resumed.due, resumed.missed) == (Status.ACTIVE, NOW + HOUR, 0)
    cancelled = due.not_begun(step(ONCE).new.ended(Why.PERSON), NOW)
    assert (cancelled.running, cancelled.runs, cancelled.missed) == (0, 1, 0)


WOKEN = replace(HOURLY, when=When(hook=True), due=0)


def test_one_that_a_webhook_wakes_ends_with_its_count() -> None:
    twice = replace(WOKEN, most_runs=2)
    first = due.run_ended(due.run_besides(twice, NOW, NOW), NOW, answered=True)
    assert (first.status, first.hears) == (Status.ACTIVE, True)
    begun = due.run_besides(first, NOW + 9, NOW + 9)
    assert (begun.status, begun.hears) == (Status.ACTIVE, False), "the last run goes on"
    last = due.run_ended(begun, NOW + 9, answered=True)
    assert (last.status, last.why) == (Status.ENDED, Why.DONE)


def test_one_that_a_webhook_wakes_ends_at_its_date_without_a_run() -> None:
    ends = NOW + HOUR
    dated = replace(WOKEN, ends_at=ends)
    dated = replace(dated, due=due.first(dated, NOW))
    assert due.may_be_woken(dated, NOW)
    assert not due.may_be_woken(dated, ends), "though nobody has looked yet"
    idle = step(dated, ends)
    assert (idle.run, idle.missed, idle.new.status, idle.new.why) == (0, False, Status.ENDED, Why.DONE)
    busy = step(due.run_besides(dated, NOW, NOW), ends)
    assert (busy.new.status, busy.new.running) == (Status.ACTIVE, NOW), "a run that has begun goes on"
    assert due.run_ended(busy.new, NOW, answered=True).status is Status.ENDED
    assert due.resumed(dated.paused(Why.PERSON), NOW).due == ends
    assert due.resumed(dated.paused(Why.PERSON), ends).status is Status.ENDED


def test_one_that_a_webhook_wakes_goes_on_where_nothing_ends_it() -> None:
    after = due.run_ended(due.run_besides(WOKEN, NOW, NOW), NOW, answered=True)
    assert (after.status, after.due, due.may_be_woken(after, NOW)) == (Status.ACTIVE, 0, True)
