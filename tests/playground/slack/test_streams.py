"""Messages written while people watch, statuses and sessions; the SDK's own stream helper among the judges."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.playground.slack.conftest import ADA, DM, GENERAL, GRACE, TEAM, MakeWorld, World, until

FOR_ADA = {"recipient_user_id": ADA, "recipient_team_id": TEAM}


async def started(world: World, channel: str = DM, **more: Any) -> tuple[str, str]:
    """A stream in a fresh thread: root and stream ts."""
    root = await world.say("go", channel=channel)
    answer = await world.call("chat.startStream", channel=channel, thread_ts=root, **(FOR_ADA | more))
    assert answer["ok"], answer
    return root, answer["ts"]


async def last(world: World, channel: str, root: str) -> dict[str, Any]:
    replies = await world.slack.conversations_replies(channel=channel, ts=root, include_all_metadata=True)
    return dict(replies["messages"][-1])


async def test_the_sdks_stream_helper_writes_a_whole_answer(world: World) -> None:
    root = await world.say("go")
    stream = await world.slack.chat_stream(channel=GENERAL, thread_ts=root, **FOR_ADA, buffer_size=4)

    await stream.append(markdown_text="Hello ")
    task = {"type": "task_update", "id": "t1", "title": "Look", "status": "in_progress", "details": "first "}
    await stream.append(chunks=[task])
    await stream.append(chunks=[task | {"status": "complete", "details": "second", "output": "found"}])
    await stream.append(markdown_text="world")
    metadata = {"event_type": "turn", "event_payload": {"row": "7"}}
    await stream.stop(markdown_text="!", blocks=[{"type": "divider"}], metadata=metadata)

    message = await last(world, GENERAL, root)
    assert message["text"] == "Hello world!"
    assert [block["type"] for block in message["blocks"]] == ["markdown", "task_card", "markdown", "divider"]
    card = message["blocks"][1]
    assert (card["status"], card["details"]["elements"][0]["elements"][0]["text"]) == ("complete", "first second")
    assert message["metadata"] == metadata


async def test_an_output_once_written_stays(world: World) -> None:
    root, ts = await started(world, chunks=[{"type": "task_update", "id": "a", "title": "A", "output": "one"}])

    again = [{"type": "task_update", "id": "a", "title": "A", "status": "error", "output": "two"}]
    await world.call("chat.appendStream", channel=DM, ts=ts, chunks=again)

    card = (await last(world, DM, root))["blocks"][0]
    assert (card["status"], card["output"]["elements"][0]["elements"][0]["text"]) == ("error", "one")


async def test_plan_mode_draws_one_plan(world: World) -> None:
    root, ts = await started(world, task_display_mode="plan", chunks=[{"type": "plan_update", "title": "Two steps"}])

    await world.call("chat.appendStream", channel=DM, ts=ts, chunks=[{"type": "task_update", "id": "a", "title": "A"}])

    [plan] = (await last(world, DM, root))["blocks"]
    assert (plan["title"], [task["title"] for task in plan["tasks"]]) == ("Two steps", ["A"])


async def test_channels_need_a_recipient_and_every_stream_a_thread(world: World) -> None:
    root = await world.say("go")
    direct = await world.say("go", channel=DM)

    async def error(**arguments: Any) -> str:
        return str((await world.call("chat.startStream", **arguments)).get("error"))

    assert await error(channel=GENERAL, thread_ts=root) == "missing_recipient_user_id"
    assert await error(channel=GENERAL, thread_ts=root, recipient_user_id=ADA) == "missing_recipient_team_id"
    assert await error(channel=GENERAL, thread_ts=root, recipient_user_id="U4", recipient_team_id=TEAM) == (
        "user_not_found"
    )
    assert await error(channel=GENERAL, **FOR_ADA) == "invalid_thread_ts"
    assert await error(channel=DM, thread_ts=direct) == "None"


@pytest.mark.parametrize(
    ("payload", "error"),
    [
        ({"markdown_text": "x", "chunks": []}, "cannot_provide_both_markdown_text_and_chunks"),
        ({"chunks": [{"type": "mystery"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "a"}]}, "invalid_chunks"),
        ({"chunks": [{"type": "task_update", "id": "a", "title": "x" * 257}]}, "invalid_chunks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "mystery"}]}]}, "invalid_blocks"),
        ({"chunks": [{"type": "blocks", "blocks": [{"type": "divider"}] * 51}]}, "msg_blocks_too_many"),
        ({"markdown_text": "x"}, "streaming_mode_mismatch"),
        ({"chunks": [{"type": "markdown_text", "text": "x" * 12_001}]}, "msg_too_long"),
        ({}, "no_text"),
    ],
)
async def test_what_a_stream_refuses(world: World, payload: dict[str, Any], error: str) -> None:
    root, ts = await started(world, chunks=[{"type": "markdown_text", "text": "hi"}])

    answer = await world.call("chat.appendStream", channel=DM, ts=ts, **payload)

    assert answer["error"] == error
    assert (await last(world, DM, root))["text"] == "hi"


async def test_small_pieces_add_up_to_too_much(world: World) -> None:
    _, ts = await started(world, markdown_text="x" * 7000)

    answer = await world.call("chat.appendStream", channel=DM, ts=ts, markdown_text="x" * 7000)

    assert answer["error"] == "msg_too_long"


async def test_a_stream_dies_of_age_while_being_appended_to(make_world: MakeWorld) -> None:
    world = await make_world(stream_life_seconds=0.05)
    root, ts = await started(world, markdown_text="a")

    await until(lambda: not world.standin.streams.live)

    for method in ("chat.appendStream", "chat.stopStream"):
        answer = await world.call(method, channel=DM, ts=ts, markdown_text="b")
        assert answer["error"] == "message_not_in_streaming_state"
    updated = await world.call("chat.update", channel=DM, ts=ts, text="all of it")
    assert updated["ok"]
    assert (await last(world, DM, root))["text"] == "all of it"
    assert world.standin.statuses.sessions[DM, root].status == "active"


async def test_a_live_stream_cannot_be_updated(world: World) -> None:
    _, ts = await started(world, markdown_text="a")

    assert (await world.call("chat.update", channel=DM, ts=ts, text="b"))["error"] == "streaming_state_conflict"


async def test_stop_by_a_person_refuses_appends_but_lets_the_app_end_it(world: World) -> None:
    root, ts = await started(world, markdown_text="a")

    stopped = await world.post("stop", user=ADA, channel=DM, thread_ts=root)
    append = await world.call("chat.appendStream", channel=DM, ts=ts, markdown_text="b")
    stop = await world.call("chat.stopStream", channel=DM, ts=ts)

    assert stopped["streaming_message_ts"] == [ts]
    assert append["error"] == "stopped_by_user"
    assert stop["ok"]


async def test_only_one_append_may_be_on_its_way(world: World) -> None:
    _, ts = await started(world, markdown_text="a")
    await world.fault(request="chat.appendStream", kind="delay", seconds=0.2, times=2)

    answers = await asyncio.gather(
        *(world.call("chat.appendStream", channel=DM, ts=ts, markdown_text=text) for text in "bc")
    )

    assert sorted(answer["ok"] for answer in answers) == [False, True]


async def test_in_a_channel_only_the_recipient_sees_it_live(world: World) -> None:
    root, ts = await started(world, GENERAL, markdown_text="first ")
    await world.call("chat.appendStream", channel=GENERAL, ts=ts, markdown_text="second")

    async def seen(person: str) -> str:
        thread = await world.get("thread", **{"as": person, "channel": GENERAL, "ts": root})
        return str(thread["messages"][-1]["text"])

    assert (await seen(ADA), await seen(GRACE)) == ("first second", "first ")
    await world.call("chat.stopStream", channel=GENERAL, ts=ts)
    assert await seen(GRACE) == "first second"


async def test_a_status_goes_with_the_next_message_and_the_session_stays(world: World) -> None:
    root = await world.say("go", channel=DM)

    await world.slack.assistant_threads_setStatus(channel_id=DM, thread_ts=root, status="is thinking…")
    before = await world.get("thread", **{"as": ADA, "channel": DM, "ts": root})
    await world.slack.chat_postMessage(channel=DM, thread_ts=root, text="done")
    after = await world.get("thread", **{"as": ADA, "channel": DM, "ts": root})

    assert (before["status"]["status"], after["status"]) == ("is thinking…", None)
    assert after["session"]["status"] == "processing"


async def test_a_status_goes_by_itself_after_a_while(make_world: MakeWorld) -> None:
    world = await make_world(status_life_seconds=0.02, processing_life_seconds=0.02)
    root = await world.say("go", channel=DM)

    await world.slack.assistant_threads_setStatus(channel_id=DM, thread_ts=root, status="is thinking…")

    await until(lambda: not world.standin.statuses.shown)
    await until(lambda: world.standin.statuses.sessions[DM, root].status == "active")


async def test_a_stopped_stream_leaves_the_session_as_asked(world: World) -> None:
    root, ts = await started(world, markdown_text="a")
    sessions = world.standin.statuses.sessions
    assert sessions[DM, root].status == "processing"

    await world.call("chat.stopStream", channel=DM, ts=ts, session_status="suspended")

    assert sessions[DM, root].status == "suspended"


async def test_sessions_are_for_agents_only(make_world: MakeWorld) -> None:
    world = await make_world(agent=False)
    root = await world.say("go", channel=DM)

    session = await world.call("agents.sessions.setStatus", channel_id=DM, thread_ts=root, status="processing")
    prompts = await world.call(
        "assistant.threads.setSuggestedPrompts", channel_id=DM, prompts=[{"title": "a", "message": "b"}]
    )

    assert (session["error"], prompts["error"]) == ("not_authorized", "not_agent_app")


async def test_sessions_are_named_and_prompts_are_pinned(world: World) -> None:
    root = await world.say("go", channel=DM)
    unknown = await world.call("agents.sessions.rename", channel_id=DM, thread_ts=root, title="Tea")

    await world.slack.agents_sessions_setStatus(channel_id=DM, thread_ts=root, status="active")
    await world.slack.agents_sessions_rename(channel_id=DM, thread_ts=root, title="Tea")
    await world.slack.assistant_threads_setSuggestedPrompts(
        channel_id=DM, title="Try", prompts=[{"title": "Time", "message": "what time is it"}]
    )

    state = await world.get("state", **{"as": ADA})
    assert unknown["error"] == "session_not_found"
    [session] = state["sessions"]
    assert (session["channel"], session["thread_ts"], session["status"], session["title"]) == (
        *(DM, root),
        *("active", "Tea"),
    )
    [dm] = [each for each in state["conversations"] if each["id"] == DM]
    assert dm["prompts"]["prompts"][0]["message"] == "what time is it"


async def test_processing_without_a_stop_subscription_is_warned_about(make_world: MakeWorld) -> None:
    world = await make_world(events=frozenset({"message.im"}))
    root = await world.say("go", channel=DM)

    answer = await world.call("agents.sessions.setStatus", channel_id=DM, thread_ts=root, status="processing")

    assert answer["warning"] == "missing_agent_session_stopped_event_subscription"
