"""Files that Mistral's tools made, and answers in a form of their own: shown in the thread, once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.agents_api.brains.steps import AddChunk, CallFunction, RunTool, Say
from playground.agents_api.cabinet import StoredFile
from playground.slack.models import File
from tests.stories.conftest import MakeWorld
from tests.stories.tools import ODD_JOBS
from tests.world import Thread, World, until

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
CSV = b"month,total\nMay,3\n"


def stored(world: World, content: bytes, name: str) -> str:
    """A file at Mistral, as one of its tools would have made it."""
    from playground.agents_api.app import KEY

    return world.mistral.cabinet.add(StoredFile(owner=KEY, filename=name, content=content, purpose="ocr")).id


def made(file_id: str, name: str, kind: str = "", tool: str = "code_interpreter") -> AddChunk:
    return AddChunk(
        chunk={"type": "tool_file", "tool": tool, "file_id": file_id, "file_name": name, "file_type": kind or None}
    )


def files(thread: Thread) -> list[File]:
    return [file for message in thread.ours for file in message.files]


async def test_an_image_is_uploaded_with_a_proper_name_and_alt_text(world: World) -> None:
    image = stored(world, PNG, "image_generated_0")
    world.mistral.script.will(
        RunTool(name="image_generation", arguments={"prompt": "a cat in a boat"}),
        made(image, "image_generated_0", "png", tool="image_generation"),
        Say(text="Here it is."),
    )
    thread = await world.mention("draw a cat")
    await thread.answered(2)
    assert thread.said[0] == "Here it is."
    [file] = files(thread)
    assert (file.name, file.content, file.alt_txt) == ("image_generated_0.png", PNG, "a cat in a boat")


async def test_several_files_come_each_once_and_placeholders_go(world: World) -> None:
    plot, table = stored(world, PNG, "plot_0.png"), stored(world, CSV, "data.csv")
    world.mistral.script.will(
        RunTool(name="code_interpreter", info={"code": "plot()", "code_output": ""}),
        Say(text="The plot: ![Image](__emitted_0.png) and the data.", pieces=8),
        made(plot, "plot_0.png", "png"),
        made(table, "data.csv", "csv"),
        made(plot, "plot_0.png", "png"),
    )
    thread = await world.dm("plot it")
    await thread.answered(3)
    assert thread.said[0] == "The plot:  and the data."
    assert [(file.name, file.content) for file in files(thread)] == [("plot_0.png", PNG), ("data.csv", CSV)]


async def test_a_file_without_words_is_no_empty_answer(world: World) -> None:
    world.mistral.script.will(made(stored(world, PNG, "x"), "x", "png"))
    thread = await world.mention("draw")
    await thread.answered(2)
    assert thread.said[0] == "Here is what I made:"
    assert len(files(thread)) == 1


@pytest.mark.parametrize("fault", ["gone", "away", "upload", "share"])
async def test_a_file_that_cannot_be_brought_is_a_sentence_and_the_answer_stands(world: World, fault: str) -> None:
    file_id = stored(world, PNG, "plot_0.png") if fault != "gone" else "0199aaaa"
    if fault == "away":
        world.mistral_fault("files.content", "status", status=403, times=0)
    elif fault == "upload":
        world.slack_fault("files.getUploadURLExternal", "error", code="file_uploads_disabled", times=0)
    elif fault == "share":
        world.slack_fault("files.completeUploadExternal", "error", code="posting_to_channel_denied", times=0)
    world.mistral.script.will(Say(text="The plot:"), made(file_id, "plot_0.png", "png"))
    thread = await world.mention("plot")
    said = await thread.answered(2)
    assert said[0] == "The plot:"
    assert said[1].startswith("I made plot_0.png, but could not bring it here.")
    assert files(thread) == []
    await thread.reply("<@U0BOT> thanks")
    assert "thanks" in (await thread.answered(3))[-1]


async def test_a_file_whose_upload_was_answered_by_nobody_stands_once(world: World) -> None:
    world.slack_fault("files.completeUploadExternal", "lost")
    world.mistral.script.will(Say(text="The plot:"), made(stored(world, PNG, "plot_0.png"), "plot_0.png", "png"))
    thread = await world.mention("plot")
    await thread.answered(2)
    assert len(files(thread)) == 1


async def test_a_worker_that_falls_after_an_upload_uploads_nothing_twice(make_world: MakeWorld) -> None:
    world = await make_world(lease=30)
    first, second = stored(world, PNG, "a.png"), stored(world, PNG, "b.png")
    world.mistral.script.will(Say(text="Two plots:"), made(first, "a.png", "png"), made(second, "b.png", "png"))
    world.mistral_fault("files.content", "delay", seconds=60, skip=1)
    thread = await world.mention("plot")
    await until(lambda: files(thread), seen=lambda: thread.said)
    await until(lambda: world.mistral.faults.seen.get("files.content") == 2)
    await world.end_worker(0)
    await world.start_worker()
    await thread.answered(3)
    assert thread.said[0] == "Two plots:"
    assert sorted(file.name for file in files(thread)) == ["a.png", "b.png"]


# ---- answers in a form of their own ---------------------------------------------------------------------------------


ITEMS = {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}}}}
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "total": {"type": "number"}, "items": ITEMS},
    "required": ["title", "total"],
}


def agent(kind: str = "json_schema", *, tools: str = "[]") -> dict[str, str]:
    form: dict[str, Any] = {"type": kind}
    if kind == "json_schema":
        form["json_schema"] = {"name": "invoice", "schema": SCHEMA}
    args = json.dumps({"response_format": form})
    front = f"model: mistral-medium-latest\ndescription: Reads invoices.\ntools: {tools}\ncompletion_args: {args}\n"
    approvals = "approvals: {odd__*: auto}\n" if tools != "[]" else ""
    return {"assistant": f"---\n{front}{approvals}---\nRead the invoice.\n"}


GOOD = {"title": "May", "total": 12.5, "items": [{"name": "Tea", "price": 2}, {"name": "A | B"}]}


async def test_fields_and_rows_are_shown_and_the_json_is_a_file(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent())
    world.mistral.script.hold(after=2)
    world.mistral.script.will(Say(text=json.dumps(GOOD), pieces=5))
    thread = await world.dm("read it")
    await world.mistral.script.until_held()
    await until(lambda: thread.status, seen=lambda: thread.said)
    assert "{" not in "".join(thread.said)  # nothing of the JSON streams
    world.mistral.script.release()
    said = await thread.answered(2)
    assert said[0].splitlines() == [
        "- **Title:** May",
        "- **Total:** 12.5",
        "",
        "**Items**",
        "",
        "| Name | Price |",
        "| --- | --- |",
        "| Tea | 2 |",
        "| A \\| B |  |",
    ]
    [file] = files(thread)
    assert file.name == "invoice.json"
    assert json.loads(file.content or b"") == GOOD


async def test_an_answer_that_breaks_the_schema_is_asked_for_once_more(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent())
    world.mistral.script.will(Say(text='{"title": "May"}'))
    world.mistral.script.will(Say(text='{"title": "May", "total": 1}'))
    thread = await world.mention("read it")
    said = await thread.answered(2)
    assert said[0] == "- **Title:** May\n- **Total:** 1"
    [again] = world.mistral.log.requests("conversations.append")
    assert "'total' is a required property" in str(again.body)


async def test_an_answer_that_breaks_it_twice_is_shown_with_the_error(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent())
    world.mistral.script.will(Say(text='{"title": "May"}'))
    world.mistral.script.will(Say(text="I would rather talk."))
    thread = await world.mention("read it")
    [said] = await thread.answered()
    assert said.startswith("I would rather talk.\n\n")
    assert "does not have the form it should have" in said
    assert "not valid JSON" in said
    assert len(world.mistral.log.requests("conversations.append")) == 1
    world.mistral.script.will(Say(text='{"title": "June", "total": 2}'))
    await thread.reply("<@U0BOT> and now?")
    await until(lambda: any("June" in said for said in thread.said), seen=lambda: thread.said)


async def test_asking_once_more_survives_a_fallen_worker(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(), mistral={"lock_seconds": 0.2, "on_drop": "store"}, lease=30)
    world.mistral.script.will(Say(text='{"title": "May"}'))
    world.mistral.script.when("required format", Say(text='{"title": "May", "total": 1}'))
    world.mistral_fault("conversations.append", "delay", seconds=60)
    thread = await world.mention("read it")
    await until(lambda: world.mistral.faults.seen.get("conversations.append"))
    await world.end_worker(0)
    await world.start_worker()
    said = await thread.answered(2)
    assert said[0] == "- **Title:** May\n- **Total:** 1"
    assert len(files(thread)) == 1


async def test_any_json_is_shown_as_lists(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent("json_object"))
    world.mistral.script.will(Say(text='{"who": {"name": "Ada", "tags": ["a", "b"]}, "ok": true, "note": null}'))
    thread = await world.mention("who?")
    said = await thread.answered(2)
    assert said[0].splitlines() == [
        "- **Who:**",
        "  - **Name:** Ada",
        "  - **Tags:**",
        "    - a",
        "    - b",
        "- **Ok:** yes",
        "- **Note:** –",
    ]


async def test_tools_come_before_the_form(make_world: MakeWorld) -> None:
    world = await make_world(agents=agent(tools="[odd]"), servers=ODD_JOBS)
    world.mistral.script.will(Say(text="Let me look."), CallFunction(name="odd__fail"))
    world.mistral.script.will(Say(text='{"title": "May", "total": 1}'))
    thread = await world.mention("read it")
    await until(lambda: files(thread), seen=lambda: thread.said)
    assert "- **Title:** May\n- **Total:** 1" in thread.said
    assert "Let me look." not in "".join(thread.said)
    assert len(world.mistral.log.requests("conversations.append")) == 1
