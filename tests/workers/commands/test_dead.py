"""`threadwind dead`: what three dead workers left behind is looked at, asked again or dropped."""

from __future__ import annotations

import json
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.mailbox import Mailbox
from bot.threads.models import Accepted, File, Mail, MailKind, ThreadKey, message_id
from tests.stories.conftest import MakeWorld
from tests.workers.commands.conftest import Threadwind
from tests.world import ADA, DM, GENERAL, TEAM, World, until
from workers.calling.closing import UNKNOWN_OUTCOME
from workers.commands.cannot import Cannot
from workers.commands.letters import Letter, Letters, asked_again
from workers.inputs import AGAIN

PLACE = ThreadKey(TEAM, GENERAL, "1700000000.000100")
TURN = "deadturn22"
AT = 1_700_000_100.0


def mail(text: str, *, place: ThreadKey = PLACE, ts: str = "1700000000.000100", **more: Any) -> Mail:
    return Mail(
        id=message_id(place.team, place.channel, ts),
        kind=MailKind.MESSAGE,
        thread=place,
        principal=ADA,
        principal_team=place.team,
        text=text,
        ts=ts,
        at=AT - 60,
        **more,
    )


async def put_aside(redis: Redis, *messages: Mail, turn: str = TURN, at: float = AT) -> None:
    """As `workers/turn/ends.py` writes it when a turn has cost three workers."""
    letter = {
        "turn": turn,
        "thread": str(messages[0].thread),
        "principal": messages[0].principal,
        "agent": "assistant",
        "mail": [message.dump() for message in messages],
        "at": at,
    }
    await redis.hset(keys.DEAD, turn, json.dumps(letter, ensure_ascii=False))  # type: ignore[misc]  # sync or async to mypy


async def test_a_dead_turn_is_asked_again_and_answered(world: World, threadwind: Threadwind) -> None:
    world.mistral.script.will_say("First.")
    thread = await world.dm("hello")
    await thread.answered()
    place = ThreadKey(TEAM, DM, thread.root)
    # Its id is marked as seen, as that of every message that was ever stored.
    await put_aside(world.redis, mail("order the zanzibar flowers", place=place, ts=thread.root))
    world.mistral.script.will_say("They are ordered.")
    ran = await threadwind("dead", "retry", TURN, REDIS_URL=world.settings.redis_url)
    assert ran.status == 0, ran.err
    assert ran.out == f"Put back into its thread: {place}. It becomes a new turn; a worker takes it at once.\n"
    assert await thread.answered(2) == ["First.", "They are ordered."]
    said = json.dumps(world.mistral.requests("conversations.append")[-1].body)
    assert AGAIN in said
    assert "order the zanzibar flowers" in said
    assert not await world.redis.hlen(keys.DEAD)  # type: ignore[misc]  # as above


async def test_they_are_listed_without_a_word_of_theirs(redis: Redis, threadwind: Threadwind, redis_url: str) -> None:
    await put_aside(redis, mail("zanzibar"), mail("again zanzibar", ts="1700000001.000100"))
    await put_aside(redis, mail("zanzibar"), turn="olderturn2", at=AT - 3600)
    await redis.hset(keys.DEAD, "strangeone", '{"zanzibar"')  # type: ignore[misc]  # as above
    ran = await threadwind.here("dead", "list", REDIS_URL=redis_url)
    assert ran.status == 0, ran.err
    head, *rows = [line.split() for line in ran.out.splitlines()]
    assert head == ["TURN", "SINCE", "MESSAGES", "PRINCIPAL", "AGENT", "THREAD"]
    assert rows[0] == ["olderturn2", "2023-11-14", "21:15:00", "UTC", "1", ADA, "assistant", str(PLACE)]
    assert rows[1] == [TURN, "2023-11-14", "22:15:00", "UTC", "2", ADA, "assistant", str(PLACE)]
    assert rows[2] == ["strangeone", "cannot", "be", "read;", "drop", "it"]
    assert "zanzibar" not in ran.all


async def test_nothing_put_aside_is_said_in_words(redis: Redis, threadwind: Threadwind, redis_url: str) -> None:
    assert (await threadwind.here("dead", "list", REDIS_URL=redis_url)).out == "No turn was put aside.\n"
    for act in ("retry", "drop"):
        ran = await threadwind.here("dead", act, TURN, REDIS_URL=redis_url)
        assert ran.status == 1
        assert ran.err == f"threadwind: No turn {TURN} was put aside; `threadwind dead list` shows those that were.\n"


async def test_a_dropped_one_is_gone_and_nobody_is_woken(redis: Redis, threadwind: Threadwind, redis_url: str) -> None:
    await put_aside(redis, mail("zanzibar"))
    ran = await threadwind.here("dead", "drop", TURN, REDIS_URL=redis_url)
    assert (ran.status, ran.out) == (0, f"Dropped: {TURN}.\n")
    assert await redis.keys() == []


async def test_all_messages_come_back_as_one_in_their_order(redis: Redis) -> None:
    """One piece of mail is stored whole or not at all, and becomes one turn as it was one."""
    file = File(id="F1", name="a.txt", mimetype="text/plain", size=3)
    await put_aside(redis, mail("one", agent="clerk"), mail("two", ts="1700000002.000100", files=(file,)))
    await Letters(redis).retry(TURN, Mailbox(redis), now=AT + 5)
    [stored] = [Mail.load(PLACE, item) for item in await redis.lrange(keys.mailbox(PLACE), 0, -1)]  # type: ignore[misc]  # as above
    assert stored.text == f"{AGAIN}\none\n\ntwo"
    assert (stored.principal, stored.agent, stored.ts) == (ADA, "clerk", "1700000002.000100")
    assert (stored.files, stored.at) == ((file,), AT + 5)
    assert await redis.hget(keys.thread(PLACE), "state") == b"waiting"  # type: ignore[misc]  # as above


async def test_a_retry_that_was_cut_off_puts_nothing_back_twice(redis: Redis) -> None:
    """The mail was stored and the letter not yet gone when the command died; the operator repeats it."""
    await put_aside(redis, mail("one"))
    [letter] = await Letters(redis).all()
    assert isinstance(letter, Letter)
    mailbox = Mailbox(redis)
    assert await mailbox.accept(asked_again(letter, now=AT)) is Accepted.STORED
    await Letters(redis).retry(TURN, mailbox, now=AT + 9)
    assert await redis.llen(keys.mailbox(PLACE)) == 1  # type: ignore[misc]  # as above
    assert not await redis.hlen(keys.DEAD)  # type: ignore[misc]  # as above


async def test_a_full_mailbox_keeps_the_letter(redis: Redis) -> None:
    await put_aside(redis, mail("one"))
    mailbox = Mailbox(redis, limit=1)
    await mailbox.accept(mail("another", ts="1700000009.000100"))
    with pytest.raises(Cannot, match="Too many messages wait"):
        await Letters(redis).retry(TURN, mailbox, now=AT)
    assert await redis.hexists(keys.DEAD, TURN)  # type: ignore[misc]  # as above


@pytest.mark.parametrize("text", ["", "[]", '{"thread":"x"}', '{"thread":"T:C:1.0","mail":[],"principal":"U","at":1}'])
async def test_what_cannot_be_read_is_never_put_back(redis: Redis, text: str) -> None:
    await redis.hset(keys.DEAD, TURN, text)  # type: ignore[misc]  # as above
    with pytest.raises(Cannot, match="cannot be read"):
        await Letters(redis).retry(TURN, Mailbox(redis), now=AT)
    await Letters(redis).drop(TURN)
    assert await redis.keys() == []


async def test_a_write_that_was_under_way_is_told_as_unknown_and_not_as_undone(make_world: MakeWorld) -> None:
    """Three workers died while a tool ran. Asked again, the model must not take the call for one that never was."""
    world = await make_world(worker=False)
    thread = await world.mention("order the flowers")
    await until(lambda: world.slack.delivery.underway == 0)
    place = ThreadKey(TEAM, GENERAL, thread.root)
    waiting = await world.redis.lrange(keys.mailbox(place), 0, -1)  # type: ignore[misc]  # as above
    call = {"id": "fc_1", "tool_call_id": "call00001", "name": "shop__order", "arguments": "{}"}
    journal: dict[Any, Any] = {
        "v": "1",
        "thread": str(place),
        "mail": json.dumps([item.decode() for item in waiting]),
        "principal": ADA,
        "agent": "assistant",
        "began": str(2e9),
        "calls": json.dumps([call]),
        "call:call00001": json.dumps({"state": "started", "name": "shop__order", "arguments": "{}"}),
    }
    await world.redis.hset(keys.turn(TEAM, TURN), mapping=journal)  # type: ignore[misc]  # as above
    await world.redis.delete(keys.mailbox(place))
    await world.redis.hset(keys.thread(place), mapping={"turn": TURN, "lost_workers": "3"})  # type: ignore[misc]  # as above
    await world.start_worker()
    await thread.answered()
    assert await world.redis.hexists(keys.DEAD, TURN)  # type: ignore[misc]  # as above
    left = json.loads((await thread.record())["open_calls"])
    assert left == {"call00001": UNKNOWN_OUTCOME}
