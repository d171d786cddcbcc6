"""What people call themselves and their files, and how they say a thing, changes nothing for anybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.slack.control.messages import Say, upload
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent
from tests.world import ADA, AGENT, BOT, CAMILLE, GENERAL, GRACE, Thread, World, until

EVE = "<!channel> @here <@U0GRACE> Eve"
CALLS = ("<!channel>", "@here", "<@U0GRACE>")


def everything_shown(world: World) -> str:
    """All that the bot sent to the Web API, and so all that Slack could have notified anybody of."""
    return str(
        [entry["request"] for entry in world.slack.traffic.entries if entry["name"].startswith(("chat.", "files."))]
    )


async def test_a_person_whose_name_is_a_mention_calls_nobody(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent("{odd__*: ask}"), servers=ODD_JOBS)
    world.slack.traffic.on = True
    world.slack.workspace.people[ADA].display_name = EVE
    world.mistral.script.will_call("odd__count", {"journal": str(tmp_path / "ran")})
    thread = await world.mention("count, please")
    await until(lambda: any("approve" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    await thread.rests()
    card = thread.ours[-1]
    await world.click(card, "approve", user=CAMILLE)
    await until(lambda: any(user == CAMILLE for user, _ in world.whispers))
    await world.click(card, "approve")
    await thread.answered(2)

    shown = everything_shown(world)
    assert shown.count("Eve") >= 4  # in the question, to who may not decide, in the decision: text and blocks
    assert [call for call in CALLS if call in shown] == []


async def test_a_file_whose_name_is_a_mention_calls_nobody(world: World) -> None:
    world.slack.traffic.on = True
    file = upload(world.slack, ADA, "<!channel> @here <@U0GRACE>.zip", "application/zip", b"PK")
    said = await Say(user=ADA, channel=GENERAL, text=f"<@{BOT}> read this", files=[file.id]).apply(world.slack)
    thread = Thread(world, GENERAL, str(said["ts"]))
    await thread.answered(2)

    assert "I have not looked into" in thread.said[0]
    assert ".zip" in thread.said[0]
    shown = everything_shown(world)
    assert [call for call in CALLS if call in shown] == []


@pytest.mark.parametrize(
    "words", ["stop <@U0BOT>", "<@U0BOT> please stop", "stop it, <@U0BOT>!", "arrête stp <@U0BOT>"]
)
async def test_stop_may_be_said_politely_and_before_the_name(world: World, words: str) -> None:
    world.mistral.script.hold(after=1)
    world.mistral.script.will_say("a long story that nobody wants", pieces=6)
    thread = await world.mention("tell me a story")
    await world.mistral.script.until_held()
    await thread.reply(words)
    await until(lambda: any("Stopped" in said for said in thread.said), within=5, seen=lambda: thread.said)
    world.mistral.script.release()
    await thread.rests()
    assert thread.said == ["Stopped."]


async def test_an_agent_is_picked_however_its_name_is_capitalised(make_world: MakeWorld) -> None:
    """Telephones write a capital after a space by themselves."""
    world = await make_world(agents={"assistant": AGENT, "friend": AGENT.replace("Helps.", "A friend.")})
    thread = await world.mention("+Friend hello")
    assert await thread.answered() == ["answer to: [Ada] hello"]
    assert (await thread.record())["agent"] == "friend"


async def test_half_a_character_in_a_message_is_answered(world: World) -> None:
    said: dict[str, Any] = await Say(user=GRACE, channel=GENERAL, text=f"<@{BOT}> what \ud83d broke?").apply(
        world.slack
    )
    thread = Thread(world, GENERAL, str(said["ts"]))
    assert await thread.answered() == ["answer to: [Grace] what \ufffd broke?"]
