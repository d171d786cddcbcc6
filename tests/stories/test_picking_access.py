"""Who may use an agent: looked at when a turn begins, for whoever begins it."""

from __future__ import annotations

import pytest

from tests.stories.conftest import MakeWorld
from tests.world import AGENT, BOT, CAMILLE, GENERAL, GRACE, HUGO, TEAM, Thread, World, until

SUPPORT, PARTNERS, IRIS = "C0SUPPORT", "C0PARTNERS", "U0IRIS"


def agent(access: str, description: str = "Helps.") -> str:
    return AGENT.replace("description: Helps.", f"description: {description}\naccess: {access}")


OPEN_TO_ALL = agent("{guests: true, other_organisations: true}")
LEADS = agent("{groups: [S0LEADS]}", "For leads.")


async def refused(thread: Thread) -> str:
    [said] = await thread.answered()
    assert thread.world.mistral.log.requests("conversations.start") == []
    return said


async def test_guests_are_told_that_the_agent_is_not_for_them(make_world: MakeWorld) -> None:
    world = await make_world(slack={"agent": False})
    said = await refused(await world.mention("hello", user=HUGO, channel=SUPPORT))
    assert said == "The agents here are for members of this workspace, not for guests. A member can ask for you."


async def test_guests_are_let_in_where_the_file_says_so(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT, "host": OPEN_TO_ALL}, slack={"agent": False})
    said = await refused(await world.mention("hello", user=HUGO, channel=SUPPORT))
    assert said.endswith("Begin with `+NAME` to ask one that is open to you: host.")
    thread = await world.mention("+host hello", user=HUGO, channel=SUPPORT)
    assert "answer to: [Hugo] hello" in (await thread.answered())[0]


async def test_people_of_another_organisation_are_told_the_same(make_world: MakeWorld) -> None:
    world = await make_world()
    said = await refused(await world.mention("hello", user=IRIS, channel=PARTNERS))
    assert said.startswith("The agents here are for this organisation’s own people.")


async def test_a_user_group_lets_its_members_in(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT, "lead": LEADS})
    thread = await world.mention("+lead hello")
    assert await thread.answered() == ["I know no agent called “lead”. Did you mean assistant?"]
    for _ in range(2):
        theirs = await world.mention("+lead hello", user=GRACE)
        assert "hello" in (await theirs.answered())[0]
    assert world.calls("usergroups.users.list") == 1, "who is in a group is kept for a while"


async def test_a_group_that_cannot_be_read_has_no_members(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT, "lead": LEADS})
    world.slack_fault("usergroups.users.list", "error", code="missing_scope", times=0)
    thread = await world.mention("+lead hello", user=GRACE)
    assert await thread.answered() == ["I know no agent called “lead”. Did you mean assistant?"]


async def test_groups_are_not_asked_for_where_no_file_names_any(world: World) -> None:
    await (await world.mention("hello")).answered()
    assert world.calls("usergroups.users.list") == 0


async def test_an_agent_for_some_channels_is_unknown_in_the_others(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT, "desk": agent(f"{{channels: [{SUPPORT}]}}")})
    assert "no agent called “desk”" in (await (await world.mention("+desk hello")).answered())[0]
    thread = await world.mention("+desk hello", channel=SUPPORT)
    assert "answer to" in (await thread.answered())[0]


async def test_the_threads_agent_is_not_everybodys_who_writes_there(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT, "lead": LEADS})
    thread = await world.mention("+lead hello", user=GRACE)
    await thread.answered()
    await thread.reply(f"<@{BOT}> and me?", user=CAMILLE)
    said = (await thread.answered(2))[-1]
    assert said.startswith("L’agent qui répond ici ne vous est pas ouvert.")
    assert "assistant" in said
    assert "lead" not in said.lower()
    await thread.reply(f"<@{BOT}> agent", user=CAMILLE)
    assert "ne vous est pas ouvert" in (await thread.answered(3))[-1]
    await thread.reply(f"<@{BOT}> and for me?", user=GRACE)
    assert "answer to" in (await thread.answered(4))[-1], "the thread is as it was"


async def test_who_lost_the_agent_cannot_try_again_with_it(make_world: MakeWorld) -> None:
    world = await make_world(agents={"assistant": AGENT, "lead": LEADS}, mistral_wait_limit=0)
    world.mistral.script.will_fail(status=503)
    thread = await world.mention("+lead hello", user=GRACE)
    await thread.answered()
    group = world.slack.workspace.groups["S0LEADS"]
    group.users.clear()
    groups = world.workers[0].ctx["services"].choices._groups
    groups._known.clear()  # as after five minutes
    await world.click(thread.ours[-1], "again", user=GRACE)
    await until(lambda: any("not open to you" in words for _, words in world.whispers), seen=lambda: world.whispers)


async def test_a_default_that_is_not_for_the_asker_hands_nobody_to_another_agent(make_world: MakeWorld) -> None:
    channels = f'[{GENERAL}]\nagent = "lead"\n'
    world = await make_world(agents={"assistant": AGENT, "lead": LEADS}, channels=channels)
    said = await refused(await world.mention("hello"))
    assert said == (
        "Whoever answers here is not open to you. Begin with `+NAME` to ask another one; you can use assistant."
    )


@pytest.mark.parametrize("text", ["lead hello", "lead"])
async def test_a_command_for_a_group_is_for_the_group(make_world: MakeWorld, text: str) -> None:
    world = await make_world(agents={"assistant": AGENT, "lead": LEADS})
    assert await world.command("/agent", text) == "I know no agent called “lead”. Did you mean assistant?"
    assert "no agent called" not in await world.command("/agent", text, user=GRACE)


async def test_a_busy_slack_is_asked_again_who_somebody_is(make_world: MakeWorld) -> None:
    world = await make_world()
    world.slack_fault("users.info", "status", status=500)
    thread = await world.mention("hello")
    assert "answer to: [Ada] hello" in (await thread.answered())[0]
    assert thread.key.startswith(TEAM)
