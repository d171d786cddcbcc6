"""Branch from here: a new thread goes on from an earlier message, and both threads say where the other is."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from bot.vault import new_key
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_desk, client_of, push, services_of
from tests.stories.tools import ODD_JOBS, agent
from tests.world import ADA, AGENT, BOT, CAMILLE, GENERAL, Thread, World, until


async def two_answers(world: World) -> Thread:
    world.mistral.script.will_say("one")
    world.mistral.script.will_say("two")
    thread = await world.mention("first")
    await thread.answered()
    await thread.reply(f"<@{BOT}> second")
    await thread.answered(2)
    return thread


async def branched(world: World, thread: Thread, number: int, *, user: str = ADA) -> Thread:
    """The thread that begins when `user` picks the shortcut at the bot's message `number`."""
    before = set(world.slack.workspace.conversations[GENERAL].messages)
    await world.shortcut("branch", thread.ours[number], user=user)

    def roots() -> list[str]:
        messages = world.slack.workspace.conversations[GENERAL].messages
        return [ts for ts, message in messages.items() if ts not in before and message.thread_ts in (None, ts)]

    await until(roots)
    new = Thread(world, GENERAL, roots()[0])
    await until(lambda: len(thread.ours) > 2, seen=lambda: thread.said)
    return new


def restarts(world: World) -> list[dict[str, Any]]:
    return [request.body for request in world.mistral.log.requests("conversations.restart") if request.body]


async def test_a_new_thread_goes_on_from_the_picked_message(world: World) -> None:
    thread = await two_answers(world)
    history = await world.hash(f"tw:thread:{thread.key}")
    new = await branched(world, thread, 0)
    assert "goes on from" in new.messages[0].text
    assert new.root.replace(".", "") in thread.ours[-1].text
    assert thread.ours[0].ts.replace(".", "") in new.messages[0].text

    world.mistral.script.will_say("a new two")
    await new.reply(f"<@{BOT}> something else")
    await until(lambda: "a new two" in new.said, seen=lambda: new.said)
    [restart] = restarts(world)
    assert restart["inputs"][0]["content"] == "[Ada] something else"
    record = await new.rests()
    assert record["conversation_id"] != history["conversation_id"]
    assert "branch_of" not in record
    [entries] = [each.entries for each in world.mistral.store.every() if each.id == record["conversation_id"]]
    assert [entry["content"] for entry in entries] == ["[Ada] first", "one", "[Ada] something else", "a new two"]


async def test_the_old_thread_goes_on_as_it_was(world: World) -> None:
    thread = await two_answers(world)
    before = (await thread.record())["conversation_id"]
    await branched(world, thread, 0)
    await thread.reply(f"<@{BOT}> third")
    await thread.answered(4)
    assert (await thread.record())["conversation_id"] == before


async def test_a_conversation_that_cannot_be_restarted_is_replayed(world: World) -> None:
    """The API refuses to restart one that was never appended to."""
    world.mistral.script.will_say("one")
    thread = await world.mention("first")
    await thread.answered()
    await world.shortcut("branch", thread.ours[0])
    await until(lambda: len(thread.ours) == 2)
    new = Thread(world, GENERAL, max(world.slack.workspace.conversations[GENERAL].timeline))
    await new.reply(f"<@{BOT}> go on")
    await new.answered(2)

    start = world.mistral.log.requests("conversations.start")[-1].body
    assert start is not None
    assert [entry["content"] for entry in start["inputs"]] == ["[Ada] first", "one", "[Ada] go on"]


async def test_a_branch_by_another_person_copies_messages_and_not_what_tools_gave_back(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.mistral.script.will_call("odd__big", {"characters": 9})
    world.mistral.script.will_say("done")
    thread = await world.mention("echo it")
    await thread.answered()
    await world.shortcut("branch", thread.ours[0], user=CAMILLE)
    await until(lambda: len(thread.ours) == 2)
    new = Thread(world, GENERAL, max(world.slack.workspace.conversations[GENERAL].timeline))
    await new.reply(f"<@{BOT}> go on", user=CAMILLE)
    await new.answered(2)

    start = world.mistral.log.requests("conversations.start")[-1].body
    assert "xxxxxxxxx" not in str(start)
    assert "done" in str(start)
    assert restarts(world) == []


async def test_a_thread_that_mistral_does_not_keep_is_branched_from_its_own_transcript(make_world: MakeWorld) -> None:
    kept = AGENT.replace("description: Helps.", "description: Helps.\nstore: false")
    world = await make_world(agents={"assistant": kept}, vault_keys=SecretStr(new_key()))
    thread = await two_answers(world)
    new = await branched(world, thread, 1)
    await new.reply(f"<@{BOT}> and now?")
    await new.answered(2)

    start = world.mistral.log.requests("conversations.start")[-1].body
    assert start is not None
    assert [entry["content"] for entry in start["inputs"]] == [
        "[Ada] first",
        "one",
        "[Ada] second",
        "two",
        "[Ada] and now?",
    ]


async def test_a_branch_goes_on_in_words_once_its_agent_says_that_mistral_keeps_nothing(make_world: MakeWorld) -> None:
    world = await make_world(vault_keys=SecretStr(new_key()))
    thread = await two_answers(world)
    new = await branched(world, thread, 0)
    catalogs = services_of(world).catalogs
    file = catalogs.now.agents["assistant"].source
    file.write_text(file.read_text().replace("description: Helps.", "description: Helps.\nstore: false"))
    catalogs.reload()
    await new.reply(f"<@{BOT}> and now?")
    await new.answered(2)

    start = world.mistral.log.requests("conversations.start")[-1].body
    assert start is not None
    assert start["store"] is False
    assert [entry["content"] for entry in start["inputs"]] == ["[Ada] first", "one", "[Ada] and now?"]


async def test_a_message_without_a_conversation_cannot_be_branched(world: World) -> None:
    root = await world.say("just talking", user=CAMILLE)
    message = world.slack.workspace.conversations[GENERAL].messages[root]
    await world.shortcut("branch", message)
    await until(lambda: world.whispers)
    assert world.whispers[0] == (ADA, "There is no conversation of mine in this thread yet.")


@pytest.mark.parametrize("skip", [0, 1, 2])
async def test_a_worker_that_falls_meanwhile_does_not_branch_twice(make_world: MakeWorld, skip: int) -> None:
    """The answer to a post is lost, and the errand's worker with it."""
    world = await make_world()
    thread = await two_answers(world)
    before = len(world.slack.workspace.conversations[GENERAL].timeline)
    world.slack_fault("chat.postMessage", "lost", skip=skip)
    await world.shortcut("branch", thread.ours[0])
    await until(lambda: len(world.slack.workspace.conversations[GENERAL].timeline) > before)
    await world.end_worker(0)
    await world.start_worker()
    await until(lambda: len(thread.ours) == 3, seen=lambda: thread.said)

    assert len(world.slack.workspace.conversations[GENERAL].timeline) == before + 1
    assert len([text for text in thread.said if "goes on from here" in text]) == 1


@pytest.mark.parametrize("answers", [1, 2])
async def test_a_branch_keeps_the_version_of_its_agent_restarted_or_replayed(
    make_world: MakeWorld, answers: int
) -> None:
    """A push meanwhile changes whom new conversations meet, not one that goes on from an earlier point."""
    world = await make_world(agents=a_desk())
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    world.mistral.script.will_say("one")
    thread = await world.mention("+front first")
    await thread.answered()
    if answers == 2:  # only what was appended to can be restarted
        world.mistral.script.will_say("two")
        await thread.reply(f"<@{BOT}> second")
        await thread.answered(2)
    [first] = world.mistral.log.requests("conversations.start")
    assert first.body is not None
    [front] = [agent for agent in await client_of(world).all() if agent.name == "front"]
    await client_of(world).update(front.id, {"instructions": "Be curt."})

    await world.shortcut("branch", thread.ours[0])
    await until(lambda: len(thread.ours) == answers + 1, seen=lambda: thread.said)
    new = Thread(world, GENERAL, max(world.slack.workspace.conversations[GENERAL].timeline))
    world.mistral.script.will_say("a new two")
    await new.reply(f"<@{BOT}> something else")
    await until(lambda: "a new two" in new.said, seen=lambda: new.said)
    went = world.mistral.log.requests("conversations.restart" if answers == 2 else "conversations.start")[-1].body
    assert went is not None
    assert went["agent_version"] == first.body["agent_version"] == 1
