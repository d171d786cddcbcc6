"""What tools answer beside short texts: pictures, and more text than a model is shown at once."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

from playground.agents_api.brains.steps import CallFunction
from playground.services.odd.server import build
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS, agent, results, said
from tests.world import until
from workers.tools.results import RESULT_LIMIT


async def test_what_tools_show_and_play_stands_in_the_thread_once_and_the_model_is_told(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.mistral.script.will(CallFunction(name="odd__picture"), CallFunction(name="odd__sound"))
    world.mistral.script.will_say("Here it is.")
    thread = await world.mention("draw, and sing")
    await thread.answered()
    assert "Here it is." in thread.said
    assert sorted(file.name for file in world.files_in(thread)) == ["picture.png", "sound.wav"]
    assert said(world) == [
        '[image: image/png, about 3 kB; the people in the thread see it as the file "picture.png"; you do not]',
        '[audio: audio/wav, about 1 kB; the people in the thread see it as the file "sound.wav"; you do not]',
    ]


async def test_a_picture_that_slack_refuses_is_told_to_the_model(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.slack_fault("files.getUploadURLExternal", "error", code="file_uploads_disabled", times=0)
    world.mistral.script.will_call("odd__picture")
    world.mistral.script.will_say("I could not show it.")
    thread = await world.mention("draw")
    await thread.answered()
    assert "I could not show it." in thread.said
    assert said(world)[0].endswith("[picture.png could not be put into the thread.]")


async def test_the_rest_of_a_result_that_was_cut_can_be_asked_for(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(tools="[odd, read_more]"), servers=ODD_JOBS)
    world.mistral.script.will_call("odd__big", {"characters": RESULT_LIMIT + 5})
    world.mistral.script.will_say("There is more.")
    thread = await world.mention("much, please")
    await thread.answered()
    [first] = said(world)
    assert first.startswith("x" * RESULT_LIMIT + "\n[Cut here: 5 of")
    rest_id = first.partition('id "')[2].partition('"')[0]

    world.mistral.script.will_call("read_more", {"id": rest_id, "offset": RESULT_LIMIT})
    world.mistral.script.will_say("That is all.")
    await thread.reply("<@U0BOT> go on")
    await thread.answered(2)
    assert said(world)[1] == "x" * 5

    world.mistral.script.will_call("read_more", {"id": rest_id, "offset": 0})
    world.mistral.script.will_say("Nothing here.")
    await (await world.mention("and in another thread?")).answered()
    assert "Nothing is kept" in results(world)[-1]


async def test_ten_megabytes_break_nothing(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), servers=ODD_JOBS)
    world.mistral.script.will(
        CallFunction(name="odd__big", arguments={"characters": 10_000_000}), CallFunction(name="odd__who")
    )
    thread = await world.mention("everything, please")
    await thread.answered()
    big, who = said(world)
    assert len(json.dumps(big)) < RESULT_LIMIT + 1000
    assert "10,000,000 characters" in big
    assert who == "odd_jobs"


async def test_how_far_a_tool_is_stands_on_its_card_while_it_runs(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(agents=agent(), servers={"odd": partial(build, sets=("progress",))})
    world.mistral.script.will_call("odd__steps", {"count": 200, "gate": str(tmp_path / "open")})
    world.mistral.script.will_say("Done.")
    thread = await world.mention("work")
    await until(lambda: "of 200: step" in str([message.blocks for message in thread.ours]), seen=lambda: thread.said)
    (tmp_path / "open").touch()
    await thread.answered()
    cards = str([message.blocks for message in thread.ours])
    assert "of 200" not in cards
    assert "all steps done" in cards
    assert world.calls("chat.appendStream") < 10
