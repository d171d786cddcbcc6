"""`threadwind chat NAME`: a thread in the terminal, with the real pipeline and a real terminal.

In a process of its own where that is what is tested: its pipes, its terminal, Ctrl-C, its logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from redis.asyncio import Redis

from playground.agents_api.brains.steps import Say
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent, runs
from tests.workers.commands.conftest import Threadwind, environment_of
from tests.workers.commands.terminal import talk, terminal
from tests.world import AGENT, World, until
from workers.commands.talking.saving import free_path
from workers.commands.talking.stores import beside

ORACLE = "---\nmodel: mistral-small-latest\ndescription: Knows.\n---\nSpeak in riddles.\n"
AGENTS = {"assistant": AGENT, "oracle": ORACLE}


@pytest.fixture(autouse=True)
async def _emptied(redis_url: str) -> None:
    async with Redis.from_url(beside(redis_url)) as redis:
        await redis.flushdb()


def without_slack(world: World) -> dict[str, str]:
    """What an operator has who never set up a Slack app."""
    return {name: value for name, value in environment_of(world).items() if not name.startswith("SLACK_")}


async def left_in(url: str) -> list[str]:
    """What is in a database, without what expires by itself within days and holds nobody's words."""
    async with Redis.from_url(url) as redis:
        keys = [key.decode() async for key in redis.scan_iter()]
    return [key for key in keys if not key.startswith(("tw:seen:", "tw:ended:", "tw:budget:", "tw:taken-over-at"))]


async def test_one_message_is_answered_and_nothing_else_is_printed(
    make_world: MakeWorld, threadwind: Threadwind
) -> None:
    world = await make_world(agents=AGENTS, worker=False)
    world.mistral.script.will_say("Hello from **the other side**.")
    ran = await threadwind("chat", "oracle", stdin="hello\nthere\n", **without_slack(world))
    assert (ran.status, ran.out) == (0, "Hello from **the other side**.\n"), ran.err
    assert "AI" in ran.err, "what the bot says on its own account stands beside it"
    assert "turn.ended" not in ran.err
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    assert start.body["model"] == "mistral-small-latest"
    assert "hello\nthere" in str(start.body["inputs"]).replace("\\n", "\n")
    assert await left_in(beside(world.settings.redis_url)) == []


async def test_workers_of_the_same_store_never_see_the_thread(make_world: MakeWorld, threadwind: Threadwind) -> None:
    world = await make_world(agents=AGENTS)
    world.mistral.script.will_say("Here.")
    ran = await threadwind.here("chat", stdin="hello", **without_slack(world))
    assert ran.out == "Here.\n"
    assert world.calls("chat.postMessage") == 0
    assert [key async for key in world.redis.scan_iter(match="tw:*T0TERMINAL*")] == []


async def test_the_logs_are_shown_to_whoever_asks_for_them(make_world: MakeWorld, threadwind: Threadwind) -> None:
    world = await make_world(agents=AGENTS, worker=False)
    world.mistral.script.will_say("Here.")
    ran = await threadwind("chat", "--logs", stdin="hello", **without_slack(world))
    assert ran.out == "Here.\n"
    assert "turn.ended" in ran.err
    assert world.settings.mistral_api_key.get_secret_value() not in ran.err


async def test_the_conversation_goes_on_line_by_line(make_world: MakeWorld) -> None:
    world = await make_world(agents=AGENTS, worker=False)
    for words in ("First answer.", "Second answer.", "A riddle."):
        world.mistral.script.will_say(words)
    async with talk(world) as shown:
        await shown.types("one")
        await shown.shows("First answer.")
        await shown.types("two")
        await shown.shows("Second answer.")
        await shown.types("/agent")
        await shown.shows("oracle: Knows.")
        await shown.types("/agent orakel")
        await shown.shows("oracle")
        await shown.types("/agent oracle")
        await shown.shows("Oracle")
        await shown.types("three")
        await shown.shows("A riddle.")
        await shown.types("/nothing")
        await shown.shows("/agent NAME picks who answers")
        await shown.types("/quit")
        assert await shown.ends() == 0
        assert "nothing" not in shown.text
    starts, [append] = (world.mistral.log.requests(f"conversations.{kind}") for kind in ("start", "append"))
    assert [start.body and start.body["model"] for start in starts] == ["mistral-medium-latest", "mistral-small-latest"]
    assert append.body is not None
    assert "two" in str(append.body["inputs"])


@pytest.mark.parametrize(("answer", "times"), [("y", 1), ("n", 0), ("", 0)])
async def test_a_question_is_asked_in_the_terminal(
    make_world: MakeWorld, tmp_path: Path, answer: str, times: int
) -> None:
    world = await make_world(agents=agent("{}"), servers=ODD_JOBS, worker=False)
    journal = tmp_path / "ran"
    world.mistral.script.will_call("odd__count", {"journal": str(journal)})
    world.mistral.script.will_say("That was that.")
    async with talk(world) as shown:
        await shown.types("count")
        await shown.shows("Approve once? [y/N]")
        assert str(journal) in shown.text, "the arguments are shown in full before the question"
        await shown.types(answer)
        await shown.shows("That was that.")
        await shown.types("/quit")
        assert await shown.ends() == 0
    assert runs(journal) == times


async def test_without_anybody_to_ask_nothing_is_allowed(
    make_world: MakeWorld, threadwind: Threadwind, tmp_path: Path
) -> None:
    world = await make_world(agents=agent("{}"), servers=ODD_JOBS, worker=False)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    world.mistral.script.will_say("Not done.")
    ran = await threadwind.here("chat", "assistant", stdin="count", **without_slack(world))
    assert (ran.status, ran.out) == (0, "Not done.\n"), ran.err
    assert "Denied: nobody was there to ask" in ran.err
    assert runs(tmp_path / "ran") == 0


@pytest.mark.parametrize("how", ["/stop", "Ctrl-C"])
async def test_an_answer_can_be_stopped_and_the_talk_goes_on(
    make_world: MakeWorld, threadwind: Threadwind, how: str
) -> None:
    world = await make_world(agents=AGENTS, worker=False)
    world.mistral.script.will(Say(text="Word after word. " * 80, pieces=80, seconds=0.05))
    world.mistral.script.will_say("On we go.")
    environment = without_slack(world)
    opened = talk(world) if how == "/stop" else terminal(threadwind, "assistant", **environment)
    async with opened as shown:
        await shown.types("tell me everything")
        await shown.shows("Word after word.")
        if how == "/stop":
            shown.press("/stop\n")
        else:
            shown.interrupts()
        await until(lambda: shown.text.endswith("> "), within=40, seen=lambda: shown.text[-300:])
        assert shown.text.count("Word after word.") < 80
        await shown.types("and now?")
        await shown.shows("On we go.")
        shown.press("\x04")
        assert await shown.ends() == 0
    assert await left_in(beside(world.settings.redis_url)) == []


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (("assistant",), {"MISTRAL_API_KEY": ""}, "MISTRAL_API_KEY is not set: put it into .env, or start `make demo`"),
        (("assistent",), {}, "There is no agent assistent. Nearest: assistant."),
        (("wrong",), {}, 'wrong.md:2: modle: this version does not know the field "modle"'),
        (("assistant",), {"REDIS_URL": "redis://127.0.0.1:1/0"}, "Redis at 127.0.0.1:1/15 gives no usable answer"),
        (("assistant", "--redis-url", "same"), {}, "--redis-url names the store in which workers look for mail"),
        (("assistant", "--redis-url", "99"), {}, "perhaps because the server has no such database"),
    ],
)
async def test_what_stands_in_the_way_is_a_sentence(
    make_world: MakeWorld,
    threadwind: Threadwind,
    arguments: tuple[str, ...],
    environment: Mapping[str, str],
    sentence: str,
) -> None:
    world = await make_world(agents={**AGENTS, "wrong": AGENT.replace("model:", "modle:")}, worker=False)
    url = world.settings.redis_url
    named = {"same": url, "99": url.removesuffix("/0") + "/99"}
    ran = await threadwind.here(
        "chat", *(named.get(one, one) for one in arguments), stdin="hello", **without_slack(world) | dict(environment)
    )
    assert ran.status in (1, 2)
    assert ran.out == ""
    assert sentence in ran.err
    assert "Traceback" not in ran.err


async def test_a_failed_turn_is_told_and_the_status_says_so(make_world: MakeWorld, threadwind: Threadwind) -> None:
    world = await make_world(agents=AGENTS, worker=False)
    world.mistral_fault("conversations.start", "status", status=401, times=5)
    ran = await threadwind.here("chat", "assistant", stdin="hello", **without_slack(world))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.strip()
    assert "Traceback" not in ran.err


async def test_control_characters_of_a_model_never_reach_the_terminal(
    make_world: MakeWorld, threadwind: Threadwind
) -> None:
    world = await make_world(agents=AGENTS, worker=False)
    world.mistral.script.will_say("red \x1b[31mwords\x07 &lt;b&gt; @here")
    ran = await threadwind.here("chat", "assistant", stdin="hello", **without_slack(world))
    assert ran.out == "red  [31mwords  &lt;b&gt; @here\n"


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("redis://127.0.0.1:6379/0", "redis://127.0.0.1:6379/15"),
        ("redis://127.0.0.1:6379", "redis://127.0.0.1:6379/15"),
        ("rediss://:hush@redis.example:6380/15", "rediss://:hush@redis.example:6380/14"),
        ("redis://h?db=3&protocol=3", "redis://h/15?protocol=3"),
        ("unix:///run/redis.sock?db=3", "unix:///run/redis.sock?db=15"),
    ],
)
def test_the_store_of_a_talk_is_another_database_of_the_same_server(url: str, own: str) -> None:
    assert beside(url) == own


def test_files_are_named_safely_and_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "answer.md").write_text("mine")
    named = {
        "answer.md": "answer-2.md",
        "../../etc/passwd": "passwd",
        "..": "file",
        ".bashrc": "bashrc",
        "a\x1bb": "a_b",
    }
    assert {name: free_path(tmp_path, name).name for name in named} == named
