"""`threadwind followups`: what is promised is looked at, paused, resumed, cancelled and run, without a word of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.follow_ups.models import FollowUp, Status, When, Why
from bot.follow_ups.store import FollowUps
from bot.threads import keys
from bot.threads.models import Mail, MailKind, ThreadKey
from tests.workers.commands.conftest import Threadwind, environment_of
from tests.world import ADA, DM, GENERAL, GRACE, TEAM, World

FAR = 4_000_000_000  # 2096-10-02 07:06:40 UTC
ROOT = "1700000000.000100"
ONCE = FollowUp(
    id="oncetwo234",
    team=TEAM,
    channel=GENERAL,
    thread_ts=ROOT,
    owner=ADA,
    owner_team=TEAM,
    prompt="water the zanzibar flowers",
    until="the zanzibar rain",
    when=When(at=FAR, zone="Europe/Paris"),
    made_at=1_700_000_000,
    due=FAR,
)
WEEKLY = replace(
    ONCE,
    id="weekly2345",
    owner=GRACE,
    channel=DM,
    thread_ts="",
    when=When(cron="0 9 * * 1", zone="Asia/Tokyo"),
    due=FAR - 86_400,
    made_by="assistant",
    agent="assistant",
    runs=7,
    failures=2,
    tools=("github__create_issue",),
)
PAUSED = replace(ONCE, id="paused2345").paused(Why.FAILED)
ENDED = replace(ONCE, id="ended23456").ended(Why.AGENT_SAID, by="assistant")


@pytest.fixture
async def kept(redis: Redis) -> FollowUps:
    store = FollowUps(redis)
    for one in (ONCE, WEEKLY, PAUSED):
        await store.add(one, most_of_person=9, most_in_thread=9)
    await store.add(replace(ONCE, id=ENDED.id), most_of_person=9, most_in_thread=9)
    known = await store.get(TEAM, ENDED.id)
    assert known is not None
    await store.change(known, ENDED)
    return store


def ids(out: str) -> list[str]:
    return [line.split()[0] for line in out.splitlines()[1:]]


async def test_those_that_are_open_are_listed_the_next_due_first_without_a_word(
    kept: FollowUps, threadwind: Threadwind, redis_url: str
) -> None:
    for words in (("followups",), ("followups", "list")):
        ran = await threadwind.here(*words, REDIS_URL=redis_url)
        assert ran.status == 0, ran.err
        assert ids(ran.out) == [WEEKLY.id, ONCE.id, PAUSED.id]
        assert "zanzibar" not in ran.all
    head, weekly, once, paused = [line.split("  ") for line in ran.out.splitlines()]
    cells = [[cell.strip() for cell in row if cell.strip()] for row in (head, weekly, once, paused)]
    assert cells[0] == ["ID", "DUE", "DUE IN UTC", "STATE", "OWNER", "WHERE", "WHEN", "RUNS", "FAILURES"]
    assert cells[1] == [
        WEEKLY.id,
        "2096-10-01 16:06 Asia/Tokyo",
        "2096-10-01 07:06:40 UTC",
        "active",
        GRACE,
        f"{TEAM}:{DM}",
        "every Monday at 09:00 (Asia/Tokyo)",
        "7",
        "2",
    ]
    assert cells[2][1:6] == [
        "2096-10-02 09:06 Europe/Paris",
        "2096-10-02 07:06:40 UTC",
        "active",
        ADA,
        str(ONCE.thread),
    ]
    assert cells[3][1:4] == ["-", "-", "paused (failed)"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--user", GRACE), [WEEKLY.id]),
        (("--thread", f"{TEAM}:{GENERAL}:{ROOT}"), [ONCE.id, PAUSED.id]),
        (("--thread", f"https://play.slack.com/archives/{GENERAL}/p1700000000000100"), [ONCE.id, PAUSED.id]),
        (("--team", TEAM, "--all"), [WEEKLY.id, ONCE.id, PAUSED.id, ENDED.id]),
    ],
)
async def test_a_person_a_thread_or_a_workspace_narrows_the_list(
    kept: FollowUps, threadwind: Threadwind, redis_url: str, options: tuple[str, ...], expected: list[str]
) -> None:
    ran = await threadwind.here("followups", "list", *options, REDIS_URL=redis_url)
    assert (ran.status, ids(ran.out)) == (0, expected)


async def test_none_is_said_in_words(redis: Redis, threadwind: Threadwind, redis_url: str) -> None:
    ran = await threadwind.here("followups", REDIS_URL=redis_url)
    assert (ran.status, ran.out) == (0, "No follow-up is open.\n")
    for act in ("show", "cancel"):
        ran = await threadwind.here("followups", act, "nosuch2345", **enough(redis_url))
        assert ran.status == 1
        assert ran.err == (
            "threadwind: No follow-up nosuch2345 is known; "
            "`threadwind followups list --all` shows those that there are.\n"
        )


async def test_one_is_shown_in_full_but_for_its_words(kept: FollowUps, threadwind: Threadwind, redis_url: str) -> None:
    ran = await threadwind.here("followups", "show", WEEKLY.id, REDIS_URL=redis_url)
    told = dict(line.split("  ", 1) for line in ran.out.splitlines())
    told = {name: value.strip() for name, value in told.items()}
    assert (told["when"], told["cron"]) == ("every Monday at 09:00 (Asia/Tokyo)", "0 9 * * 1")
    assert told["due"] == "2096-10-01 16:06 Asia/Tokyo"
    assert (told["made by"], told["agent"], told["tools"]) == ("assistant", "assistant", "github__create_issue")
    assert (told["runs"], told["failures"]) == ("7", "2 in a row")
    assert told["prompt"] == f"{len(WEEKLY.prompt)} characters"
    assert "zanzibar" not in ran.all
    ended = await threadwind.here("followups", "show", ENDED.id, REDIS_URL=redis_url)
    assert "ended (agent_said)" in ended.out


@pytest.mark.parametrize(
    ("when", "listed", "shown"),
    [
        (
            When(rule="FREQ=WEEKLY;BYDAY=TU", start="2026-12-01T09:00:00", zone="Europe/Paris"),
            "every Tuesday at 09:00 (Europe/Paris)",
            {
                "when": "every Tuesday at 09:00 (Europe/Paris)",
                "rule": "FREQ=WEEKLY;BYDAY=TU",
                "from": "2026-12-01T09:00:00 Europe/Paris",
            },
        ),
        (When(hook=True), "webhook", {"when": "whenever issues.* or a<b`c comes in by its webhook", "quiet": "yes"}),
        (When(at=FAR, zone="Europe/Paris"), "once", {"when": "once"}),
    ],
    ids=["rule", "webhook", "once"],
)
async def test_times_are_told_in_words_and_the_rule_itself_where_one_is_shown(
    redis: Redis, threadwind: Threadwind, redis_url: str, when: When, listed: str, shown: dict[str, str]
) -> None:
    one = replace(ONCE, when=when, quiet=when.hook, events=("issues.*", "a<b`c") if when.hook else ())
    await FollowUps(redis).add(one, most_of_person=9, most_in_thread=9)
    ran = await threadwind.here("followups", REDIS_URL=redis_url)
    assert f"  {listed}  " in ran.out
    assert "FREQ=" not in ran.out
    ran = await threadwind.here("followups", "show", one.id, REDIS_URL=redis_url)
    told = {name: value.strip() for name, value in (line.split("  ", 1) for line in ran.out.splitlines())}
    assert {name: told[name] for name in ("when", "cron", "rule", "from", "quiet") if name in told} == shown


async def test_one_of_two_workspaces_is_asked_for(kept: FollowUps, threadwind: Threadwind, redis_url: str) -> None:
    await kept.add(replace(ONCE, team="T0OTHER"), most_of_person=9, most_in_thread=9)
    ran = await threadwind.here("followups", "show", ONCE.id, REDIS_URL=redis_url)
    assert (ran.status, "--team: T0OTHER, T0PLAY" in ran.err) == (1, True)
    ran = await threadwind.here("followups", "show", ONCE.id, "--team", "T0OTHER", REDIS_URL=redis_url)
    assert "T0OTHER" in ran.out


async def test_the_console_pauses_and_cancels_and_a_second_time_is_told(
    kept: FollowUps, threadwind: Threadwind, redis_url: str
) -> None:
    ran = await threadwind.here("followups", "pause", ONCE.id, **enough(redis_url))
    assert (ran.status, ran.out) == (0, f"{ONCE.id} is paused (person).\n"), ran.err
    assert await state(kept, ONCE.id) == (Status.PAUSED, Why.PERSON)
    ran = await threadwind.here("followups", "cancel", ONCE.id, **enough(redis_url))
    assert (ran.status, ran.out) == (0, f"{ONCE.id} is ended (person).\n"), ran.err
    assert await state(kept, ONCE.id) == (Status.ENDED, Why.PERSON)
    ran = await threadwind.here("followups", "cancel", ONCE.id, **enough(redis_url))
    assert (ran.status, ran.err) == (1, "threadwind: It has ended already.\n")


async def test_the_console_hands_an_extra_run_to_the_thread(
    kept: FollowUps, threadwind: Threadwind, redis: Redis, redis_url: str
) -> None:
    ran = await threadwind.here("followups", "run", ONCE.id, **enough(redis_url))
    said = f"Handed over: an extra run of {ONCE.id}. A worker takes it at once.\n"
    assert (ran.status, ran.out) == (0, said), ran.err
    place = ThreadKey(TEAM, GENERAL, ROOT)
    [mail] = [Mail.load(place, item) for item in await redis.lrange(keys.mailbox(place), 0, -1)]  # type: ignore[misc]  # sync or async
    assert (mail.kind, mail.about["follow_up"], mail.principal) == (MailKind.DUE, ONCE.id, ADA)
    ran = await threadwind.here("followups", "run", ONCE.id, **enough(redis_url))
    assert (ran.status, ran.err) == (1, "threadwind: It runs at this moment.\n")


async def test_the_console_resumes_one_whose_owner_and_agent_are_still_there(
    world: World, threadwind: Threadwind
) -> None:
    store = FollowUps(world.redis)
    await store.add(replace(PAUSED, failures=3), most_of_person=9, most_in_thread=9)
    ran = await threadwind("followups", "resume", PAUSED.id, **environment_of(world))
    assert ran.status == 0, ran.err
    assert ran.out == f"{PAUSED.id} is active. It is due at 2096-10-02 09:06 Europe/Paris.\n"
    assert await state(store, PAUSED.id) == (Status.ACTIVE, None)


def enough(redis_url: str) -> Mapping[str, str]:
    """All that the settings ask for; nobody but Redis is."""
    nowhere = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s" * 32, "MISTRAL_API_KEY": "k"}
    return {**nowhere, "REDIS_URL": redis_url, "SLACK_API_URL": "http://127.0.0.1:9/api/"}


async def state(store: FollowUps, follow_up_id: str) -> tuple[Status, Why | None]:
    known = await store.get(TEAM, follow_up_id)
    assert known is not None
    return known.follow_up.status, known.follow_up.why
