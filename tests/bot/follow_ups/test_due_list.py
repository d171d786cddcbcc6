"""The list of due follow-ups: the longest due first, what is broken aside."""

from __future__ import annotations

from dataclasses import replace

from redis.asyncio import Redis

from bot.follow_ups.due_list import DueList
from bot.follow_ups.models import Status
from bot.follow_ups.store import FollowUps
from bot.threads import keys
from tests.bot.follow_ups.test_store import FOLLOW_UP, NOW, add, kept
from tests.threads.ground import ADA, THREAD


async def test_those_that_are_due_come_in_their_order_and_the_next_one_is_known(redis: Redis) -> None:
    """Also where more are due than are handed over at once."""
    store, due_list = FollowUps(redis), DueList(redis)
    for name, due in {"third": NOW + 60, "first": NOW - 5, "second": NOW, "fourth": NOW + 90}.items():
        await add(store, replace(FOLLOW_UP, id=name, due=due))
    first, second = [await kept(store, replace(FOLLOW_UP, id=name)) for name in ("first", "second")]
    assert await due_list.look(NOW - 6.5) == ([], NOW - 5)
    assert await due_list.look(NOW) == ([first, second], NOW + 60)
    assert await due_list.look(NOW + 0.5, most=1) == ([first], NOW)
    due_list.set_aside(first)
    assert await due_list.look(NOW, most=1) == ([second], NOW + 60)


async def test_while_nothing_is_due_a_look_reads_one_name(redis: Redis) -> None:
    """However many are kept: each worker looks twice a second for ever."""
    due_list, sent = DueList(redis), []
    await redis.zadd(keys.FOLLOW_UPS_DUE, {f"T1 {number:05}": NOW + number for number in range(1, 500)})
    for looks in (0, 0, 100):
        for _ in range(looks):
            assert await due_list.look(NOW) == ([], NOW + 1)
        sent.append((await redis.info("stats"))["total_net_output_bytes"])
    of_info, with_looks = sent[1] - sent[0], sent[2] - sent[1]
    assert with_looks - of_info < 100 * 100


async def test_what_cannot_be_read_is_passed_over_and_keeps_no_other_from_its_time(redis: Redis) -> None:
    """However many there are, and whatever is wrong with them."""
    store, due_list = FollowUps(redis), DueList(redis)
    for name in ("a", "b", "c", "d"):
        await add(store, replace(FOLLOW_UP, id=name, due=NOW - 60))
    await add(store)
    napping = f"1\n{FOLLOW_UP.dump()}".replace('"active"', '"napping"')
    for name, text in {"a": "1\nnothing", "b": "1\n{}", "c": napping}.items():
        await redis.set(keys.follow_up(THREAD.team, name), text)
    broken = await kept(store, replace(FOLLOW_UP, id="d"))
    found = []
    for _ in range(5):
        due, _ = await due_list.look(NOW, most=1)
        found.append([one.follow_up.id for one in due if one.follow_up.status is Status.ACTIVE])
        if broken in due:
            due_list.set_aside(broken)
    assert found == [[], [], [], ["d"], ["weekly"]]
    assert [one.follow_up.id for one in await store.of(THREAD.team, ADA) if one.follow_up.due] == ["d", "weekly"]
    assert await store.get(THREAD.team, "a") is None
    await store.change(broken, replace(broken.follow_up, prompt="mended"))
    assert [one.follow_up.id for one in (await due_list.look(NOW, most=1))[0]] == ["d"]
    await store.forget(THREAD.team)
    assert await redis.keys("tw:follow-up:*") == []
    assert await redis.zcard(keys.FOLLOW_UPS_DUE) == 0
