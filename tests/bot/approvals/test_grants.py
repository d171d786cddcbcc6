"""Standing yeses, kept in Redis."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.approvals.doing import UNNAMED, kind
from bot.approvals.grants import Grant, Grants
from bot.follow_ups.models import FollowUp, When, Why
from bot.follow_ups.store import FollowUps
from bot.texts.words import words_for
from bot.threads import keys
from bot.threads.models import ThreadKey

GRANT = Grant(
    user="U0ADA", agent="helper", tool="odd__save", does="create", definition="abc", title="Save", server="odd",
    by="U0ADA", at=1.0,
)  # fmt: skip
WEEKLY = FollowUp(
    id="weekly", team="T1", channel="C1", owner="U0ADA", owner_team="T1", prompt="look", when=When(cron="0 9 * * 1"),
    made_at=1, due=2,
)  # fmt: skip


@pytest.mark.parametrize(
    "other", [{"user": "U2"}, {"agent": "x"}, {"tool": "x"}, {"does": "update"}, {"does": ""}, {"definition": "x"}]
)
def test_a_grant_covers_this_person_agent_tool_deed_and_definition_only(other: dict[str, str]) -> None:
    same = {name: getattr(GRANT, name) for name in ("user", "agent", "tool", "does", "definition")}
    assert GRANT.covers(**same, thread="T1:C1:1.0")
    assert not GRANT.covers(**{**same, **other}, thread="T1:C1:1.0")
    here = replace(GRANT, thread="T1:C1:1.0")
    assert here.covers(**same, thread="T1:C1:1.0")
    assert not here.covers(**same, thread="T1:C1:2.0")


def test_nothing_lasts_that_cannot_be_named() -> None:
    same = {name: getattr(GRANT, name) for name in ("user", "agent", "tool", "definition")}
    assert not replace(GRANT, does=UNNAMED).covers(**same, does=UNNAMED, thread="T1:C1:1.0")


@pytest.mark.parametrize(
    ("does", "said"),
    [
        ("", "Clerk may use save without asking."),
        ("create", "Clerk may create with save without asking."),
        ("delete", "Clerk may do “delete” with save without asking."),
    ],
)
def test_the_list_of_what_was_allowed_names_the_method(does: str, said: str) -> None:
    key = f"connections.grant_{kind(does)}" if does else "connections.grant"
    assert words_for("en").say(key, agent="Clerk", tool="save", does=does) == said


async def test_those_of_a_thread_go_when_it_is_forgotten(redis: Redis) -> None:
    grants, thread = Grants(redis, FollowUps(redis)), ThreadKey("T1", "C1", "1.0")
    await redis.hset(keys.thread(thread), mapping={"state": "idle"})  # type: ignore[misc]  # sync or async to mypy
    here, there = replace(GRANT, thread=str(thread)), replace(GRANT, thread="T1:C1:2.0")
    for grant in (GRANT, here, there):
        await grants.give("T1", grant)
    assert await grants.of("T1", "U0ADA") == [GRANT, here]

    await redis.delete(keys.thread(thread))
    assert await grants.tidied("T1", "U0ADA") == await grants.of("T1", "U0ADA") == [GRANT]


async def test_grants_are_listed_newest_first_revoked_one_by_one_and_forgotten_with_the_app(redis: Redis) -> None:
    grants = Grants(redis, FollowUps(redis))
    newer = replace(GRANT, tool="odd__count", at=2.0)
    for grant in (GRANT, newer, GRANT):
        await grants.give("T1", grant)
    await grants.give("T1", replace(GRANT, user="U0GRACE"))
    await grants.give("T2", GRANT)
    assert await grants.of("T1", "U0ADA") == [newer, GRANT]

    await grants.give("T1", replace(GRANT, definition="new"))  # takes the place of the void one
    assert [grant.definition for grant in await grants.of("T1", "U0ADA")] == ["abc", "new"]
    assert not await grants.revoke("T1", "U0GRACE", newer.id), "nobody revokes another person's"
    assert await grants.revoke("T1", "U0ADA", newer.id)
    assert not await grants.revoke("T1", "U0ADA", newer.id)

    await grants.forget("T1")
    assert await grants.of("T1", "U0ADA") == await grants.of("T1", "U0GRACE") == []
    assert await grants.of("T2", "U0ADA") == [GRANT]
    assert await redis.ttl(keys.grants("T2", "U0ADA")) == -1


def test_one_for_a_follow_up_covers_its_runs_alone_wherever_they_are() -> None:
    same = {name: getattr(GRANT, name) for name in ("user", "agent", "tool", "does", "definition")}
    weekly = replace(GRANT, follow_up="weekly")
    assert weekly.covers(**same, thread="T1:C1:1.0", follow_up="weekly")
    assert weekly.covers(**same, thread="T1:C1:2.0", follow_up="weekly")
    assert not weekly.covers(**same, thread="T1:C1:1.0")
    assert not weekly.covers(**same, thread="T1:C1:1.0", follow_up="daily")
    assert GRANT.covers(**same, thread="T1:C1:1.0", follow_up="weekly")
    assert weekly.id != GRANT.id


async def test_one_for_a_follow_up_goes_when_that_has_ended(redis: Redis) -> None:
    follow_ups = FollowUps(redis)
    grants = Grants(redis, follow_ups)
    await follow_ups.add(WEEKLY, most_of_person=5, most_in_thread=5)
    weekly = replace(GRANT, follow_up=WEEKLY.id)
    for grant in (GRANT, weekly):
        await grants.give("T1", grant)
    assert {grant.follow_up for grant in await grants.tidied("T1", "U0ADA")} == {"", WEEKLY.id}

    kept = await follow_ups.get("T1", WEEKLY.id)
    assert kept is not None
    await follow_ups.change(kept, WEEKLY.ended(Why.PERSON, by="U0ADA"))
    assert await grants.tidied("T1", "U0ADA") == [GRANT]
    assert await grants.of("T1", "U0ADA") == [GRANT]
