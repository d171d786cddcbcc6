"""Agents with `store: false`: Mistral keeps nothing, the thread's own transcript is sealed in Redis and replayed."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from bot.vault import new_key
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent
from tests.world import AGENT, BOT, World, until

SECRET = AGENT.replace("description: Helps.", "description: Keeps nothing.\nstore: false")


async def a_world(make_world: MakeWorld, **more: Any) -> World:
    agents = {"assistant": SECRET, "friend": AGENT}
    return await make_world(**{"agents": agents, "vault_keys": SecretStr(new_key()), **more})


def starts(world: World) -> list[dict[str, Any]]:
    return [request.body for request in world.mistral.log.requests("conversations.start") if request.body]


def said_in(body: dict[str, Any]) -> list[str]:
    return [str(entry.get("content") or entry["type"]) for entry in body["inputs"]]


async def test_each_message_replays_the_thread_and_mistral_is_told_to_keep_nothing(make_world: MakeWorld) -> None:
    world = await a_world(make_world)
    world.mistral.script.will_say("the answer is 42")
    thread = await world.mention("my secret question")
    await thread.answered()
    await thread.reply(f"<@{BOT}> and why?")
    await thread.answered(2)

    first, second = starts(world)
    assert first["store"] is False
    assert said_in(second) == ["[Ada] my secret question", "the answer is 42", "[Ada] and why?"]
    assert world.mistral.log.requests("conversations.append") == []


async def test_the_transcript_cannot_be_read_in_redis(make_world: MakeWorld) -> None:
    world = await a_world(make_world)
    thread = await world.mention("the launch code is 0000")
    await thread.answered()
    record = await thread.record()

    assert "transcript" in record
    assert "conversation_id" not in record
    assert "0000" not in str(record)


async def test_tools_are_called_with_their_calls_and_results_replayed(make_world: MakeWorld) -> None:
    agents = {"assistant": agent()["assistant"].replace("description: Helps.", "description: Helps.\nstore: false")}
    world = await a_world(make_world, agents=agents, servers=ODD_JOBS)
    world.mistral.script.will_call("odd__who", {})
    world.mistral.script.will_say("it said hi")
    thread = await world.mention("echo hi")
    await thread.answered()

    assert [entry["type"] for entry in starts(world)[1]["inputs"]] == [
        "message.input",
        "function.call",
        "function.result",
    ]


async def test_another_agent_begins_with_what_was_said(make_world: MakeWorld) -> None:
    world = await a_world(make_world)
    world.mistral.script.will_say("the answer is 42")
    thread = await world.mention("my question")
    await thread.answered()
    await thread.reply(f"<@{BOT}> +friend what did it say?")
    await thread.answered(2)
    record = await thread.record()

    assert said_in(starts(world)[1])[:2] == ["[Ada] my question", "the answer is 42"]
    assert "store" not in starts(world)[1]
    assert "transcript" not in record
    await thread.reply(f"<@{BOT}> +assistant and you?")
    await thread.answered(3)
    assert said_in(starts(world)[2])[:2] == ["[Ada] my question", "the answer is 42"]
    assert "conversation_id" not in await thread.record()


async def test_a_thread_whose_key_is_gone_begins_anew_and_says_so(make_world: MakeWorld) -> None:
    world = await a_world(make_world)
    thread = await world.mention("my question")
    await thread.answered()
    await world.end_worker(0)
    await world.start_worker(vault_keys=SecretStr(new_key()))
    await thread.reply(f"<@{BOT}> still there?")
    said = await thread.answered(3)

    assert said[1].startswith("What I kept of this thread can no longer be opened")
    assert said_in(starts(world)[1]) == ["[Ada] still there?"]


async def test_a_stream_that_breaks_is_asked_again_and_answered_once(make_world: MakeWorld) -> None:
    world = await a_world(make_world)
    world.mistral_fault("conversations.start", "cut", events=2)
    world.mistral.script.will_say("a first try")
    world.mistral.script.will_say("the answer")
    thread = await world.dm("question")
    await thread.answered()

    assert [text for text in thread.said if "answer" in text] == ["the answer"]
    assert not any("first try" in text for text in thread.said)


async def test_a_call_left_open_by_a_stop_is_closed_in_the_transcript(make_world: MakeWorld) -> None:
    agents = {
        "assistant": agent("{odd__*: ask}")["assistant"].replace("description: Helps.", "description: H.\nstore: false")
    }
    world = await a_world(make_world, agents=agents, servers=ODD_JOBS)
    world.mistral.script.will_call("odd__who", {})
    thread = await world.mention("echo hi")
    await until(lambda: thread.ours)
    await thread.rests()
    await thread.reply(f"<@{BOT}> stop")
    await until(lambda: any("Stopped" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    world.mistral.script.will_say("fine")
    await thread.reply(f"<@{BOT}> never mind")
    await until(lambda: "fine" in thread.said, seen=lambda: thread.said)

    types = [entry["type"] for entry in starts(world)[-1]["inputs"]]
    assert types == ["message.input", "function.call", "function.result", "message.input", "message.input"]
