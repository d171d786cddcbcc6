"""Standing yeses, kept in Redis."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.approvals.grants import Grant, Grants, dump, load
from bot.threads import keys

GRANT = Grant(
    user="U0ADA", agent="helper", tool="odd__save", does="create", definition="abc", title="Save", server="odd",
    by="U0ADA", at=1.0,
)  # fmt: skip


@pytest.mark.parametrize(
    "other", [{"user": "U2"}, {"agent": "x"}, {"tool": "x"}, {"does": "update"}, {"does": ""}, {"definition": "x"}]
)
def test_a_grant_covers_this_person_agent_tool_deed_and_definition_only(other: dict[str, str]) -> None:
    same = {name: getattr(GRANT, name) for name in ("user", "agent", "tool", "does", "definition")}
    assert GRANT.covers(**same)
    assert not GRANT.covers(**{**same, **other})


def test_those_of_a_thread_are_kept_as_the_same_values() -> None:
    assert load(dump([GRANT])) == [GRANT]
    assert load(None) == []


async def test_grants_are_listed_newest_first_revoked_one_by_one_and_forgotten_with_the_app(redis: Redis) -> None:
    grants = Grants(redis)
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
