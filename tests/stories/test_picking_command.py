"""`/agent`: which agents there are, a question to one of them, and who answers when nobody is named."""

from __future__ import annotations

from bot.slack.manifest import manifest
from playground.slack import manifest as slack_manifest
from tests.stories.conftest import MakeWorld
from tests.world import ADA, AGENT, BOT, CAMILLE, DM, GENERAL, GRACE, Thread, World, until

FRIEND = """\
---
model: mistral-medium-latest
description: A friend for hard days.
icon: ":wave:"
prompts:
  - {title: Cheer up, message: Tell me something good}
---
Be kind.
"""
SECRET = AGENT.replace("description: Helps.", f"description: Money.\naccess: {{users: [{GRACE}]}}")
TEAMMATES = {"assistant": AGENT, "friend": FRIEND}
WITH_SECRET = {**TEAMMATES, "finance": SECRET}


def begun(world: World, channel: str = GENERAL) -> list[Thread]:
    """The threads that the bot began."""
    messages = world.slack.workspace.conversations[channel].messages.values()
    return [Thread(world, channel, m.ts) for m in messages if m.user == BOT and "asks" in m.text]


async def test_the_list_says_what_there_is_who_answers_and_how_to_start(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    said = await world.command("/agent")
    assert "*Assistant* (`assistant`): Helps." in said
    assert ":wave: *Friend* (`friend`): A friend for hard days." in said
    assert "Assistant answers here when you name nobody." in said
    assert "`/agent assistant your question`" in said
    assert await world.command("/agent") == said  # the second time without asking Slack who she is
    assert world.calls("users.info") == 1


async def test_an_agent_tells_what_it_is_and_what_one_may_ask_it(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    said = await world.command("/agent", "Friend")
    assert ":wave: *Friend* (`friend`)" in said
    assert "• Tell me something good" in said
    assert "who answers here when you name nobody" in await world.command("/agent", "assistant")


async def test_help_names_every_form_in_the_language_of_who_asks(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    english, french = await world.command("/agent", "help"), await world.command("/agent", "help", user=CAMILLE)
    assert "`/agent NAME question`" in english
    assert "`/agent NOM question`" in french


async def test_a_question_begins_a_thread_with_that_agent(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    assert await world.command("/agent", "friend is it Friday?") == "Ada asks Friend:\n> is it Friday?"
    [thread] = begun(world)
    said = await thread.answered(2)
    assert "is it Friday?" in said[1]
    assert (await thread.record())["agent"] == "friend"


async def test_a_question_in_a_direct_message_begins_a_thread_there(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    await world.command("/agent", "friend is it Friday?", channel=DM)
    [thread] = begun(world, DM)
    assert "is it Friday?" in (await thread.answered(2))[1]


async def test_an_unknown_name_gets_the_nearest_ones(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    nearest = "I know no agent called “freind”. Did you mean friend?"
    assert await world.command("/agent", "freind") == nearest
    assert await world.command("/agent", "freind is it Friday?") == nearest
    assert begun(world) == []


# ---- who answers when nobody is named -------------------------------------------------------------------------------


async def test_an_admin_chooses_who_answers_in_a_channel_and_the_channel_is_told(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    said = await world.command("/agent", "default friend", user=GRACE)
    assert said == "Grace has made Friend the one who answers here when nobody is named."
    timeline = world.slack.workspace.conversations[GENERAL]
    assert any(timeline.messages[ts].text == said for ts in timeline.timeline), "everybody can read it"
    thread = await world.mention("hello")
    await thread.answered()
    assert (await thread.record())["agent"] == "friend"
    assert "Friend answers here when you name nobody, as Grace chose." in await world.command("/agent")
    await world.command("/agent", "default none", user=GRACE)
    other = await world.mention("hello again")
    await other.answered()
    assert (await other.record())["agent"] == "assistant"
    assert "nothing to take back" in await world.command("/agent", "default none", user=GRACE)


async def test_others_may_not_choose_for_a_channel(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    assert (await world.command("/agent", "default friend")).startswith("Only admins of this workspace")
    assert await world.redis.keys("tw:defaults:*") == []


async def test_channels_toml_names_who_else_may_choose(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES, channels=f'[{GENERAL}]\nagent = "friend"\nmanagers = ["{ADA}"]\n')
    thread = await world.mention("hello")
    await thread.answered()
    assert (await thread.record())["agent"] == "friend"
    assert "Ada has made Assistant" in await world.command("/agent", "default assistant")
    other = await world.mention("hello")  # the command comes before the file
    await other.answered()
    assert (await other.record())["agent"] == "assistant"


async def test_the_thread_keeps_its_agent_when_the_channels_default_changes(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    thread = await world.mention("hello")
    await thread.answered()
    await world.command("/agent", "default friend", user=GRACE)
    await thread.reply(f"<@{BOT}> still you?")
    await thread.answered(2)
    assert (await thread.record())["agent"] == "assistant"


async def test_in_a_direct_message_everybody_chooses_for_themselves(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    await world.command("/agent", "default friend", channel=DM)
    thread = await world.dm("hello")
    await thread.answered()
    assert (await thread.record())["agent"] == "friend"
    prompts = "assistant.threads.setSuggestedPrompts"
    await until(lambda: world.calls(prompts), seen=lambda: "the prompts follow the choice")
    elsewhere = await world.mention("hello")
    await elsewhere.answered()
    assert (await elsewhere.record())["agent"] == "assistant"


async def test_a_default_that_not_everybody_may_know_of_is_not_named_to_the_channel(make_world: MakeWorld) -> None:
    world = await make_world(agents=WITH_SECRET)
    said = await world.command("/agent", "default finance", user=GRACE)
    assert said.startswith("Grace has changed who answers here when nobody is named.")
    assert "inance" not in said
    assert "is not open to you, so name one of these" in await world.command("/agent")
    assert "Finance answers here when you name nobody" in await world.command("/agent", user=GRACE)


# ---- private agents -------------------------------------------------------------------------------------------------


async def test_a_private_agent_reads_like_one_that_there_is_not(make_world: MakeWorld) -> None:
    world = await make_world(agents=WITH_SECRET)
    assert "inance" not in await world.command("/agent")
    assert "*Finance* (`finance`): Money." in await world.command("/agent", user=GRACE)
    for text in ("finance", "finance how much?"):
        said = await world.command("/agent", text)
        assert said == "I know no agent called “finance”. Did you mean assistant or friend?"
    near = await world.command("/agent", "financ")
    assert near == "I know no agent called “financ”. Did you mean assistant or friend?"
    assert begun(world) == []


# ---- names and trouble ----------------------------------------------------------------------------------------------


async def test_the_prefix_of_commands_is_a_setting(make_world: MakeWorld) -> None:
    commands, _ = slack_manifest.offers(manifest(socket=True, command_prefix="tw-"))
    world = await make_world(agents=TEAMMATES, command_prefix="tw-", slack={"commands": commands})
    assert "`/tw-agent assistant your question`" in await world.command("/tw-agent")


async def test_commands_are_answered_over_a_socket_as_well(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES, slack={"kind": "socket"})
    assert "*Friend*" in await world.command("/agent")
    assert "*Friend*" in await world.command("/agent")  # in the acknowledgement itself
    assert await world.command("/agent", "friend hello") == "Ada asks Friend:\n> hello"


async def test_who_is_unknown_to_slack_may_use_nothing(make_world: MakeWorld) -> None:
    world = await make_world(agents=TEAMMATES)
    world.slack_fault("users.info", "error", code="user_not_visible", times=0)
    assert "Slack does not tell me who you are" in await world.command("/agent", "friend hello")
    assert "no agent here that you can use" in await world.command("/agent")
    thread = await world.mention("hello")
    assert (await thread.answered())[0].startswith("Slack does not tell me who you are")
    assert world.mistral.log.requests("conversations.start") == []
