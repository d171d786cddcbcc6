"""/threadwind waiting: what waits for a person, and what of theirs waits for others, told to them alone."""

from __future__ import annotations

from pathlib import Path

from playground.agents_api.brains.steps import CallFunction
from tests.stories.conftest import MakeWorld
from tests.stories.house import House
from tests.stories.tools import ODD_JOBS
from tests.world import CAMILLE, GENERAL, GRACE, Thread, World, until

RANDOM = "C0RANDOM"
APPROVED = """\
---
model: mistral-medium-latest
description: Helps.
tools: [odd]
approvals: {{odd__*: ask}}
approvers: [{approvers}]
---
Help.
"""


def count(journal: Path, name: str = "call-1") -> CallFunction:
    return CallFunction(name="odd__count", arguments={"journal": str(journal)}, tool_call_id=name)


async def asked(world: World, journal: Path) -> Thread:
    world.mistral.script.will(count(journal))
    thread = await world.mention("count")
    await until(lambda: any("deny_reason" in str(m.blocks) for m in thread.ours), seen=lambda: thread.said)
    assert (await thread.rests())["state"] == "asking"
    return thread


async def test_who_decides_and_whose_it_is_are_told_with_link_age_and_end(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents={"assistant": APPROVED.format(approvers=GRACE)}, servers=ODD_JOBS)
    thread = await asked(world, tmp_path / "ran")
    [card] = [message for message in thread.ours if "deny_reason" in str(message.blocks)]

    hers = await world.command("/threadwind", "waiting", user=GRACE)
    assert "For you to decide" in hers
    assert "Assistant asks for a yes or a no to *count*" in hers
    assert card.ts.replace(".", "") in hers
    assert ", until <!date^" in hers

    own = await world.command("/threadwind", "waiting")
    assert "Yours, waiting for others" in own
    assert "For you" not in own
    assert "Rien n’est en attente" in await world.command("/threadwind", "waiting", user=CAMILLE)
    assert len(world.slack.workspace.conversations[GENERAL].timeline) == 1, "nothing of it stands in the channel"

    await world.click(card, "deny", user=GRACE)
    await until(lambda: "deny_reason" not in str(card.blocks), seen=lambda: card.blocks)
    await thread.rests()
    assert "Nothing waits for you" in await world.command("/threadwind", "waiting", user=GRACE)


async def test_whoever_may_decide_as_anyone_but_the_asker_is_told_in_the_channel_where_it_stands(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    """It may stand in a private channel that they know nothing of."""
    world = await make_world(agents={"assistant": APPROVED.format(approvers="others")}, servers=ODD_JOBS)
    await asked(world, tmp_path / "ran")
    there = await world.command("/threadwind", "waiting", user=GRACE)
    assert "For you to decide" in there
    assert "asks for a yes or a no to *count*" in there
    elsewhere = await world.command("/threadwind", "waiting", user=GRACE, channel=RANDOM)
    assert "Nothing waits for you" in elsewhere
    assert "listed only in the channel where it stands" in elsewhere
    own = await world.command("/threadwind", "waiting")
    assert "Yours, waiting for others" in own
    assert "For you" not in own


async def test_a_sign_in_that_is_waited_for_is_the_persons_own_to_do(house: House) -> None:
    thread = await house.asks()
    await house.link()
    await thread.rests()
    told = await house.world.command("/threadwind", "waiting")
    assert "For you to decide or to do" in told
    assert "sign in at notes" in told


async def test_twenty_are_told_and_how_many_more_there_are(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents={"assistant": APPROVED.format(approvers="asker")}, servers=ODD_JOBS)
    world.mistral.script.will(*(count(tmp_path / "ran", f"call-{number}") for number in range(22)))
    thread = await world.mention("count")
    await until(lambda: len(thread.ours) >= 22, seen=lambda: len(thread.ours))
    assert (await thread.rests())["state"] == "asking"
    told = await world.command("/threadwind", "waiting")
    assert told.count("asks for a yes or a no") == 20
    assert "And 2 more" in told


async def test_other_words_are_told_what_there_is(world: World) -> None:
    assert "`/threadwind waiting`" in await world.command("/threadwind", "help")
