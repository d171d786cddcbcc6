"""Webhooks, kept in Redis: sealed, each delivery once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.follow_ups.hook_events import HookEvent
from bot.follow_ups.hook_store import MOST_A_MINUTE, MOST_WAITING, HookStore, NoVault
from bot.follow_ups.hooks import Accepted, Heard, Hook, Outcome, Scheme
from bot.follow_ups.models import FollowUp, When, Why
from bot.follow_ups.store import FollowUps
from bot.threads import keys
from bot.threads.models import Mail, MailKind
from bot.vault import Vault, new_key
from tests.bot.follow_ups.test_store import FOLLOW_UP
from tests.threads.ground import THREAD

CLOSED = HookEvent("issues.closed", "acme/web#12", "Login fails", "ada")


class Kept:
    """A follow-up that a webhook wakes."""

    def __init__(self, redis: Redis) -> None:
        self.redis = redis
        self.follow_ups = FollowUps(redis)
        self.store = HookStore(redis, Vault([new_key()]), self.follow_ups, now=lambda: 1.0)
        self.follow_up = replace(FOLLOW_UP, when=When(hook=True), due=0)
        self.hook = Hook("-", "-", "-", "-")

    async def made(self, **changes: object) -> Kept:
        self.hook = await self.store.make(THREAD.team, self.follow_up.id)
        self.follow_up = replace(self.follow_up, hook=self.hook.id, **changes)  # type: ignore[arg-type]  # a test's own
        await self.follow_ups.add(self.follow_up, most_of_person=9, most_in_thread=9)
        return self

    async def change(self, new: FollowUp) -> None:
        kept = await self.follow_ups.get(THREAD.team, self.follow_up.id)
        assert kept is not None
        await self.follow_ups.change(kept, new)

    async def hear(
        self, delivery: str, event: HookEvent = CLOSED, payload: str = "{}", *, digest: str = ""
    ) -> Accepted:
        heard = Heard(Scheme.GITHUB, delivery, event, payload, digest or f"of {delivery}")
        return await self.store.accept(self.hook, heard)

    async def mail(self) -> list[Mail]:
        stored = await self.redis.lrange(keys.mailbox(THREAD), 0, -1)  # type: ignore[misc]  # sync or async to mypy
        return [Mail.load(THREAD, one) for one in stored]


@pytest.fixture
async def kept(redis: Redis) -> Kept:
    return await Kept(redis).made()


async def test_its_secret_stands_nowhere_in_the_clear_and_is_found_again(kept: Kept) -> None:
    hook = await kept.store.find(kept.hook.id)
    assert hook == kept.hook
    assert hook.is_open
    assert kept.hook.secret.encode() not in (await kept.redis.get(keys.hook(kept.hook.id)) or b"")
    assert await kept.store.find("nobodys") is None


async def test_without_a_vault_there_are_none(redis: Redis) -> None:
    with pytest.raises(NoVault):
        await HookStore(redis, Vault([]), FollowUps(redis), now=lambda: 1.0).make(THREAD.team, "weekly")


async def test_a_delivery_wakes_its_thread_once(kept: Kept) -> None:
    assert (await kept.hear("a")).outcome is Outcome.STORED
    assert (await kept.hear("a")).outcome is Outcome.REPEAT
    [mail] = await kept.mail()
    assert (mail.kind, mail.principal, mail.about["follow_up"]) == (MailKind.DUE, FOLLOW_UP.owner, FOLLOW_UP.id)
    assert await kept.redis.zcard(keys.QUEUE) == 1


async def test_one_that_was_never_kept_goes_by_itself(redis: Redis) -> None:
    kept = Kept(redis)
    hook = await kept.store.make(THREAD.team, "lost")
    assert await redis.ttl(keys.hook(hook.id)) > 0
    assert await redis.ttl(keys.hook((await kept.made()).hook.id)) == -1


async def test_a_body_that_comes_again_under_another_id_is_a_repeat(kept: Kept) -> None:
    """Whoever captured one of GitHub's or Linear's has its signature, which does not cover its id."""
    assert (await kept.hear("a", digest="d")).outcome is Outcome.STORED
    assert (await kept.hear("b", digest="d")).outcome is Outcome.REPEAT


async def test_of_more_than_one_run_reads_the_oldest_go_and_the_newest_says_how_many(kept: Kept) -> None:
    for number in range(MOST_WAITING + 3):
        await kept.hear(str(number), payload=f'{{"n": {number}}}')
    mail = await kept.mail()
    assert [one.about["payload"] for one in mail] == [f'{{"n": {number}}}' for number in range(3, MOST_WAITING + 3)]
    assert mail[0].about["hook"] == 'issues.closed: acme/web#12 "Login fails" by ada'
    assert [one.about.get("left_out") for one in mail[-4:]] == [None, "1", "2", "3"]


async def test_only_the_events_that_were_named_wake_it(redis: Redis) -> None:
    kept = await Kept(redis).made(events=("issues.*", "Issue.update"))
    for name in ("push", "Issue.create", "issues.closed", "Issue.update"):
        assert (await kept.hear(name, HookEvent(name))).outcome is Outcome.STORED
    assert [one.about["hook"] for one in await kept.mail()] == ["issues.closed", "Issue.update"]


async def test_too_many_in_a_minute_are_asked_to_wait(kept: Kept) -> None:
    for number in range(MOST_A_MINUTE):
        await kept.hear(str(number))
    refused = await kept.hear("one more")
    assert refused.outcome is Outcome.TOO_MANY
    assert 0 < refused.retry_after <= 60


async def test_a_paused_one_is_not_woken_and_one_that_has_ended_says_so(kept: Kept) -> None:
    await kept.change(kept.follow_up.paused(Why.PERSON))
    assert (await kept.hear("a")).outcome is Outcome.STORED
    assert await kept.mail() == []
    await kept.change(kept.follow_up.ended(Why.PERSON))
    assert (await kept.hear("b")).outcome is Outcome.ENDED
    hook = await kept.store.find(kept.hook.id)
    assert hook is not None
    assert not hook.is_open
    assert await kept.redis.ttl(keys.hook(kept.hook.id)) > 0


async def test_one_that_had_all_its_runs_or_waits_for_a_time_by_now_says_that_it_is_over(kept: Kept) -> None:
    await kept.change(replace(kept.follow_up, most_runs=1, runs=1, running=1))
    assert (await kept.hear("a")).outcome is Outcome.ENDED
    await kept.change(replace(kept.follow_up, when=When(at=2_000_000_000), due=2_000_000_000))
    assert (await kept.hear("b")).outcome is Outcome.ENDED
    assert await kept.mail() == []
    hook = await kept.store.find(kept.hook.id)
    assert hook is not None
    assert not hook.is_open


async def test_what_comes_to_one_that_begins_a_thread_each_time_waits_at_one_errand(redis: Redis) -> None:
    kept = await Kept(redis).made(thread_ts="")
    await kept.hear("a")
    await kept.hear("b")
    [mailbox] = await redis.keys("tw:mail:*")
    assert mailbox.decode() == keys.mailbox(kept.follow_up.door)
    assert await redis.llen(mailbox) == 2  # type: ignore[misc]  # sync or async to mypy
