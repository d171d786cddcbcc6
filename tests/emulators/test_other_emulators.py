"""The product, unchanged, at an emulator of Slack that is not ours: npm's `emulate`.

It lacks Socket Mode, streams, statuses, sessions, buttons and `app_mention`; it takes POST only, answers a bare 404 to
what it lacks, and its events name neither authorizations nor the kind of channel. The Makefile installs it (see
package.json here); EMULATORS_DIR names another folder that holds it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.emulators.town import BOT, Town, opened

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONG = "\n\n".join(f"## Part {n}\n\n" + "word " * 150 for n in range(80))  # about 62,000 characters


def needs(reason: str) -> None:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    node = shutil.which("node")
    modules = Path(os.environ.get("EMULATORS_DIR") or Path(__file__).parent) / "node_modules"
    if node is None:
        needs("node is not installed, and the emulator of Slack that the product is tried at needs it")
    if not (modules / "emulate").is_dir():
        needs("emulate is not installed: npm ci --prefix tests/emulators --ignore-scripts")
    assert node is not None
    async with opened(node, modules, redis_url, tmp_path_factory.mktemp("town")) as town:
        yield town


async def test_a_mention_is_answered_in_its_thread_to_a_person_known_by_name(town: Town) -> None:
    talk = await town.mention("hello")
    assert await talk.until(len) == ["answer to: [ada] hello"]
    assert {message["thread_ts"] for message in await talk.ours()} == {talk.root}


async def test_a_direct_message_is_answered_without_a_mention(town: Town) -> None:
    talk = await town.begin("hello in private", channel=BOT)
    assert await talk.until(len) == ["answer to: [ada] hello in private"]


async def test_where_there_is_no_status_a_placeholder_becomes_the_answer(town: Town) -> None:
    town.mistral.script.hold()
    town.mistral.script.will_say("done")
    talk = await town.mention("think")
    await town.mistral.script.until_held()
    [waiting] = await talk.until(len, state="working")
    assert "thinking" in waiting
    town.mistral.script.release()
    assert await talk.until(lambda said: said != [waiting]) == ["done"]


async def test_a_real_tool_answers_and_its_card_stands_in_the_answer(town: Town) -> None:
    while not any('"tools.listed"' in line for line in town.log):  # on a busy machine its server starts slowly
        await (await town.mention("hello")).until(len)
    town.mistral.script.will_call("time__get_current_time", {"timezone": "Asia/Tokyo"})
    town.mistral.script.will_say("It is late in Tokyo.")
    talk = await town.mention("what time is it in Tokyo?")
    await talk.until(lambda said: said == ["It is late in Tokyo."])
    [message] = await talk.ours()
    [card] = [block for block in message["blocks"] if block["type"] == "task_card"]
    assert card["status"] == "complete"
    assert "Asia/Tokyo" in str(card["output"])


async def test_a_long_answer_is_complete_and_its_rest_is_a_file(town: Town) -> None:
    town.mistral.script.will_say(LONG, pieces=40)
    talk = await town.mention("everything")
    await talk.until(lambda said: len(said) > 3)
    [file] = [file for message in await talk.ours() for file in message.get("files", [])]
    rest = await town.http.get(file["url_private_download"], headers={"Authorization": "Bearer xoxp-of-ada"})
    shown = "\n".join([*await talk.said(), rest.text])
    assert [number for number in range(80) if len(re.findall(rf"## Part {number}\b", shown)) != 1] == []


async def test_earlier_messages_of_a_thread_are_taken_along_once(town: Town) -> None:
    talk = await town.begin("the build is red", person="camille")
    await talk.reply(f"<@{BOT}> why?", person="ada")
    said = await talk.until(lambda said: len(said) == 2)
    assert said[0] == "I have read 1 earlier message in this thread."
    await talk.reply("it is green again", person="camille")
    await talk.reply(f"<@{BOT}> and now?", person="ada")
    await talk.until(lambda said: len(said) == 3)
    start, append = (town.mistral.log.requests(kind)[-1] for kind in ("conversations.start", "conversations.append"))
    assert "the build is red" in str(start.body)
    assert "it is green again" in str(append.body)
    assert "the build is red" not in str(append.body)


async def test_stop_stops(town: Town) -> None:
    town.mistral.script.hold(after=1)
    town.mistral.script.will_say("a long story that nobody wants", pieces=6)
    talk = await town.mention("tell me a story")
    await town.mistral.script.until_held()
    await talk.reply(f"<@{BOT}> stop")
    await talk.until(lambda said: said == ["Stopped."], state="stopping", within=5)
    town.mistral.script.release()
    assert await talk.until(len) == ["Stopped."]


async def test_an_error_is_told_in_a_sentence(town: Town) -> None:
    town.mistral.script.will_error("the model fell over", after="It ")
    talk = await town.mention("break")
    assert "Try again" in str(await talk.until(lambda said: "not finished" in str(said)))


async def test_a_thread_goes_on_with_its_conversation_after_a_restart(town: Town) -> None:
    talk = await town.mention("before")
    await talk.until(len)
    known = (await talk.record())["conversation_id"]
    await town.restart()
    await talk.reply(f"<@{BOT}> after")
    assert (await talk.until(lambda said: len(said) == 2))[1] == "answer to: [ada] after"
    assert (await talk.record())["conversation_id"] == known
