"""Show conversation: what an agent knows of a thread, in a modal, and as a file for whoever asks."""

from __future__ import annotations

import json

from playground.agents_api.brains.steps import HandOff, Say
from tests.stories.conftest import MakeWorld
from tests.stories.desk import a_desk, push
from tests.stories.tools import ODD_JOBS, agent
from tests.world import ADA, BOT, CAMILLE, DM, GENERAL, Thread, World, until, words_in


async def shown(world: World, thread: Thread, *, user: str = ADA) -> str:
    """The words of the modal once it is filled in."""
    await world.shortcut("show_conversation", thread.ours[0], user=user)
    await world.view(user)

    def words() -> str:
        return "\n".join(words_in(world.views(user)[-1].definition["blocks"]))

    await until(lambda: "One moment" not in words() and "Un instant" not in words(), seen=words)
    return words()


async def a_thread_with_a_tool(make_world: MakeWorld) -> tuple[World, Thread]:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.mistral.script.will_call("odd__big", {"characters": 9})
    world.mistral.script.will_say("done")
    thread = await world.mention("echo it")
    await thread.answered()
    return world, thread


async def test_the_modal_lists_the_entries_in_order(make_world: MakeWorld) -> None:
    world, thread = await a_thread_with_a_tool(make_world)
    words = await shown(world, thread)

    assert "4 entries, with Assistant." in words
    said = [
        "Said to the agent",
        "echo it",
        "Tool called: odd__big",
        "characters",
        "Result of odd__big",
        "xxxxxxxxx",
        "done",
    ]
    places = [words.index(each) for each in said]
    assert places == sorted(places)


async def test_others_do_not_see_what_tools_were_given_and_gave_back(make_world: MakeWorld) -> None:
    world, thread = await a_thread_with_a_tool(make_world)
    words = await shown(world, thread, user=CAMILLE)

    assert "xxxxxxxxx" not in words
    assert "odd__big" in words


async def test_an_export_is_sent_to_who_asked_and_nobody_else(make_world: MakeWorld) -> None:
    world, thread = await a_thread_with_a_tool(make_world)
    await shown(world, thread)
    view = await world.view()
    await world.use(view, "export:json", "json")
    await world.use(view, "export:markdown", "markdown")
    files = world.slack.workspace.files
    await until(
        lambda: {file.name for file in files.values() if file.shares} >= {"conversation.json", "conversation.md"}
    )
    by_name = {file.name: file for file in files.values()}

    body = json.loads(by_name["conversation.json"].content or b"")
    assert [entry["type"] for entry in body["entries"]] == ["message", "call", "answer", "message"]
    markdown = (by_name["conversation.md"].content or b"").decode()
    assert markdown.startswith("# The conversation with Assistant")
    assert "xxxxxxxxx" in markdown
    assert all(set(file.shares) == {DM} for file in by_name.values())


async def test_a_thread_without_a_conversation_says_so_in_the_modal(world: World) -> None:
    root = await world.say("just talking", user=CAMILLE)
    await world.shortcut("show_conversation", world.slack.workspace.conversations[GENERAL].messages[root])
    await until(lambda: world.views() and "no conversation of mine" in str(world.views()[-1].definition["blocks"]))


async def test_a_conversation_that_is_gone_says_so_in_the_modal(world: World) -> None:
    thread = await world.mention("hello")
    await thread.answered()
    world.mistral.store.clear()
    assert "Mistral no longer has" in await shown(world, thread)


async def test_the_modal_speaks_the_language_of_who_asked(world: World) -> None:
    thread = await world.mention("hello")
    await thread.answered()
    await thread.reply(f"<@{BOT}> bonjour", user=CAMILLE)
    await thread.answered(2)
    words = await shown(world, thread, user=CAMILLE)
    assert "4 entrées, avec Assistant." in words
    assert "Plusieurs personnes ont écrit ici" in words


async def test_each_agents_words_stand_under_its_own_name(make_world: MakeWorld) -> None:
    world = await make_world(agents=a_desk())
    await until(lambda: "services" in world.workers[0].ctx)
    await push(world)
    world.mistral.script.will(Say(text="Let me see."), HandOff(to="technical"), Say(text="Restart it."))
    thread = await world.mention("+front it is broken")
    await thread.answered(3)
    words = await shown(world, thread)
    lines = [line for line in words.splitlines() if line in ("Front desk", "Technical support", "Restart it.")]
    assert lines == ["Front desk", "Technical support", "Restart it."]
    assert "Handed over to Technical support" in words
