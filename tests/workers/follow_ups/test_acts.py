"""What can be done with a follow-up, and by whom, against a real store and people that Slack tells about."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.grants import Grant
from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.threads import keys
from bot.threads.models import Mail, MailKind, ThreadKey
from tests.world import ADA, CAMILLE, GENERAL, GRACE, HUGO, TEAM, World, opened
from workers.follow_ups import acts, ahead, due, extra_runs, making
from workers.follow_ups.acts import Done
from workers.follow_ups.making import Made
from workers.follow_ups.rights import CONSOLE, Who
from workers.follow_ups.wishes import Refused, Wish
from workers.ids import id_from
from workers.opening import open_services
from workers.services import Services

NOW = 1_795_000_000
THREAD = ThreadKey(TEAM, GENERAL, "1.000001")
WISH = Wish(
    team=TEAM,
    channel=GENERAL,
    thread_ts=THREAD.root_ts,
    owner=ADA,
    owner_team=TEAM,
    prompt="check the deploy",
    when=When(cron="0 9 * * *"),
)
CLOSED = """\
---
model: m
description: Only for one.
access: {users: [U0HUGO]}
---
Help.
"""


@pytest.fixture
async def world(redis_url: str, tmp_path: Path) -> AsyncIterator[World]:
    agents = {"assistant": "---\nmodel: m\ndescription: Helps.\n---\nHelp.\n", "closed": CLOSED}
    async with opened(redis_url, tmp_path, worker=False, agents=agents, follow_ups_per_thread=2) as world:
        yield world


@pytest.fixture
async def services(world: World) -> AsyncIterator[Services]:
    async with contextlib.AsyncExitStack() as stack:
        found = await open_services(stack, world.settings, world.redis, worker="here")
        yield replace(found, calendar=lambda: NOW)


async def made(services: Services, **changes: Any) -> FollowUp:
    found = await making.make(services, replace(WISH, **changes))
    assert isinstance(found, Made), found
    return found.follow_up


async def act(name: str, services: Services, follow_up: FollowUp, who: Who) -> Done | Refused:
    if name == "change":
        wish = replace(Wish.of(follow_up), prompt="check it twice")
        return await acts.change(services, who, TEAM, follow_up.id, wish)
    does = extra_runs.run_now if name == "run_now" else getattr(acts, name)
    found: Done | Refused = await does(services, who, TEAM, follow_up.id)
    return found


async def test_one_is_kept_with_its_first_time(services: Services) -> None:
    one = await made(services, prompt=" check the deploy ")
    assert one.prompt == "check the deploy"
    assert one.due > NOW
    assert one.due % 86_400 == 9 * 3_600
    assert [kept.follow_up for kept in await services.follow_ups.of(TEAM, ADA)] == [one]


async def test_the_same_wish_told_again_is_the_same_follow_up(services: Services) -> None:
    wish = replace(WISH, id=id_from("turn", "call"), when=When(at=NOW + 60))
    first = await making.make(services, wish)
    late = replace(services, calendar=lambda: NOW + 3_600)
    assert await making.make(late, wish) == first
    assert len(await services.follow_ups.of(TEAM, ADA)) == 1


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "nothing to do": ({"prompt": "  "}, "no_prompt"),
    "too much to do": ({"prompt": "x" * 3_001}, "long_prompt"),
    "a time that is over": ({"when": When(at=NOW)}, "past"),
    "a time nobody lives to see": ({"when": When(at=NOW + 10 * 365 * 86_400)}, "too_far"),
    "a time that never comes": ({"when": When(cron="0 9 30 2 *")}, "never"),
    "a time that is none": ({"when": When(cron="at nine")}, "never"),
    "an end before its beginning": ({"ends_at": NOW - 1}, "ends_past"),
    "an end before its first time": ({"ends_at": NOW + 1}, "never"),
    "every minute": ({"when": When(cron="* * * * *")}, "too_often"),
    "twice in a row a day": ({"when": When(cron="0,1 9 * * *")}, "too_often"),
    "an agent nobody knows": ({"agent": "nobody"}, "agent_unknown"),
    "an agent for others": ({"agent": "closed"}, "agent_unknown"),
}


@pytest.mark.parametrize(("changes", "why"), REFUSED.values(), ids=REFUSED)
async def test_what_may_not_be_is_refused(services: Services, changes: dict[str, Any], why: str) -> None:
    found = await making.make(services, replace(WISH, **changes))
    assert isinstance(found, Refused)
    assert found.key == f"follow_up.refused.{why}"
    assert await services.follow_ups.of(TEAM, ADA) == []


async def test_a_thread_has_no_more_than_it_may(services: Services) -> None:
    await made(services)
    await made(services)
    found = await making.make(services, WISH)
    assert found == Refused("follow_up.refused.full_thread", {"count": 2})


ALL = ("change", "pause", "resume", "run_now", "cancel")
OTHERS = {"pause", "cancel"}


@pytest.mark.parametrize("name", ALL)
async def test_who_may_do_what(services: Services, name: str) -> None:
    operators = services.settings.model_copy(update={"operators": (HUGO,)})
    for who, may in (
        (Who(user=ADA), True),
        (CONSOLE, True),
        (Who(user=CAMILLE), False),
        (Who(user=HUGO), name in OTHERS),
        (Who(user=GRACE), name in OTHERS),
    ):
        one = await made(services, channel=f"C{who.user or 'X'}")
        found = await act(name, replace(services, settings=operators), one, who)
        assert isinstance(found, Done if may else Refused), who
        if isinstance(found, Refused):
            assert found == Refused("follow_up.refused.not_yours", {"person": "Ada"})


async def test_it_is_paused_and_goes_on_from_where_it_is_resumed(services: Services) -> None:
    one, ada = await made(services), Who(user=ADA)
    paused = await acts.pause(services, ada, TEAM, one.id)
    assert isinstance(paused, Done)
    assert (paused.follow_up.status, paused.follow_up.by, paused.follow_up.due) == (Status.PAUSED, ADA, 0)
    again = await acts.pause(services, ada, TEAM, one.id)
    assert again == Done(paused.follow_up, changed=False)
    later = replace(services, calendar=lambda: NOW + 10 * 86_400)
    resumed = await acts.resume(later, ada, TEAM, one.id)
    assert isinstance(resumed, Done)
    assert resumed.follow_up.status is Status.ACTIVE
    assert resumed.follow_up.due == one.due + 10 * 86_400


async def test_a_change_keeps_who_and_where_and_says_the_next_time_anew(services: Services) -> None:
    one = await made(services)
    wish = replace(Wish.of(one), prompt="look again", when=When(at=NOW + 900), channel="C0OTHER", owner=CAMILLE)
    found = await acts.change(services, Who(user=ADA), TEAM, one.id, wish)
    assert isinstance(found, Done)
    assert (found.follow_up.owner, found.follow_up.channel) == (ADA, GENERAL)
    assert (found.follow_up.prompt, found.follow_up.due) == ("look again", NOW + 900)


async def test_a_paused_one_stays_so_when_it_is_changed(services: Services) -> None:
    one, ada = await made(services), Who(user=ADA)
    await acts.pause(services, ada, TEAM, one.id)
    found = await acts.change(services, ada, TEAM, one.id, replace(Wish.of(one), prompt="look again"))
    assert isinstance(found, Done)
    assert (found.follow_up.status, found.follow_up.due) == (Status.PAUSED, 0)


async def test_an_extra_run_is_handed_over_once_and_counts(services: Services) -> None:
    one, ada = await made(services, most_runs=1), Who(user=ADA)
    found = await extra_runs.run_now(services, ada, TEAM, one.id)
    assert isinstance(found, Done)
    assert (found.follow_up.running, found.follow_up.runs, found.follow_up.due) == (NOW, 1, 0)
    assert await extra_runs.run_now(services, ada, TEAM, one.id) == Refused("follow_up.refused.running", {})
    assert [(mail.kind, mail.principal) for mail in await services.turns.look(THREAD)] == [(MailKind.DUE, ADA)]


async def test_one_whose_only_time_was_missed_makes_up_for_it_once(services: Services) -> None:
    one, ada = await made(services, when=When(at=NOW + 60)), Who(user=ADA)
    kept = await services.follow_ups.get(TEAM, one.id)
    assert kept is not None
    await services.follow_ups.change(kept, one.ended(Why.MISSED))
    found = await extra_runs.run_now(services, ada, TEAM, one.id)
    assert isinstance(found, Done)
    assert (found.follow_up.status, found.follow_up.running, found.follow_up.due) == (Status.ACTIVE, NOW, 0)
    over = due.run_ended(found.follow_up, NOW, answered=True)
    assert (over.status, over.why) == (Status.ENDED, Why.DONE)
    kept = await services.follow_ups.get(TEAM, one.id)
    assert kept is not None
    await services.follow_ups.change(kept, over)
    assert await extra_runs.run_now(services, ada, TEAM, one.id) == Refused("follow_up.refused.ended", {})


async def test_a_change_of_what_it_does_leaves_a_time_that_has_just_come_to_be_handed_over(services: Services) -> None:
    one, ada = await made(services), Who(user=ADA)
    late = replace(services, calendar=lambda: one.due + 30.0)
    found = await acts.change(late, ada, TEAM, one.id, replace(Wish.of(one), prompt="check it twice"))
    assert isinstance(found, Done)
    assert (found.follow_up.prompt, found.follow_up.due) == ("check it twice", one.due)
    moved = await acts.change(late, ada, TEAM, one.id, replace(Wish.of(one), when=When(cron="30 9 * * *")))
    assert isinstance(moved, Done)
    assert moved.follow_up.due == one.due + 1_800


@pytest.mark.parametrize(
    ("before", "after", "holds"),
    [
        ({}, {"most_runs": 2}, True),
        ({"most_runs": 3}, {"most_runs": 2, "ends_at": NOW}, True),
        ({"most_runs": 2}, {}, False),
        ({"most_runs": 2}, {"most_runs": 3}, False),
        ({"ends_at": NOW}, {"ends_at": NOW + 1}, False),
        ({"ends_at": NOW}, {"ends_at": NOW - 1}, True),
        ({"ends_at": NOW}, {}, False),
    ],
)
async def test_what_was_allowed_ahead_is_so_no_longer_than_it_was_to_run(
    services: Services, before: dict[str, int], after: dict[str, int], holds: bool
) -> None:
    one = await made(services)
    assert ahead.holds(replace(one, **before), replace(one, **after)) is holds  # type: ignore[arg-type]  # numbers alone


async def test_two_extra_runs_within_a_second_are_two(services: Services) -> None:
    one, ada = await made(services), Who(user=ADA)
    await extra_runs.run_now(services, ada, TEAM, one.id)
    kept = await services.follow_ups.get(TEAM, one.id)
    assert kept is not None
    await services.follow_ups.change(kept, replace(kept.follow_up, running=0, running_since=0))
    found = await extra_runs.run_now(services, ada, TEAM, one.id)
    assert isinstance(found, Done)
    assert found.follow_up.running == NOW + 1
    assert len(await services.turns.look(THREAD)) == 2


async def test_an_extra_run_that_is_asked_for_again_is_the_same_one_also_when_it_has_ended(services: Services) -> None:
    one, ada = await made(services, most_runs=1), Who(user=ADA)
    second = await extra_runs.free_second(services, TEAM, one.id)
    first = await extra_runs.run_now(services, ada, TEAM, one.id, second=second)
    assert isinstance(first, Done)
    again = await extra_runs.run_now(services, ada, TEAM, one.id, second=second)
    assert again == Done(first.follow_up, changed=False)
    kept = await services.follow_ups.get(TEAM, one.id)
    assert kept is not None
    over = due.run_ended(first.follow_up, second, answered=True)
    assert not over.is_open
    await services.follow_ups.change(kept, over)
    assert await extra_runs.run_now(services, ada, TEAM, one.id, second=second) == Done(over, changed=False)
    assert len(await services.turns.look(THREAD)) == 1


async def test_extra_runs_are_within_what_a_person_may_run_a_day(services: Services) -> None:
    few = replace(services, settings=services.settings.model_copy(update={"follow_up_runs_a_day": 1}))
    one, other, ada = await made(services), await made(services, prompt="another"), Who(user=ADA)
    await extra_runs.run_now(few, ada, TEAM, one.id)
    found = await extra_runs.run_now(few, ada, TEAM, other.id)
    assert found == Refused("follow_up.refused.too_many_runs", {"count": 1})


async def test_a_cancelled_one_says_that_it_has_ended(services: Services) -> None:
    one, ada = await made(services), Who(user=ADA)
    found = await acts.cancel(services, ada, TEAM, one.id)
    assert isinstance(found, Done)
    assert (found.follow_up.status, found.follow_up.why, found.follow_up.by) == (Status.ENDED, Why.PERSON, ADA)
    for name in ALL:
        assert await act(name, services, one, ada) == Refused("follow_up.refused.ended", {})
    again = await acts.cancel(services, ada, TEAM, one.id, again=True)
    assert again == Done(found.follow_up, changed=False), "its own worker ended before it was told"
    others = await acts.cancel(services, Who(user=GRACE), TEAM, one.id, again=True)
    assert others == Refused("follow_up.refused.ended", {})
    nobody = replace(one, id="nothing")
    assert await act("pause", services, nobody, ada) == Refused("follow_up.refused.gone", {})


async def test_one_that_keeps_to_an_agent_as_it_was_knows_its_definition(services: Services) -> None:
    same = (await made(services, as_is=True)).version
    assert same
    assert (await made(services, as_is=True, prompt="something else")).version == same


async def test_a_change_keeps_to_the_agent_as_it_was_until_that_is_asked_for_anew(services: Services) -> None:
    """Whoever moves it, a model too, has not looked at what the agent has become meanwhile."""
    one, ada = await made(services, as_is=True), Who(user=ADA)
    kept = await services.follow_ups.get(TEAM, one.id)
    assert kept is not None
    old = replace(one, version="as it was")
    await services.follow_ups.change(kept, old)
    wish = replace(Wish.of(old), quiet=True)
    versions = []
    for asked in (wish, replace(wish, agent="assistant"), replace(wish, as_is=False), wish):
        found = await acts.change(services, ada, TEAM, one.id, asked)
        assert isinstance(found, Done)
        versions.append(found.follow_up.version)
    assert versions == ["as it was", one.version, "", one.version]


async def test_what_was_allowed_ahead_goes_with_a_change_and_stays_where_that_is_refused(services: Services) -> None:
    one, ada = await made(services), Who(user=ADA)
    grant = Grant(
        user=ADA,
        agent="assistant",
        tool="odd__count",
        does="",
        definition="d",
        title="Count",
        server="odd",
        by=ADA,
        at=1.0,
        follow_up=one.id,
    )
    await services.grants.give(TEAM, grant)
    webhook = replace(Wish.of(one), when=When(hook=True))
    assert await acts.change(services, ada, TEAM, one.id, webhook) == Refused("follow_up.refused.no_address", {})
    await acts.change(services, ada, TEAM, one.id, replace(Wish.of(one), quiet=True))
    assert await services.grants.of(TEAM, ADA) == [grant]
    await acts.change(services, ada, TEAM, one.id, replace(Wish.of(one), prompt="count them"))
    assert await services.grants.of(TEAM, ADA) == []


async def test_a_person_whom_slack_does_not_tell_about_has_none(services: Services) -> None:
    found = await making.make(services, replace(WISH, owner="U0NOBODY"))
    assert found == Refused("agent.person_unknown", {})


async def test_the_shortest_interval_is_a_setting(services: Services) -> None:
    settings = services.settings.model_copy(update={"follow_up_interval": timedelta(minutes=1)})
    assert isinstance(
        await making.make(replace(services, settings=settings), replace(WISH, when=When(cron="* * * * *"))), Made
    )


@pytest.mark.parametrize("name", sorted(OTHERS))
async def test_the_owner_is_told_who_else_did_it_in_the_same_step(world: World, services: Services, name: str) -> None:
    one = await made(services)
    await act(name, services, one, Who(user=GRACE))
    await act(name, services, one, CONSOLE)
    [mail] = await told_of(world, one)
    assert (mail.principal, mail.about["by"], mail.about["did"]) == (
        ADA,
        GRACE,
        "paused" if name == "pause" else "ended",
    )
    mine = await made(services)
    await act(name, services, mine, Who(user=ADA))
    assert await told_of(world, mine) == []


async def told_of(world: World, follow_up: FollowUp) -> list[Mail]:
    """The errands that tell its owner of it."""
    waiting: list[Mail] = []
    async for key in world.redis.scan_iter(match=f"{keys.PREFIX}mail:*"):
        thread = ThreadKey.parse(key.decode().removeprefix(f"{keys.PREFIX}mail:"))
        waiting += [Mail.load(thread, item) for item in await world.redis.lrange(key, 0, -1)]  # type: ignore[misc]
    return [mail for mail in waiting if mail.about.get("follow_up") == follow_up.id]
