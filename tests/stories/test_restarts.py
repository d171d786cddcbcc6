"""Workers come and go; threads do not notice. The long fault runs are in tests/proof."""

from __future__ import annotations

import json

from tests.stories.conftest import MakeWorld
from tests.world import World, end_worker, until


async def test_a_worker_that_is_told_to_stop_hands_its_thread_on_at_once(make_world: MakeWorld) -> None:
    world = await make_world(mistral={"lock_seconds": 0.2, "on_drop": "store"}, lease=30)
    world.mistral.script.hold(after=1)
    world.mistral.script.will_say("one two three", pieces=3)
    thread = await world.dm("count")
    await world.mistral.script.until_held()
    await world.end_worker(0)
    assert (await thread.record())["state"] == "waiting"
    world.mistral.script.release()
    await world.start_worker()
    assert await thread.answered() == ["one two three"]
    assert thread.session == "active"
    assert "lost_workers" not in await thread.record()


async def test_a_turn_whose_worker_was_lost_three_times_ends_with_a_sentence_in_the_dead_letters(
    make_world: MakeWorld,
) -> None:
    world = await make_world(worker=False)
    thread = await world.mention("poison")
    await until(lambda: world.slack.delivery.underway == 0)
    key = f"tw:thread:{thread.key}"
    mail = await world.redis.lrange(f"tw:mail:{thread.key}", 0, -1)  # type: ignore[misc]  # sync or async to mypy
    journal = {
        "v": "1",
        "mail": json.dumps([item.decode() for item in mail]),
        "principal": "U0ADA",
        "began": str(1e9 * 2),
        "thread": thread.key,
        "agent": "assistant",
    }
    await world.redis.hset(f"tw:turn:{thread.key.split(':')[0]}:poisonous1", mapping=journal)  # type: ignore[misc]  # as above
    await world.redis.delete(f"tw:mail:{thread.key}")
    await world.redis.hset(key, mapping={"turn": "poisonous1", "lost_workers": "3"})  # type: ignore[misc]  # as above
    await world.start_worker()
    [said] = await thread.answered()
    assert "poisonous1" in said
    assert await world.redis.hexists("tw:dead", "poisonous1")  # type: ignore[misc]  # as above
    await thread.reply("<@U0BOT> are you well?")
    assert "are you well?" in (await thread.answered(2))[-1]


async def test_messages_that_came_while_no_worker_ran_are_answered_in_order(make_world: MakeWorld) -> None:
    world = await make_world(worker=False)
    thread = await world.mention("first")
    await thread.reply("<@U0BOT> second", user="U0CAMILLE")
    await thread.reply("<@U0BOT> third")
    await until(lambda: world.slack.delivery.underway == 0)
    await world.start_worker()
    said = await thread.answered(3)
    assert [word for text, word in zip(said, ("first", "second", "third"), strict=True) if word in text] == [
        "first",
        "second",
        "third",
    ]


async def test_no_key_is_left_without_a_lifetime(world: World) -> None:
    threads = [await world.mention("one"), await world.dm("two")]
    for thread in threads:
        await thread.answered()
    await end_worker(*world.running.pop())
    durable = {b"tw:leases", b"tw:deadlines", b"tw:dead", b"tw:queue", b"tw:wake"}
    left = [key async for key in world.redis.scan_iter() if await world.redis.ttl(key) < 0]
    assert [key for key in left if key not in durable] == []
