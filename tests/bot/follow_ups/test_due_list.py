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
