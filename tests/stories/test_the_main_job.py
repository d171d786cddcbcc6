"""The first thing to read: a person mentions the bot, and an answer stands in the thread."""

from __future__ import annotations

from tests.world import World


async def test_a_mention_is_answered_in_its_thread(world: World) -> None:
    world.mistral.script.will_say("The 14:02 deploy.")
    thread = await world.mention("what broke?")
    assert await thread.answered() == ["The 14:02 deploy."]
    assert thread.status == ""


async def test_a_direct_message_is_answered_in_the_thread_it_opens(world: World) -> None:
    world.mistral.script.will_say("Hello Ada.")
    thread = await world.dm("hi")
    assert await thread.answered() == ["Hello Ada."]
    assert thread.session == "active"


async def test_a_second_message_goes_on_in_the_same_conversation(world: World) -> None:
    thread = await world.mention("one")
    await thread.answered()
    first = (await thread.record())["conversation_id"]
    await thread.reply("<@U0BOT> two")
    assert len(await thread.answered(2)) == 2
    assert (await thread.record())["conversation_id"] == first
