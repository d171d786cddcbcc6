"""Replies without a mention: heard only where one person is alone in a thread with the bot."""

from __future__ import annotations

import pytest
from redis.asyncio import Redis

from bot.threads import keys
from bot.threads.mailbox import Mailbox
from bot.threads.models import Accepted, Mail, MailKind
from tests.threads.ground import (
    ADA,
    BEN,
    OVER,
    THREAD,
    begun,
    contents,
    field,
    generation,
    heard,
    mail,
    message,
    stop,
    turns,
    waiting,
)


async def follow(redis: Redis, one: Mail) -> Accepted:
    return await Mailbox(redis, follows=True).accept(one, follow=True)


async def test_a_reply_in_a_thread_that_is_not_ours_leaves_no_trace(redis: Redis) -> None:
    assert await follow(redis, message("1.0")) is Accepted.NOT_OURS
    assert await contents(redis) == {}


async def test_the_mention_behind_a_reply_that_was_passed_over_gets_through(redis: Redis) -> None:
    """Slack sends a mention twice, in any order; the `message` twin may be taken for a reply that names nobody."""
    assert await follow(redis, message("1.0")) is Accepted.NOT_OURS
    assert await Mailbox(redis, follows=True).accept(message("1.0")) is Accepted.STORED
    assert await follow(redis, message("1.0")) is Accepted.REPEAT
    assert await waiting(redis) == [message("1.0").id]


async def test_who_began_a_thread_is_heard_in_it_without_a_mention(redis: Redis) -> None:
    await heard(redis, message("1.0"), follows=True)
    assert await follow(redis, message("2.0")) is Accepted.STORED
    assert await follow(redis, message("2.0")) is Accepted.REPEAT
    assert await waiting(redis) == [message("1.0").id, message("2.0").id]


async def test_a_stop_without_a_mention_is_followed_as_a_message_is(redis: Redis) -> None:
    await heard(redis, message("1.0"), follows=True)
    await begun(redis, turns(redis))
    assert await follow(redis, stop(by=ADA)) is Accepted.STORED
    assert await field(redis, THREAD, "stop") == ADA


async def test_a_second_persons_reply_is_not_taken_and_one_line_is_owed_for_it_once(redis: Redis) -> None:
    await heard(redis, message("1.0"), follows=True)
    assert await follow(redis, message("2.0", by=BEN)) is Accepted.NOT_OURS
    assert await follow(redis, message("3.0", by=BEN)) is Accepted.NOT_OURS
    assert await waiting(redis) == [message("1.0").id, f"crowded:{THREAD}"]
    assert await field(redis, THREAD, "alone") == ""
    assert not await redis.exists(keys.seen(message("2.0").id))


async def test_the_line_that_is_owed_wakes_a_worker(redis: Redis) -> None:
    await heard(redis, message("1.0"), follows=True)
    owner = turns(redis)
    await owner.finish((await begun(redis, owner)).owned, "turn1", OVER)
    await follow(redis, message("2.0", by=BEN))
    assert await field(redis, THREAD, "state") == "waiting"
    assert await generation(redis) == 2
    [line] = await owner.look(THREAD)
    assert (line.kind, line.principal) == (MailKind.CROWDED, BEN)


async def test_after_a_second_person_joined_nobody_is_heard_without_a_mention(redis: Redis) -> None:
    await heard(redis, message("1.0"), follows=True)
    await follow(redis, message("2.0", by=BEN))
    assert await follow(redis, message("3.0", by=ADA)) is Accepted.NOT_OURS
    assert await Mailbox(redis, follows=True).accept(message("3.0", by=ADA)) is Accepted.STORED
    assert await follow(redis, message("4.0", by=ADA)) is Accepted.NOT_OURS


async def test_a_second_persons_mention_is_answered_before_the_line_that_it_costs(redis: Redis) -> None:
    await heard(redis, message("1.0"), message("2.0", by=BEN), message("3.0", by="U3"), follows=True)
    assert await waiting(redis) == [message("1.0").id, message("2.0").id, f"crowded:{THREAD}", message("3.0").id]
    assert await follow(redis, message("4.0", by=ADA)) is Accepted.NOT_OURS


async def test_where_replies_are_not_followed_no_line_is_owed(redis: Redis) -> None:
    await heard(redis, message("1.0"), message("2.0", by=BEN))
    assert await waiting(redis) == [message("1.0").id, message("2.0").id]
    assert await field(redis, THREAD, "alone") == ""


@pytest.mark.parametrize("kind", [MailKind.STOP, MailKind.DECISION, MailKind.AGAIN])
async def test_a_click_of_another_person_crowds_nothing(redis: Redis, kind: MailKind) -> None:
    await heard(redis, message("1.0"), mail(kind, "click:1", by=BEN), follows=True)
    assert await waiting(redis) == [message("1.0").id, "click:1"]
    assert await field(redis, THREAD, "alone") == ADA


async def test_a_followed_thread_can_be_full_too(redis: Redis) -> None:
    await heard(redis, message("1.0"), follows=True, limit=1)
    mailbox = Mailbox(redis, follows=True, limit=1)
    assert await mailbox.accept(message("2.0"), follow=True) is Accepted.FULL
