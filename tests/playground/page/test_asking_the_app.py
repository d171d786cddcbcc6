"""Commands, shortcuts, forms, files and speakers in the page, with an app on Bolt behind them."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.playground.page.conftest import Room, Visit
from tests.playground.page.pictures import A_PICTURE
from tests.playground.slack.an_app import COMMANDS, SHORTCUTS, app, hearing
from tests.playground.slack.conftest import BOT, World
from tests.playground.slack.test_modals import EVERY_ELEMENT, OPTIONS, field, modal, plain

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

NARROW = {"viewport": {"width": 390, "height": 844}}
GENERAL = "C0GENERAL"
TALL = "\n".join(f"*agent-{number}*: what it is for" for number in range(60))
FROM_THE_END = (
    "(() => { const pane = document.querySelector('#main .scroller');"
    " return pane.scrollHeight - pane.scrollTop - pane.clientHeight })()"
)
LOCAL_MINUTE = "() => new Date(1790000040000).toLocaleString('sv').slice(0, 16).replace(' ', 'T')"
INSIDE = "document.activeElement === document.body || !!document.activeElement.closest('dialog')"


@pytest_asyncio.fixture(loop_scope="package")
async def world(room: Room) -> AsyncIterator[World]:
    """The room as the app's developer has it, with the app's commands and shortcuts."""
    room.standin.grant.commands, room.standin.grant.shortcuts = COMMANDS, SHORTCUTS
    async with aiohttp.ClientSession() as http:
        slack = AsyncWebClient(token=room.standin.settings.bot_token, base_url=f"{room.url}/api/", session=http)
        yield World(room.standin, room.url, http, slack)


@contextlib.asynccontextmanager
async def a_branching_app(world: World) -> AsyncIterator[asyncio.Queue[dict[str, Any]]]:
    """Its shortcut opens a form; what is sent or said comes out of the queue."""
    bolt, heard = app(world), asyncio.Queue[dict[str, Any]]()

    async def opens(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=modal(*(block for block, _, _ in EVERY_ELEMENT)))

    async def form(ack: AsyncAck, body: dict[str, Any]) -> None:
        text = body["view"]["state"]["values"]["text"]["text-it"]["value"]
        if text == "wrong":
            await ack(response_action="errors", errors={"text": "Not that."})
        else:
            await ack()
        await heard.put(body)

    bolt.shortcut("branch")(opens)
    bolt.shortcut("ask")(opens)
    bolt.view("form")(form)
    _remembers(bolt, heard)
    async with hearing(world, bolt):
        yield heard


def _remembers(bolt: AsyncApp, heard: asyncio.Queue[dict[str, Any]]) -> None:
    async def remember(ack: AsyncAck, body: dict[str, Any]) -> None:
        await ack()
        await heard.put(body)

    bolt.action(re.compile(".*"))(remember)
    bolt.view_closed("form")(remember)


async def the_form(page: Page, world: World) -> Any:
    """Ada has a form with two fields open; the dialog."""
    await world.slack.views_open(
        trigger_id=world.standin.triggers.issue("U0ADA"),
        view=modal(field("Question", "plain_text_input"), field("Count", "number_input", is_decimal_allowed=False)),
    )
    dialog = page.get_by_role("dialog", name="Form")
    await expect(dialog).to_be_visible()
    return dialog


async def test_a_slash_offers_the_apps_commands_and_says_how_to_go_on(visit: Visit, world: World) -> None:
    bolt, texts = app(world), list[str]()

    @bolt.command("/agent")
    async def agent(ack: AsyncAck, command: dict[str, Any]) -> None:
        texts.append(command["text"])
        await ack("Three agents are here.")

    page = await visit()
    text = page.locator("#channel-text")
    async with hearing(world, bolt):
        await text.press_sequentially("/")
        await expect(page.get_by_role("option")).to_have_text(
            [
                re.compile(r"/agent \[name\] \[question\].*Pick an agent"),
                re.compile("/raw"),
                re.compile("/invite @name"),
                re.compile("Ask"),
            ]
        )
        await text.press_sequentially("ag")
        await text.press("Enter")
        await expect(page.locator("#main .hint")).to_have_text("/agent [name] [question] · Pick an agent")
        await text.press_sequentially("list for @ca")
        await text.press("Enter")
        await expect(text).to_have_value("/agent list for @Camille ")
        await text.press("Enter")
        await expect(page.locator("#main article").last).to_contain_text("Three agents are here.")

    assert texts == ["list for <@U0CAMILLE|camille>"]
    await expect(page.locator("#main article").last).to_contain_text("Only visible to you")
    assert [message.text for message in world.standin.workspace.conversations[GENERAL].messages.values()][1:] == []


async def test_slack_says_of_an_unknown_command_that_it_is_none(visit: Visit, world: World) -> None:
    page = await visit("U0CAMILLE")
    await page.locator("#channel-text").fill("/nothing at all")
    await page.locator("#channel-text").press("Enter")

    said = page.locator("#main article").last
    await expect(said).to_contain_text("/nothing n’est pas une commande valide.")
    await expect(said.get_by_role("heading")).to_have_text("Slackbot")


async def test_the_app_is_invited_where_it_is_not(visit: Visit, world: World) -> None:
    page = await visit(where="&in=C0RANDOM")
    text = page.locator("#channel-text")
    await text.fill("@Threadwind are you there?")
    await text.press("Enter")
    await expect(page.locator("#main article").last).to_contain_text("“/invite @Threadwind” adds them.")
    await text.press_sequentially("/inv")
    await text.press("Enter")
    await text.press_sequentially("@thr")
    await text.press("Enter")
    await expect(text).to_have_value("/invite @Threadwind ")
    await text.press("Enter")

    await expect(page.locator("#main article").last).to_contain_text("Added to #random: @Threadwind.")
    assert BOT in world.standin.workspace.conversations["C0RANDOM"].members


async def test_a_blank_before_the_slash_makes_it_a_message(visit: Visit, world: World) -> None:
    page = await visit()
    await page.locator("#channel-text").fill(" /agent is a command")
    await page.locator("#channel-text").press("Enter")

    await expect(page.locator("#main article").last).to_contain_text("/agent is a command")
    assert not world.standin.workspace.whispers


async def test_who_asked_stands_over_an_answer_for_all(visit: Visit, world: World) -> None:
    bolt = app(world)

    @bolt.command("/agent")
    async def agent(ack: AsyncAck) -> None:
        await ack(text="The support agent.", response_type="in_channel")

    page = await visit("U0GRACE")
    async with hearing(world, bolt):
        await world.post("command", user="U0ADA", channel=GENERAL, text="/agent show support")

    answer = page.locator("#main article").last
    await expect(answer).to_contain_text("Ada used /agent show support")
    await expect(answer).to_contain_text("The support agent.")


async def test_answers_come_into_sight_also_behind_one_that_is_taller_than_the_pane(
    visit: Visit, room: Room, world: World
) -> None:
    bolt, answers = app(world), iter([TALL, "The second answer.", "The third answer."])

    @bolt.command("/agent")
    async def agent(ack: AsyncAck) -> None:
        await ack(next(answers))

    page = await visit(where=f"&in={GENERAL}&thread={await room.mention()}")
    messages, scroller = page.locator("#main article"), page.locator("#main .scroller")
    async with hearing(world, bolt):
        await _command(page, "/agent")
        await expect(messages.last.get_by_role("heading")).to_be_in_viewport()  # a long one is read from its first line
        assert await page.evaluate(FROM_THE_END) > 100
        await _command(page, "/agent")
        await expect(messages.last).to_contain_text("The second answer.")
        await expect(messages.last).to_be_in_viewport(ratio=1)

        await scroller.hover()
        await page.mouse.wheel(0, -700)
        await expect(page.locator("#main .newest")).to_be_visible()
        await room.bot.says("words of others")
        await expect(messages.last).to_contain_text("words of others")
        await expect(messages.last).not_to_be_in_viewport()  # the reader has scrolled away
        await _command(page, "/agent")
        await expect(messages.last).to_contain_text("The third answer.")
        await expect(messages.last).to_be_in_viewport(ratio=1)


async def test_what_comes_of_a_messages_menu_comes_into_sight(visit: Visit, room: Room, world: World) -> None:
    bolt = app(world)

    @bolt.shortcut("branch")
    async def branch(ack: AsyncAck, client: AsyncWebClient) -> None:
        await ack()
        await client.chat_postEphemeral(channel=GENERAL, user="U0ADA", text="There is no conversation of mine.")

    for number in range(30):
        await room.says("U0CAMILLE", f"line {number}")
    page = await visit()
    first = page.locator("#main article").nth(3)
    await first.scroll_into_view_if_needed()
    await expect(page.locator("#main .newest")).to_be_visible()
    async with hearing(world, bolt):
        await first.hover()
        await first.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Branch from here").click()
        last = page.locator("#main article").last
        await expect(last).to_contain_text("There is no conversation of mine.")
        await expect(last).to_be_in_viewport(ratio=1)


async def test_a_thread_that_ones_own_command_began_opens(visit: Visit, room: Room, world: World) -> None:
    bolt = app(world)

    @bolt.command("/agent")
    async def agent(ack: AsyncAck) -> None:
        await ack()
        await room.bot.says("Ada asks Timekeeper:\n> what time is it?")

    ada, grace = await visit(where=f"&in={GENERAL}&thread={await room.mention()}"), await visit("U0GRACE")
    async with hearing(world, bolt):
        await _command(ada, "/agent timekeeper what time is it?")
        await expect(ada.locator("#thread article")).to_have_count(1)
        await expect(ada.locator("#thread article")).to_contain_text("Ada asks Timekeeper:")
    await expect(grace.locator("#main article").last).to_contain_text("Ada asks Timekeeper:")
    await expect(grace.locator("#thread")).to_be_hidden()


async def test_a_commands_answer_for_all_is_no_thread_to_open(visit: Visit, world: World) -> None:
    bolt = app(world)

    @bolt.command("/agent")
    async def agent(ack: AsyncAck) -> None:
        await ack(text="Ada has made Oracle the one who answers here.", response_type="in_channel")

    page = await visit(where=f"&in={GENERAL}")
    async with hearing(world, bolt):
        await _command(page, "/agent default oracle")
        await expect(page.locator("#main article").last).to_contain_text("Ada has made Oracle")
    await expect(page.locator("#thread")).to_be_hidden()


async def _command(page: Page, line: str) -> None:
    await page.locator("#channel-text").fill(line)
    await page.locator("#channel-text").press("Enter")


async def test_a_messages_shortcut_is_reached_and_its_form_filled_by_keyboard(
    visit: Visit, room: Room, world: World
) -> None:
    await room.mention()
    page = await visit()
    async with a_branching_app(world) as heard:
        more = page.locator("#main article").last.get_by_role("button", name="More actions")
        await more.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem", name="Branch from here")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(more).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Form")
        first = dialog.get_by_label("text", exact=True)
        await expect(first).to_be_focused()
        await page.keyboard.press("Enter")  # sends; nothing is filled in
        await expect(first).to_have_attribute("aria-invalid", "true")
        await expect(first).to_have_accessible_description("Please complete this required field.")
        await expect(first).to_be_focused()
        await _fill(dialog)
        await first.fill("wrong")
        await first.press("Enter")
        await expect(first).to_have_accessible_description("Not that.")
        await first.fill("hi")
        await first.press("Enter")
        await expect(dialog).to_be_hidden()
        await expect(more).to_be_focused()
        sent = [await asyncio.wait_for(heard.get(), 5) for _ in range(2)][-1]

    values = sent["view"]["state"]["values"]
    expected = {block["block_id"]: {f"{block['block_id']}-it": entry} for block, _, entry in EVERY_ELEMENT}
    assert values == expected


async def _fill(dialog: Any) -> None:
    """The values of EVERY_ELEMENT, as a person puts them in."""
    await dialog.get_by_label("count").fill("3")
    await dialog.get_by_label("one", exact=True).select_option("green")
    some = dialog.get_by_role("group", name="some")
    await some.get_by_label("Red").check()
    await some.get_by_label("Blue").check()
    await dialog.get_by_role("group", name="radio").get_by_label("Red").check()
    boxes = dialog.get_by_role("group", name="boxes")
    await boxes.get_by_label("Red").uncheck()
    await boxes.get_by_label("Blue").check()
    await dialog.get_by_label("who", exact=True).select_option("Camille Claudel")
    await dialog.get_by_role("group", name="whom").get_by_label("Ada Lovelace").check()
    await dialog.get_by_label("where").select_option("#general")
    await dialog.get_by_label("day").fill("2026-11-27")
    await dialog.get_by_label("hour").fill("14:02")
    moment = dialog.get_by_label("moment")
    await moment.fill(await moment.evaluate(LOCAL_MINUTE))


async def test_the_keyboard_stays_in_a_form_until_it_is_left(visit: Visit, world: World) -> None:
    page = await visit()
    await page.locator("#channel-text").focus()
    dialog = await the_form(page, world)
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(INSIDE)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#channel-text")).to_be_focused()
    assert world.standin.modals.of("U0ADA") == []


async def test_words_that_were_typed_outlive_the_apps_changes(visit: Visit, world: World) -> None:
    page = await visit()
    dialog = await the_form(page, world)
    await dialog.get_by_label("Question").fill("half a sen")
    [view] = world.standin.modals.of("U0ADA")
    changed = modal(field("Question", "plain_text_input"), field("New", "datepicker"), title=plain("Changed"))
    await world.slack.views_update(view_id=view.id, view=changed)

    dialog = page.get_by_role("dialog", name="Changed")
    await expect(dialog.get_by_label("New")).to_be_visible()
    await expect(dialog.get_by_label("Question")).to_have_value("half a sen")
    await expect(dialog.get_by_label("Question")).to_be_focused()


async def test_a_form_nobody_hears_says_so_and_keeps_the_words(visit: Visit, world: World) -> None:
    page = await visit()
    dialog = await the_form(page, world)
    await dialog.get_by_label("Question").fill("why?")
    await dialog.get_by_label("Count").fill("3")
    await dialog.get_by_role("button", name="Go").click()

    await expect(dialog.get_by_role("alert")).to_have_text("We had some trouble connecting. Try again?")
    await expect(dialog.get_by_label("Question")).to_have_value("why?")
    await page.reload()
    await expect(page.get_by_role("dialog").get_by_label("Question")).to_have_value("why?")


async def test_a_second_view_lies_on_the_first_and_leaving_it_shows_the_first(visit: Visit, world: World) -> None:
    page = await visit()
    dialog = await the_form(page, world)
    await dialog.get_by_label("Question").fill("first")
    trigger = world.standin.triggers.issue("U0ADA")
    await world.slack.views_push(trigger_id=trigger, view=modal(title=plain("Second"), close=plain("Back")))
    await page.get_by_role("dialog", name="Second").get_by_role("button", name="Back").click()

    await expect(page.get_by_role("dialog", name="Form").get_by_label("Question")).to_have_value("first")


async def test_elements_in_messages_tell_the_app_and_what_stands_beside_them(
    visit: Visit, room: Room, world: World
) -> None:
    select = {"type": "static_select", "action_id": "pick", "options": OPTIONS, "placeholder": plain("Colour")}
    more = {"type": "overflow", "action_id": "more", "options": OPTIONS}
    blocks = [
        {"type": "actions", "block_id": "row", "elements": [select, more]},
        field("why", "plain_text_input"),
    ]
    await room.bot.says("Which?", blocks=blocks)
    page = await visit()
    message = page.locator("#main article").last
    async with a_branching_app(world) as heard:
        await message.get_by_label("why").fill("because")
        await message.get_by_label("Colour").select_option("Blue")
        picked = await asyncio.wait_for(heard.get(), 5)
        await message.locator(".b-actions").get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name="Green").click()
        overflown = await asyncio.wait_for(heard.get(), 5)

    assert picked["actions"][0]["selected_option"]["value"] == "blue"
    assert picked["state"]["values"]["why"]["why-it"]["value"] == "because"
    assert (overflown["actions"][0]["type"], overflown["actions"][0]["selected_option"]["value"]) == (
        *("overflow", "green"),
    )


async def test_a_global_shortcut_is_picked_behind_a_slash(visit: Visit, world: World) -> None:
    page = await visit()
    async with a_branching_app(world):
        await page.locator("#channel-text").press_sequentially("/ask")
        await page.get_by_role("option", name="Ask").click()
        await expect(page.get_by_role("dialog", name="Form")).to_be_visible()

    await expect(page.locator("#channel-text")).to_have_value("")


async def test_files_are_dropped_seen_and_lost(visit: Visit, room: Room, world: World) -> None:
    page = await visit()
    carried = await page.evaluate_handle(
        """(bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "plot of the week.png", { type: "image/png" }));
            data.items.add(new File(["a,b"], "table.csv", { type: "text/csv" }));
            return data;
        }""",
        list(A_PICTURE),
    )
    await page.dispatch_event("#main .scroller", "drop", {"dataTransfer": carried})
    await expect(page.locator("#main .attached .file-name")).to_have_text(["plot of the week.png", "table.csv"])
    await page.locator("#channel-text").fill("see here")
    await page.locator("#channel-text").press("Enter")

    message = page.locator("#main article").last
    picture = message.get_by_role("img", name="plot of the week.png")
    await expect(picture).to_be_visible()
    await page.wait_for_function("(img) => img.naturalWidth > 0", arg=await picture.element_handle())
    await expect(message.get_by_role("link", name=re.compile("Download table.csv"))).to_be_visible()
    said = list(world.standin.workspace.conversations[GENERAL].messages.values())[-1]
    assert [(file.name, file.mimetype, file.length) for file in said.files] == [
        ("plot of the week.png", "image/png", len(A_PICTURE)),
        ("table.csv", "text/csv", 3),
    ]
    await world.post("delete_file", user="U0ADA", file=said.files[1].id)
    await expect(message).to_contain_text("This file was deleted.")


async def test_a_picture_of_the_bot_has_its_words(visit: Visit, world: World) -> None:
    await world.slack.files_upload_v2(
        channel=GENERAL, content=A_PICTURE, filename="plot.png", alt_txt="Deploys rise from 2 to 9", title="Deploys"
    )
    file = list(world.standin.workspace.files.values())[-1]
    image = {"type": "image", "alt_text": "The same again", "slack_file": {"id": file.id}, "title": plain("Plot")}
    await world.slack.chat_postMessage(channel=GENERAL, text="again", blocks=[image])
    page = await visit()

    await expect(page.get_by_role("img", name="Deploys rise from 2 to 9")).to_be_visible()
    await expect(page.get_by_role("figure").get_by_role("img", name="The same again")).to_be_visible()


async def test_speakers_have_their_own_name_and_face_beside_the_mark_of_an_app(visit: Visit, world: World) -> None:
    root = (await world.post("say", user="U0ADA", channel=GENERAL, text="<@U0BOT> who is there?"))["ts"]
    long_name = "Billing-and-invoices-and-everything-else-" * 3
    speakers: list[dict[str, Any]] = [
        {"username": "Billing", "icon_emoji": ":moneybag:"},
        {"username": "Front Desk", "icon_emoji": ":no_such_sign:"},
        {"username": long_name[:80], "icon_url": "https://icons.example/never-fetched.png"},
        {},
    ]
    for speaker in speakers:
        await world.slack.chat_postMessage(channel=GENERAL, thread_ts=root, text="words " + "x" * 400, **speaker)
    page = await visit(where=f"&in={GENERAL}&thread={root}", **NARROW)

    articles = page.locator("#thread article")
    await expect(articles).to_have_count(5)
    await expect(articles.nth(1).locator(".head")).to_contain_text(re.compile("Billing.*App", re.DOTALL))
    await expect(articles.nth(1).locator(".avatar")).to_have_text("💰")
    await expect(articles.nth(2).locator(".avatar")).to_have_text("FD")
    await expect(articles.nth(4).get_by_role("heading")).to_have_text("Threadwind")
    overflow = await page.locator("#thread .scroller").evaluate("(e) => e.scrollWidth - e.clientWidth")
    assert overflow <= 0


async def test_groups_are_named_and_people_are_who_they_are(visit: Visit, room: Room, world: World) -> None:
    await room.says("U0ADA", "ask @support please")
    await room.bot.says("I ask <!subteam^S0LEADS>")
    page = await visit()
    await expect(page.locator("#main article").nth(1).locator(".mention")).to_have_text("@support")
    await expect(page.locator("#main article").nth(2).locator(".mention")).to_have_text("@leads")
    await page.locator("#channel-text").press_sequentially("@sup")
    await expect(page.get_by_role("option", name="@support")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.locator("#acting").click()
    for name, detail in (("Grace Hopper", "admin"), ("Hugo Guest", "guest"), ("Iris Partner", "other company")):
        await expect(page.get_by_role("menuitemradio", name=name)).to_contain_text(detail)
    await page.get_by_role("menuitemradio", name="Iris Partner").click()
    await expect(page.get_by_role("heading", name="partners")).to_be_visible()
    await expect(page.locator("#main .pane-sub")).to_contain_text("shared with another company")
