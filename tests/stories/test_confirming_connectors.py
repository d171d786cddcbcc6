"""Calls that Mistral makes itself, with a connector, once a person has said yes: asked for like those of our own."""

from __future__ import annotations

import json
from typing import Any

from playground.agents_api.brains.steps import CallFunction, Say
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS
from tests.world import AGENT, BOT, CAMILLE, Thread, World, until

MAIL = "connectors: [{connector: {id: gmail, requires_confirmation: [gmail_send]}}]"
SEND = CallFunction(name="gmail_send", arguments={"to": "ada"}, tool_call_id="send", pending=True)


def an_agent(front: str = "") -> dict[str, str]:
    fields = "\n".join(filter(None, (MAIL, front)))
    return {"assistant": AGENT.replace("tools: [time]", fields)}


async def asked(world: World) -> Thread:
    thread = await world.mention("write to Ada")
    await until(lambda: any("gmail_send" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    return thread


def appended(world: World) -> list[dict[str, Any]]:
    return [dict(request.body or {}) for request in world.mistral.log.requests("conversations.append")]


async def test_a_yes_goes_to_mistral_which_makes_the_call(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent())
    world.mistral.script.will(SEND)
    world.mistral.script.will_say("Sent.")
    thread = await asked(world)
    question = thread.ours[-1]
    assert "to: ada" in thread.said[-1], "with all that would be sent"
    await world.click(question, "approve", user=CAMILLE)
    await until(lambda: world.whispers)
    assert appended(world) == [], "only the asker decides"

    await world.click(question, "approve")
    await until(lambda: "Sent." in thread.said, seen=lambda: thread.said)
    [append] = appended(world)
    assert append["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "allow"}]
    assert "inputs" not in append


async def test_a_no_goes_there_as_well(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent())
    world.mistral.script.will(SEND)
    world.mistral.script.will_say("Not sent, then.")
    thread = await asked(world)
    await world.click(thread.ours[-1], "deny")
    await until(lambda: "Not sent, then." in thread.said, seen=lambda: thread.said)
    assert appended(world)[0]["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "deny"}]


async def test_the_agents_file_may_decide(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent("approvals: {gmail_send: deny}"))
    world.mistral.script.will(SEND)
    world.mistral.script.will_say("Not sent.")
    thread = await world.mention("write to Ada")
    assert await thread.answered() == ["Not sent."]
    assert appended(world)[0]["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "deny"}]


async def test_results_of_ours_and_the_decision_go_in_one_append(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent("tools: [odd]\napprovals: {'odd__*': auto}"), servers=ODD_JOBS)
    world.mistral.script.will(CallFunction(name="odd__big", arguments={"characters": 3}, tool_call_id="big"), SEND)
    world.mistral.script.will_say("Both done.")
    thread = await asked(world)
    await world.click(thread.ours[-1], "approve")
    await until(lambda: "Both done." in thread.said, seen=lambda: thread.said)
    [append] = appended(world)
    assert [entry["tool_call_id"] for entry in append["inputs"]] == ["big"]
    assert append["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "allow"}]


async def test_a_stop_is_a_no_and_the_next_message_is_answered(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent())
    world.mistral.script.will(SEND)
    thread = await asked(world)
    world.mistral.script.will_say("Never mind.")
    await thread.reply(f"<@{BOT}> stop")
    await until(lambda: any("Stopped" in said for said in thread.said), seen=lambda: thread.said)
    await thread.rests()
    world.mistral.script.will_say("Here I am.")
    await thread.reply(f"<@{BOT}> hello?")
    await until(lambda: "Here I am." in thread.said, seen=lambda: thread.said)
    assert appended(world)[0]["tool_confirmations"] == [{"tool_call_id": "send", "confirmation": "deny"}]
    assert not any("Something went wrong" in said for said in thread.said)


async def test_a_turn_that_failed_leaves_a_no_for_the_next_to_say_first(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent())
    world.mistral.script.will(SEND)
    thread = await asked(world)
    world.mistral_fault("conversations.append", "status", status=401, times=1)
    await world.click(thread.ours[-1], "deny")
    await until(lambda: any("does not accept my key" in said for said in thread.said), seen=lambda: thread.said)
    record = await thread.rests()
    assert json.loads(record["open_calls"]) == {"send": None}
    world.mistral.script.will_say("(closed)")
    world.mistral.script.will_say("Here I am.")
    await thread.reply(f"<@{BOT}> hello?")
    await until(lambda: "Here I am." in thread.said, seen=lambda: thread.said)


async def test_a_worker_that_goes_before_the_decision_is_sent_costs_nothing(make_world: MakeWorld) -> None:
    world = await make_world(agents=an_agent(), lease=30)
    world.mistral.script.will(SEND)
    world.mistral.script.will(Say(text="Sent.", pieces=1))
    thread = await asked(world)
    world.mistral.script.hold(after=1)
    await world.click(thread.ours[-1], "approve")
    await world.mistral.script.until_held()
    await world.end_worker(0)
    world.mistral.script.release()
    await world.start_worker()
    await until(lambda: "Sent." in thread.said, seen=lambda: thread.said)
    assert len([each for each in appended(world) if "tool_confirmations" in each]) == 1
