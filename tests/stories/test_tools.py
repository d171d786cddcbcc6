"""Tools in a thread: cards, results, failures, and the yes that some of them need."""

from __future__ import annotations

from pathlib import Path

import pytest

from playground.agents_api.brains.steps import CallFunction, Say
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, ODD_JOBS_APART, TIME, agent, runs
from tests.world import CAMILLE, REPOSITORY, Thread, World, until


@pytest.fixture
async def odd(make_world: MakeWorld) -> World:
    return await make_world(agents=agent(), servers=ODD_JOBS)


@pytest.mark.usefixtures("servers_may_start_slowly")
async def test_the_real_time_server_is_called_and_its_card_stands_in_the_answer(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent("{time__*: auto}", tools="[time]"), servers=TIME)
    world.mistral.script.will_call("time__get_current_time", {"timezone": "Asia/Tokyo"})
    world.mistral.script.will_say("It is late in Tokyo.")
    thread = await world.mention("what time is it in Tokyo?")
    assert await thread.answered() == ["It is late in Tokyo."]
    [message] = thread.ours
    [card] = [block for block in message.blocks if block["type"] == "task_card"]
    assert card["status"] == "complete"
    assert "Asia/Tokyo" in str(card["output"])


async def test_a_python_function_is_called_like_any_tool(make_world: MakeWorld) -> None:
    functions = str(REPOSITORY / "examples" / "functions.py")
    world = await make_world(
        agents=agent(tools="[days_until]"), servers={"unused": {"command": "x"}}, functions=functions
    )
    world.mistral.script.will_call("days_until", {"date": "2020-02-29"})
    thread = await world.mention("how long until then?")
    [said] = await thread.answered()
    assert "days until 29 February 2020 (asked by assistant)" in said


async def test_all_calls_of_a_round_are_answered_in_one_append(odd: World, tmp_path: Path) -> None:
    journal = tmp_path / "ran"
    odd.mistral.script.will(
        CallFunction(name="odd__count", arguments={"journal": str(journal)}),
        CallFunction(name="odd__fail"),
        CallFunction(name="odd__nothing_like_it"),
        CallFunction(name="odd__count", arguments="{not json"),
    )
    thread = await odd.mention("do four things")
    [said] = await thread.answered()
    assert "counted" in said
    assert "the shelf is empty" in said
    assert "There is no tool" in said
    assert runs(journal) == 1
    [append] = odd.mistral.log.requests("conversations.append")
    assert append.body is not None
    assert [entry["type"] for entry in append.body["inputs"]] == ["function.result"] * 4


@pytest.mark.usefixtures("servers_may_start_slowly")
async def test_a_server_that_dies_is_told_to_the_model_and_the_turn_goes_on(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS_APART)
    world.mistral.script.will_call("odd__crash", {"journal": str(tmp_path / "ran")})
    world.mistral.script.will_say("The server fell over.")
    thread = await world.mention("crash it")
    assert await thread.answered() == ["The server fell over."]
    assert runs(tmp_path / "ran") == 1


async def asked(world: World, thread: Thread) -> None:
    await until(lambda: any("approve" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "asking"


async def test_a_call_that_needs_a_yes_waits_without_a_worker_and_runs_once_after_it(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS)
    journal = tmp_path / "ran"
    world.mistral.script.will_call("odd__count", {"journal": str(journal)})
    thread = await world.mention("count, please")
    await asked(world, thread)
    assert thread.status == ""
    assert runs(journal) == 0
    card = thread.ours[-1]
    assert str(journal) in str(card.blocks)

    await world.click(card, "approve")
    assert "counted" in (await thread.answered(2))[-1]
    assert runs(journal) == 1
    assert str(journal) in str(card.blocks), "the card keeps what was allowed"
    assert "Ada approved this" in str(card.blocks)
    assert "actions" not in [block["type"] for block in card.blocks]


async def test_only_the_asker_can_say_yes(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    thread = await world.mention("count, please")
    await asked(world, thread)
    await world.click(thread.ours[-1], "approve", user=CAMILLE)
    await until(lambda: any(user == CAMILLE for user, _ in world.whispers))
    assert (await thread.rests())["state"] == "asking"
    assert runs(tmp_path / "ran") == 0

    await world.click(thread.ours[-1], "deny")
    assert "did not allow" in (await thread.answered(2))[-1]
    assert runs(tmp_path / "ran") == 0


async def test_nobody_there_is_a_no(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS, asking_limit=0.2)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    world.mistral.script.will_say("Then not.")
    thread = await world.mention("count, please")
    await until(lambda: "Then not." in thread.said, seen=lambda: thread.said)
    assert runs(tmp_path / "ran") == 0


async def test_mail_while_asking_is_kept_and_its_writer_told_once(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS)
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    world.mistral.script.when("me too", Say(text="Here you are, Camille."))
    thread = await world.mention("count, please")
    await asked(world, thread)
    await thread.reply("<@U0BOT> me too", user=CAMILLE)
    await until(lambda: [user for user, _ in world.whispers] == [CAMILLE], seen=lambda: world.whispers)
    assert (await thread.rests())["state"] == "asking"
    await world.click(next(m for m in thread.ours if "approve" in str(m.blocks)), "approve")
    await until(lambda: "Here you are, Camille." in thread.said, seen=lambda: thread.said)
    assert len(world.whispers) == 1
