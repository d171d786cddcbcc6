"""`threadwind audit` reads and exports the log of actions."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.threads.audit import Action
from tests.workers.commands.conftest import Threadwind
from workers.commands.actions import moment_of
from workers.commands.cannot import Cannot

ONE = Action(
    call="c1",
    turn="t1",
    thread="T1:C1:1700000000.000100",
    person="U1",
    agent="clerk",
    tool="linear__list",
    server="linear",
    arguments="0123456789abcdef",
    result="ok",
    seconds="0.250",
)
TWO = replace(ONE, call="c2", thread="T1:C2:1700000000.000200", person="U2", tool="=cmd()", result="denied")


@pytest.fixture
async def kept(redis: Redis) -> None:
    for action in (ONE, ONE, TWO):  # a step that was sent twice leaves a row twice
        await redis.xadd("tw:audit:T1", dict(zip(action.dump()[::2], action.dump()[1::2], strict=True)))
    await redis.expire("tw:audit:T1", 60)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("options", "calls"),
    [
        ((), ["c1", "c2"]),
        (("--person", "U2"), ["c2"]),
        (("--tool", "linear__*"), ["c1"]),
        (("--thread", "T1:C2:1700000000.000200"), ["c2"]),
        (("--since", "2999-01-01"), []),
    ],
)
async def test_each_call_stands_there_once_and_filters_choose(
    threadwind: Threadwind, redis_url: str, options: tuple[str, ...], calls: list[str]
) -> None:
    ran = await threadwind.here("audit", "--json", *options, REDIS_URL=redis_url)
    assert ran.status == 0, ran.err
    assert [json.loads(line)["call"] for line in ran.out.splitlines()] == calls


@pytest.mark.usefixtures("kept")
async def test_a_table_for_people_and_values_for_a_spreadsheet_that_runs_none_of_them(
    threadwind: Threadwind, redis_url: str
) -> None:
    table = (await threadwind.here("audit", REDIS_URL=redis_url)).out.splitlines()
    assert table[0].split()[:4] == ["AT", "PERSON", "AGENT", "TOOL"]
    assert "linear__list" in table[1]
    written = csv.DictReader(io.StringIO((await threadwind.here("audit", "--csv", REDIS_URL=redis_url)).out))
    assert [(row["tool"], row["result"]) for row in written] == [("linear__list", "ok"), ("'=cmd()", "denied")]


async def test_a_time_that_is_none_is_told(threadwind: Threadwind, redis_url: str) -> None:
    ran = await threadwind.here("audit", "--since", "soon", REDIS_URL=redis_url)
    assert (ran.status, '"soon" is no time' in ran.err) == (1, True)


@pytest.mark.parametrize(
    ("text", "seconds"), [("2h", 1_000_000 - 7200), ("1970-01-02", 86400), ("1970-01-01T00:01Z", 60), ("99w", 0)]
)
def test_a_time_is_ago_or_a_date(text: str, seconds: float) -> None:
    assert moment_of(text, 1_000_000) == seconds
    with pytest.raises(Cannot):
        moment_of("2h ago or so", 0)
