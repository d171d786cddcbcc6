"""What a person does in the page: read, write, answer, switch, by mouse and by keyboard."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Route, expect

from playground.slack.models import OfferedAgent
from tests.playground.page.conftest import Room, Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


async def test_it_opens_where_the_bot_has_said_who_it_is(visit: Visit) -> None:
    page = await visit()
    greeting = page.get_by_role("article").first
    await expect(greeting).to_contain_text("rules, not by a model")
    await expect(greeting.get_by_role("button", name="What time is it?")).to_be_visible()
    await expect(page.get_by_role("heading", name="general")).to_be_visible()


async def test_a_prompt_is_said_to_the_bot_and_opens_its_thread(visit: Visit, room: Room) -> None:
    page = await visit()
    await page.get_by_role("button", name="What time is it?").click()
    thread = page.get_by_role("complementary", name=re.compile("Thread"))
    await expect(thread.get_by_role("article")).to_contain_text("@Threadwind what time is it in Tokyo")
    said = list(room.standin.workspace.conversations["C0GENERAL"].messages.values())[-1]
    assert (said.user, said.text) == ("U0ADA", "<@U0BOT> what time is it in Tokyo")


async def test_a_prompt_for_a_second_person_joins_the_thread_and_switches_the_page(visit: Visit, room: Room) -> None:
    page = await visit()
    await page.get_by_role("button", name="What time is it?").click()
    await expect(page.locator("#thread article")).to_have_count(1)
    await page.get_by_role("button", name="Ask as Camille").click()
    await expect(page.locator("#acting")).to_contain_text("Camille Claudel")
    await expect(page.locator("#thread article").last).to_contain_text("quelle heure est-il ?")
    assert await page.evaluate("document.documentElement.lang") == "fr"
    said = list(room.standin.workspace.conversations["C0GENERAL"].messages.values())[-1]
    assert said.user == "U0CAMILLE"
    assert said.thread_ts is not None


async def test_a_button_that_is_a_prompt_is_said_in_the_thread_it_stands_in(visit: Visit, room: Room) -> None:
    root = await room.mention("hello")
    button: dict[str, Any] = {"type": "button", "action_id": "prompt_1", "value": "what time is it in Tokyo"}
    button["text"] = {"type": "plain_text", "text": "Time in Tokyo"}
    await room.bot.says("Try this", thread_ts=root, blocks=[{"type": "actions", "elements": [button]}])
    page = await visit(where=f"&in=C0GENERAL&thread={root}")
    await page.get_by_role("button", name="Time in Tokyo").click()
    await expect(page.locator("#thread article").last).to_contain_text("@Threadwind what time is it in Tokyo")
    assert list(room.standin.workspace.conversations["C0GENERAL"].messages.values())[-1].thread_ts == root


async def test_enter_sends_and_shift_enter_starts_a_line(visit: Visit, room: Room) -> None:
    page = await visit()
    field = page.get_by_role("textbox", name="Message #general")
    await field.fill("first")
    await field.press("Shift+Enter")
    await field.press_sequentially("second")
    await field.press("Enter")
    await expect(page.locator("#main article").last).to_contain_text("first")
    await expect(field).to_have_value("")
    assert list(room.standin.workspace.conversations["C0GENERAL"].messages.values())[-1].text == "first\nsecond"


async def test_at_offers_people_and_tab_takes_one(visit: Visit, room: Room) -> None:
    page = await visit()
    field = page.locator("#channel-text")
    await field.press_sequentially("hello @")
    options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
    await expect(options.first).to_contain_text("Threadwind")
    await expect(field).to_have_attribute("aria-activedescendant", re.compile("-0$"))
    await field.press("ArrowDown")
    await expect(field).to_have_attribute("aria-activedescendant", re.compile("-1$"))
    await field.press_sequentially("gr")
    await expect(options).to_have_count(1)
    await field.press("Tab")
    await expect(field).to_have_value("hello @Grace ")
    await field.press_sequentially("and `@ada` in code")
    await field.press("Enter")
    await expect(page.locator("#main article").last).to_contain_text("hello @Grace and")
    assert (
        list(room.standin.workspace.conversations["C0GENERAL"].messages.values())[-1].text
        == "hello <@U0GRACE> and `@ada` in code"
    )


async def test_plus_offers_agents_behind_the_mention_of_the_bot(visit: Visit) -> None:
    page = await visit()
    await page.route(
        "**/_control/agents", lambda route: route.fulfill(json={"ok": True, "agents": [{"name": "clock"}]})
    )
    await page.reload()
    await page.wait_for_selector("#app:not([aria-busy])")
    field = page.locator("#channel-text")
    await field.press_sequentially("1 +")
    await expect(page.get_by_role("option")).to_have_count(0)
    await field.fill("")
    await field.press_sequentially("@thr")
    await field.press("Enter")
    await field.press_sequentially("+")
    await expect(page.get_by_role("option")).to_contain_text("+clock")
    await field.press("Escape")
    await expect(page.get_by_role("option")).to_have_count(0)
    await field.press_sequentially("c")
    await field.press("Enter")
    await expect(field).to_have_value("@Threadwind +clock ")


async def test_plus_offers_an_agent_saved_since_the_page_was_opened(visit: Visit, room: Room) -> None:
    room.standin.agents = [OfferedAgent(name="clock")]
    page = await visit()
    field = page.locator("#channel-text")
    await field.press_sequentially("@thr")
    await field.press("Enter")
    room.standin.agents = [OfferedAgent(name="clock"), OfferedAgent(name="poet")]
    await field.press_sequentially("+")
    await expect(page.get_by_role("option")).to_have_text([re.compile(r"\+clock"), re.compile(r"\+poet")])
    await field.press("Backspace")
    room.standin.agents = [OfferedAgent(name="poet")]
    await field.press_sequentially("+")
    await expect(page.get_by_role("option")).to_have_text([re.compile(r"\+poet")])


async def test_the_second_skip_link_leads_to_the_message_box(visit: Visit) -> None:
    page = await visit()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the message box")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Message #general")).to_be_focused()


async def test_a_thread_is_opened_and_left_by_keyboard_alone(visit: Visit, room: Room) -> None:
    root = await room.mention()
    await room.bot.says("The 14:02 deploy.", thread_ts=root)
    page = await visit()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the skip link
    await expect(page.locator("#main article").last).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#main article").first).to_be_focused()
    await page.keyboard.press("End")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Reply…")).to_be_focused()
    await page.keyboard.type("and before?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#thread article")).to_have_count(3)
    await page.keyboard.press("Escape")
    await expect(page.locator("#thread")).to_be_hidden()
    await expect(page.locator("#main article").last).to_be_focused()
    await expect(page.locator("#main article").last).to_contain_text("2 replies")


async def test_switching_to_the_french_person_switches_the_words(visit: Visit, room: Room) -> None:
    page = await visit()
    await page.locator("#acting").click()
    await page.get_by_role("menuitemradio", name="Camille").click()
    await expect(page.get_by_role("textbox", name="Écrire dans #general")).to_be_visible()
    await expect(page.get_by_role("heading", name="Canaux")).to_be_visible()
    await expect(page.get_by_role("button", name="board-room")).to_have_count(0)  # she is not in it


async def test_what_was_said_elsewhere_is_marked_until_it_is_read(visit: Visit, room: Room) -> None:
    page = await visit()
    await room.says("U0GRACE", "in the other channel", channel="C0RANDOM")
    row = page.get_by_role("navigation").get_by_role("button", name=re.compile("random"))
    await expect(row).to_contain_text("1 new message")
    await row.click()
    await expect(page.locator(".line.new")).to_be_visible()
    await expect(row).not_to_contain_text("new")


async def test_ones_own_message_is_edited_in_place_and_deleted_after_a_question(visit: Visit, room: Room) -> None:
    await room.says("U0ADA", "<@U0GRACE> helo")
    page = await visit()
    message = page.locator("#main article").last
    await message.hover()
    await message.get_by_role("button", name="Edit").click()
    field = page.get_by_role("textbox", name="Edit your message")
    await expect(field).to_have_value("@Grace helo")
    await field.fill("@Grace hello")
    await field.press("Enter")
    await expect(message).to_contain_text("@Grace hello (edited)")
    await message.hover()
    await message.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.locator("#main article")).to_have_count(1)


async def test_a_file_is_attached_said_and_offered_for_download(visit: Visit, room: Room) -> None:
    page = await visit()
    report = {"name": "report.md", "mimeType": "text/markdown", "buffer": b"x" * 48_000}
    await page.locator("#main input[type=file]").set_input_files(report)  # type: ignore[arg-type]  # a FilePayload
    await page.locator("#channel-text").fill("here it is")
    await page.locator("#channel-text").press("Enter")
    message = page.locator("#main article").last
    await expect(message).to_contain_text("48 kB")
    async with page.expect_download() as download:
        await message.get_by_role("link", name="Download report.md, 48 kB").click()
    assert (await download.value).suggested_filename == "report.md"


async def test_what_was_written_is_not_lost_when_it_cannot_be_sent(visit: Visit) -> None:
    page = await visit()
    refusal = {"ok": False, "error": "no", "detail": "Not now."}
    await page.route("**/_control/say", lambda route: route.fulfill(status=200, json=refusal))
    field = page.locator("#channel-text")
    await field.fill("precious")
    await field.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Not now.")
    await expect(field).to_have_value("precious")


async def test_what_is_sent_while_the_last_is_on_its_way_follows_it(visit: Visit) -> None:
    page = await visit()
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await page.route("**/_control/say", hold, times=1)
    field = page.locator("#channel-text")
    for text in ("the first", "the second"):
        await field.fill(text)
        await field.press("Enter")
    await expect(field).to_have_value("the second")
    released.set()
    await expect(field).to_have_value("")
    await expect(page.locator("#main article").last).to_contain_text("the second")


async def test_a_permalink_leads_to_its_message(visit: Visit, room: Room) -> None:
    root = await room.mention()
    reply = await room.bot.says("The 14:02 deploy.", thread_ts=root)
    link = (await room.bot.call("chat.getPermalink", channel="C0GENERAL", message_ts=reply))["permalink"]
    page = await visit()
    await page.goto(link)
    await page.wait_for_selector("#app:not([aria-busy])")
    await expect(page.locator("#thread article").last).to_be_focused()
