"""What moves while the bot works: status, Stop, streams, steps, private messages, and what a screen reader hears."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Route, expect

from playground.slack.app import running
from playground.slack.seed import Seed
from playground.slack.settings import Settings
from tests.playground.page.conftest import GREETING, PATIENCE_MS, Room, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


def chunk(text: str) -> dict[str, Any]:
    return {"type": "markdown_text", "text": text}


def step(status: str, **more: Any) -> dict[str, Any]:
    return {"type": "task_update", "id": "t1", "title": "time · convert", "status": status, **more}


async def start(room: Room, root: str, *chunks: dict[str, Any]) -> dict[str, Any]:
    """Opens a stream for Ada; what names it in later calls."""
    recipient = {"recipient_user_id": "U0ADA", "recipient_team_id": "T0PLAY"}
    started = await room.bot.call(
        "chat.startStream", channel="C0GENERAL", thread_ts=root, chunks=list(chunks), **recipient
    )
    return {"channel": "C0GENERAL", "ts": started["ts"]}


async def test_an_answer_grows_with_a_caret_and_its_step_says_its_state_in_words(visit: Visit, room: Room) -> None:
    root = await room.mention()
    page = await visit(where=f"&in=C0GENERAL&thread={root}")
    answer = page.locator("#thread article").last
    stream = await start(room, root, step("in_progress"))
    await expect(answer.get_by_role("group", name="time · convert: In progress")).to_be_visible()
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    await room.bot.call("chat.appendStream", **stream, chunks=[step("complete", output="23:42"), chunk("It is **23")])
    await expect(answer.locator(".task-state")).to_have_text("Complete")
    await expect(answer.locator(".b-markdown")).to_contain_text("It is **23")
    await expect(answer.locator(".caret")).to_have_count(1)
    await room.bot.call("chat.appendStream", **stream, chunks=[chunk(":42** in Tokyo.")])
    await expect(answer.locator("strong")).to_have_text("23:42")
    await expect(page.get_by_role("status")).not_to_contain_text("has answered")
    await room.bot.call("chat.stopStream", **stream)
    await expect(answer.locator(".caret")).to_have_count(0)
    await expect(page.get_by_role("status")).to_contain_text("Threadwind has answered: It is 23:42 in Tokyo.")
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()


async def test_a_colleague_sees_a_stream_in_a_channel_once_it_is_finished(visit: Visit, room: Room) -> None:
    root = await room.mention()
    page = await visit("U0GRACE", where=f"&in=C0GENERAL&thread={root}")
    answer = page.locator("#thread article").last
    stream = await start(room, root, chunk("First piece,"))
    await expect(answer).to_contain_text("First piece,")
    await room.bot.call("chat.appendStream", **stream, chunks=[chunk(" second piece.")])
    await room.bot.says("a later message, so that the append has been told or left out", thread_ts=root)
    await expect(page.locator("#thread article")).to_have_count(3)
    await expect(page.locator("#thread article").nth(1)).not_to_contain_text("second piece")
    await room.bot.call("chat.stopStream", **stream)
    await expect(page.locator("#thread article").nth(1)).to_contain_text("First piece, second piece.")


async def test_a_status_is_shown_and_said_once_and_stop_reaches_the_stand_in(visit: Visit, room: Room) -> None:
    root = await room.mention()
    page = await visit(where=f"&in=C0GENERAL&thread={root}")
    where = {"channel_id": "C0GENERAL", "thread_ts": root}
    await room.bot.call("assistant.threads.setStatus", **where, status="is thinking…")
    await expect(page.locator("#thread .status")).to_have_text("Threadwind is thinking…")
    await expect(page.locator("#main .reply-bar")).to_contain_text("Threadwind is thinking…")
    await expect(page.get_by_role("status").get_by_text("Threadwind is thinking…")).to_have_count(1)
    stop = page.get_by_role("button", name="Stop")
    async with page.expect_response(re.compile("/_control/stop")) as response:
        await stop.click()
    assert (await (await response.value).json())["ok"] is True
    await expect(page.get_by_role("button", name="Stopping…")).to_be_visible()
    await room.bot.call("assistant.threads.setStatus", **where, status="")
    await expect(page.locator("#thread .status")).to_be_hidden()


async def test_a_late_answer_about_a_thread_undoes_nothing_that_was_heard_since(visit: Visit, room: Room) -> None:
    root = await room.mention()
    await room.bot.says("One moment.", thread_ts=root)
    where = {"channel_id": "C0GENERAL", "thread_ts": root}
    await room.bot.call("assistant.threads.setStatus", **where, status="is thinking…")
    page = await visit()
    asked, released = asyncio.Event(), asyncio.Event()

    async def hold(route: Route) -> None:
        answer = await route.fetch()
        asked.set()
        await released.wait()
        await route.fulfill(response=answer)

    await page.route("**/_control/thread?*", hold)
    bar = page.locator("#main .reply-bar")
    await bar.click()
    await asyncio.wait_for(asked.wait(), PATIENCE_MS / 1000)
    await room.bot.call("assistant.threads.setStatus", **where, status="")
    await room.bot.says("The 14:02 deploy.", thread_ts=root)
    await expect(bar).to_contain_text("2 replies")
    await expect(page.locator("#thread .status")).to_be_hidden()
    released.set()
    await expect(page.locator("#thread")).to_contain_text("One moment.")  # only the late answer tells it
    await expect(page.locator("#thread article")).to_have_count(3)
    await expect(page.locator("#thread .status")).to_be_hidden()
    await expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    await expect(bar).to_contain_text("2 replies")


async def test_a_message_for_one_person_says_so_and_the_other_never_sees_it(visit: Visit, room: Room) -> None:
    ada, grace = await visit(), await visit("U0GRACE")
    await room.bot.call("chat.postEphemeral", channel="C0GENERAL", user="U0ADA", text="Only a word for you.")
    await room.bot.says("For all.")
    await expect(ada.locator("#main article").nth(1)).to_contain_text("Only visible to you")
    await expect(grace.locator("#main article").last).to_contain_text("For all.")
    await expect(grace.locator("#main")).not_to_contain_text("Only a word")


async def test_a_dm_with_the_bot_offers_its_prompts_and_answers_in_a_thread(visit: Visit, room: Room) -> None:
    page = await visit()
    await page.get_by_role("navigation").get_by_role("button", name="Threadwind").click()
    await expect(page.get_by_role("textbox", name="Message Threadwind")).to_be_focused()
    channel = next(one.id for one in room.standin.workspace.conversations.values() if one.kind == "im")
    prompts = [{"title": "Time in Tokyo", "message": "what time is it in Tokyo"}]
    await room.bot.call("assistant.threads.setSuggestedPrompts", channel_id=channel, prompts=prompts)
    await page.get_by_role("button", name="Time in Tokyo").click()
    await expect(page.locator("#thread article")).to_have_text(re.compile("what time is it in Tokyo"))


async def test_a_button_asks_first_and_its_click_reaches_the_bot(visit: Visit, room: Room) -> None:
    confirm = {
        "title": {"type": "plain_text", "text": "Create the issue?"},
        "text": {"type": "mrkdwn", "text": "It is written as *you*."},
        "confirm": {"type": "plain_text", "text": "Create"},
        "deny": {"type": "plain_text", "text": "Not now"},
    }
    yes = {"type": "button", "action_id": "approve", "value": "call-1", "style": "primary", "confirm": confirm}
    yes["text"] = {"type": "plain_text", "text": "Approve"}
    await room.bot.says("Approve?", blocks=[{"type": "actions", "block_id": "b1", "elements": [yes]}])
    page = await visit()
    approve = page.get_by_role("button", name="Approve")
    await approve.press("Enter")
    await page.get_by_role("dialog").get_by_role("button", name="Not now").click()
    await expect(approve).to_be_focused()
    await approve.click()
    async with page.expect_request(re.compile("/_control/click")) as request:
        await page.get_by_role("dialog").get_by_role("button", name="Create").click()
    sent = (await request.value).post_data_json
    assert sent is not None
    assert (sent["action_id"], sent["block_id"], sent["value"]) == ("approve", "b1", "call-1")


async def test_a_long_answer_in_one_piece_is_shown_from_its_first_line(visit: Visit, room: Room) -> None:
    root = await room.mention()
    page = await visit(where=f"&in=C0GENERAL&thread={root}")
    text = "\n\n".join(f"Paragraph {number} of many." for number in range(80))
    await room.bot.says("long", thread_ts=root, blocks=[{"type": "markdown", "text": text}])
    await expect(page.locator("#thread").get_by_text("Paragraph 0 of")).to_be_in_viewport()
    await expect(page.locator("#thread").get_by_text("Paragraph 79 of")).not_to_be_in_viewport()
    await page.locator("#thread").get_by_role("button", name="Newest messages").click()
    await expect(page.locator("#thread").get_by_text("Paragraph 79 of")).to_be_in_viewport()


async def test_a_lost_workspace_is_said_and_read_anew_when_it_is_back(browser: Browser) -> None:
    page = await browser.new_page(locale="en-US")
    async with running(Settings()) as (_, url):
        await page.goto(f"{url}/#as=U0ADA")
        await expect(page.get_by_text("Threadwind is connected")).to_be_visible()
    await expect(page.get_by_text("The connection to the playground is lost")).to_be_visible()
    async with running(Settings(seed=Seed(greeting=GREETING)), port=int(url.rpartition(":")[2])):
        await expect(page.locator("#main article")).to_contain_text("rules, not by a model", timeout=PATIENCE_MS)
        await expect(page.get_by_text("Threadwind is connected")).to_be_visible()
        await page.close()


async def test_the_traffic_shows_each_request_filters_and_holds(visit: Visit, room: Room) -> None:
    page = await visit()
    await page.get_by_role("button", name="Traffic").click()
    panel = page.get_by_role("region", name="Traffic", exact=True)
    await room.bot.says("hello")
    await room.bot.client.post("chat.update", json={"channel": "C0GENERAL", "ts": "1.000001", "text": "x"})
    rows = panel.locator("summary")
    await expect(rows.filter(has_text="chat.update")).to_contain_text("message_not_found")
    await rows.filter(has_text="chat.postMessage").press("Enter")
    await expect(panel.get_by_role("region", name="Request", exact=True)).to_contain_text('"text": "hello"')
    await panel.get_by_role("searchbox").fill("postmess")
    await expect(rows).to_have_count(1)
    await panel.get_by_role("button", name="Pause").click()
    await room.bot.says("held")
    await expect(panel.get_by_role("button", name="Resume")).to_contain_text("held back")
    await panel.get_by_role("button", name="Resume").click()
    await expect(rows).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Traffic")).to_be_focused()


async def test_the_traffic_of_this_thread_is_that_of_the_thread_that_is_open(visit: Visit, room: Room) -> None:
    for name in ("first", "second"):
        await room.bot.says(f"answer to the {name}", thread_ts=await room.mention(name))
    page = await visit()
    await page.get_by_role("button", name="Traffic").click()
    panel = page.get_by_role("region", name="Traffic", exact=True)
    posts = panel.locator("summary").filter(has_text="chat.postMessage")
    bars = page.locator("#main .reply-bar")
    await bars.nth(0).click()
    await panel.get_by_label("This thread only").check()
    await expect(posts).to_have_count(1)
    await posts.click()
    await expect(panel).to_contain_text("answer to the first")
    await bars.nth(1).click()
    await expect(panel).not_to_contain_text("answer to the first")
    await posts.click()
    await expect(panel).to_contain_text("answer to the second")
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(page.get_by_role("button", name="Traffic")).to_be_focused()
    await expect(page.locator("#thread")).to_be_visible()
