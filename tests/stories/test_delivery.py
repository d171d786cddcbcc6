"""Each answer appears exactly once, whatever Slack does on the way."""

from __future__ import annotations

import re

import pytest

from tests.stories.conftest import MakeWorld
from tests.world import BOT, CAMILLE, GENERAL, Thread, World, until

LONG = "\n\n".join(f"## Part {n}\n\n" + "word " * 150 for n in range(80))  # about 62,000 characters


async def test_a_post_whose_answer_was_lost_stands_once(world: World) -> None:
    world.slack_fault("chat.postMessage", "lost")
    thread = await world.mention("once")
    assert await thread.answered() == ["answer to: [Ada] once"]
    assert world.calls("chat.postMessage") == 1


async def test_a_post_that_never_happened_is_made_again(world: World) -> None:
    world.slack_fault("chat.postMessage", "status", status=500)
    thread = await world.mention("once")
    assert await thread.answered() == ["answer to: [Ada] once"]
    assert world.calls("chat.postMessage") == 2


async def test_a_refusal_for_the_moment_waits_as_long_as_slack_says(world: World) -> None:
    world.slack_fault("chat.postMessage", "status", status=429, retry_after=1, times=2)
    thread = await world.mention("once")
    assert await thread.answered() == ["answer to: [Ada] once"]


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize("kind", ["lost", "status", "429"])
async def test_a_stream_in_trouble_ends_with_the_whole_text_once(world: World, method: str, kind: str) -> None:
    if kind == "429":
        world.slack_fault(method, "status", status=429, retry_after=1)
    else:
        world.slack_fault(method, kind)
    world.mistral.script.hold(after=2)
    world.mistral.script.will_say("one two three four five six seven eight", pieces=8)
    thread = await world.dm("count")
    await world.mistral.script.until_held()
    await until(lambda: world.calls("chat.startStream"), seen=lambda: thread.said)
    world.mistral.script.release()
    assert await thread.answered() == ["one two three four five six seven eight"]
    assert thread.session == "active"


async def test_a_stream_that_slack_ends_early_goes_on_with_the_rest_only(make_world: MakeWorld) -> None:
    world = await make_world(slack={"stream_life_seconds": 0.3})
    world.mistral.script.hold(after=2)
    world.mistral.script.will_say("one two three four five six seven eight", pieces=8)
    thread = await world.dm("count")
    await world.mistral.script.until_held()
    await until(lambda: thread.ours and not thread.streaming, seen=lambda: thread.said)
    world.mistral.script.release()
    said = await thread.answered()
    assert " ".join("".join(said).split()) in ("one two three four five six seven eight",)


async def test_a_long_answer_is_split_at_block_borders_and_the_rest_is_a_file(world: World) -> None:
    world.mistral.script.will_say(LONG, pieces=40)
    thread = await world.mention("everything")
    await thread.answered(4)
    files = [file for message in thread.ours for file in message.files]
    assert len(files) == 1
    assert files[0].content is not None
    shown = "\n".join(thread.said[:3]) + "\n" + files[0].content.decode()
    for number in range(80):
        assert len(re.findall(rf"## Part {number}\b", shown)) == 1


async def test_a_long_streamed_answer_loses_and_doubles_nothing(world: World) -> None:
    world.mistral.script.will_say(LONG[:25_000], pieces=40)
    thread = await world.dm("much")
    said = await thread.answered(2)
    assert "".join("".join(said).split()) == "".join(LONG[:25_000].split())


async def test_nobody_is_called_by_a_model(world: World) -> None:
    world.mistral.script.will_say("<!channel> @here <!subteam^S1|@team> <@U0GRACE> see <https://evil.example/x|this>")
    thread = await world.mention("call everybody")
    [said] = await thread.answered()
    for call in ("<!channel>", "@here", "<!subteam", "<@U0GRACE>"):
        assert call not in said


async def test_without_a_history_scope_a_lost_answer_is_said_again_as_new(make_world: MakeWorld) -> None:
    scopes = frozenset({"app_mentions:read", "chat:write", "im:history", "assistant:write", "users:read"})
    world = await make_world(slack={"scopes": scopes})
    world.slack_fault("chat.postMessage", "lost")
    thread = await world.mention("once")
    said = await thread.answered(3)
    assert said[1].startswith("I could not tell whether my answer arrived")
    assert said[2] == "answer to: [Ada] once"


async def test_slack_being_away_for_a_while_loses_nothing(world: World) -> None:
    world.slack_fault("chat.postMessage", "status", status=429, retry_after=1, times=3)
    thread = await world.mention("patience")
    assert await thread.answered() == ["answer to: [Ada] patience"]


@pytest.mark.parametrize("kind", ["http", "socket"])
async def test_an_emulator_without_agents_and_streams_gets_posts_and_updates(make_world: MakeWorld, kind: str) -> None:
    world = await make_world(slack={"profile": "minimal", "kind": kind})
    thread = await world.mention("hello")
    assert await thread.answered() == ["answer to: [Ada] hello"]
    private = await world.dm("and here?")
    assert await private.answered() == ["answer to: [Ada] and here?"]
    again = await world.mention("and now?")
    assert await again.answered() == ["answer to: [Ada] and now?"]


async def test_an_emulator_that_answers_404_to_what_it_lacks_gets_posts_and_updates(make_world: MakeWorld) -> None:
    world = await make_world(slack={"profile": "minimal"})
    lacking = ("chat.startStream", "assistant.threads.setStatus", "agents.sessions.setStatus")
    for method in lacking:
        world.slack_fault(method, "status", status=404, times=0)
    world.mistral.script.hold()
    world.mistral.script.will_say("one two", pieces=2)
    thread = await world.mention("hello")
    await until(lambda: "thinking" in "".join(thread.said), seen=lambda: thread.said)
    world.mistral.script.release()
    assert await thread.answered() == ["one two"]
    again = await world.dm("and here?")
    assert await again.answered() == ["answer to: [Ada] and here?"]
    assert [method for method in lacking if world.calls(method) > 1] == []


async def test_a_long_answer_that_begins_in_a_placeholder_loses_nothing(make_world: MakeWorld) -> None:
    world = await make_world(slack={"profile": "minimal"})
    world.mistral.script.will_say(LONG[:25_000], pieces=40)
    thread = await world.mention("much")
    said = await thread.answered(3)
    assert "".join("".join(said).split()) == "".join(LONG[:25_000].split())

    world.mistral.script.will_say(LONG, pieces=40)
    thread = await world.mention("everything")
    said = await thread.answered(4)
    assert "## Part 0" in said[0]
    assert "file" in said[-1]  # which is not known here either


async def test_a_notice_that_took_the_placeholders_place_stays_above_the_answer(make_world: MakeWorld) -> None:
    world = await make_world(slack={"profile": "minimal"})
    root = Thread(world, GENERAL, await world.say("the build is red", user=CAMILLE))
    await root.reply(f"<@{BOT}> why?")
    said = await root.answered(2)
    assert said[0] == "I have read 1 earlier message in this thread."
    assert said[1].startswith("answer to: ")


async def test_a_placeholder_that_cannot_be_changed_is_followed_by_the_answer(make_world: MakeWorld) -> None:
    world = await make_world(slack={"profile": "minimal"})
    world.slack_fault("chat.update", "error", code="cant_update_message", times=0)
    thread = await world.mention("hello")
    assert (await thread.answered(2))[1:] == ["answer to: [Ada] hello"]
    world.mistral.script.will_fail(status=422)
    failed = await world.mention("and now?")
    assert len(await failed.answered(2)) == 2


async def test_over_socket_mode_the_main_job_is_the_same(make_world: MakeWorld) -> None:
    world = await make_world(slack={"kind": "socket"})
    thread = await world.mention("hello")
    assert await thread.answered() == ["answer to: [Ada] hello"]


async def test_streaming_text_in_channels_is_a_setting(make_world: MakeWorld) -> None:
    world = await make_world(stream_in_channels=True)
    world.mistral.script.hold(after=2)
    world.mistral.script.will_say("one two three four", pieces=4)
    thread = await world.mention("count")
    await world.mistral.script.until_held()
    await until(lambda: thread.streaming, seen=lambda: thread.said)
    world.mistral.script.release()
    assert await thread.answered() == ["one two three four"]
