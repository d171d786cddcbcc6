"""axe-core finds nothing serious in the states a person meets."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.async_api import Page, expect

from playground.slack.control import messages
from playground.slack.models import Message
from tests.playground.page.conftest import Room, Visit
from tests.playground.page.pictures import A_PICTURE
from tests.playground.slack.an_app import COMMANDS, SHORTCUTS
from tests.playground.slack.test_modals import EVERY_ELEMENT, OPTIONS, modal, plain

Act = Callable[[Page], Awaitable[None]]
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]

ANSWER: list[dict[str, Any]] = [
    {"type": "header", "text": {"type": "plain_text", "text": "What happened"}},
    {
        "type": "markdown",
        "text": "**late** `x` [a](https://a.example)\n\n> q\n\n```py\nx\n```\n\n|a|b|\n|-|-|\n|1|2|\n\n- [x] t",
    },
    {
        "type": "plan",
        "title": "Steps",
        "tasks": [
            {"task_id": status, "title": status, "status": status}
            for status in ("pending", "in_progress", "complete", "error")
        ],
    },
    {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": "fb",
                "positive_button": {"text": {"type": "plain_text", "text": "Helpful"}, "value": "up"},
                "negative_button": {"text": {"type": "plain_text", "text": "Not helpful"}, "value": "down"},
            }
        ],
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "AI-generated. Check important facts."}]},
]

COLOURS = ["color-contrast", "link-in-text-block"]
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
RUN = "(how) => axe.run(how).then((all) => all.violations)"  # the rest, which nobody reads, is long


async def thread(page: Page) -> None:
    await page.locator("#main .reply-bar").click()
    await expect(page.locator("#thread article")).to_have_count(2)


async def completion(page: Page) -> None:
    await page.locator("#channel-text").press_sequentially("@")
    await expect(page.get_by_role("option").first).to_be_visible()


async def inspector(page: Page) -> None:
    await page.locator(".traffic-button").click()
    await page.locator("#traffic summary").first.click()
    await expect(page.locator("#traffic .t-json")).to_be_visible()


async def people(page: Page) -> None:
    await page.locator("#acting").click()
    await expect(page.get_by_role("menu")).to_be_visible()


async def menu(page: Page) -> None:
    await page.locator(".menu-button").click()
    await expect(page.locator("#nav [aria-current]")).to_be_focused()


async def commands(page: Page) -> None:
    await page.locator("#channel-text").press_sequentially("/")
    await expect(page.locator("#channel-list [role=option]").first).to_be_visible()


async def shortcuts(page: Page) -> None:
    await page.locator("#main article").last.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem")).to_be_visible()


async def nothing(page: Page) -> None:
    await expect(page.locator("#main article").first).to_be_visible()


WIDE = (nothing, people, thread, shortcuts, completion, inspector)
NARROW = {"viewport": {"width": 390, "height": 844}}
DARK = {"color_scheme": "dark"}
WINDOWS = {
    "light": ("U0ADA", WIDE, {}),
    "dark": ("U0ADA", WIDE, DARK),
    "French": ("U0CAMILLE", (thread, inspector), {}),
    "narrow": ("U0ADA", (nothing, menu, thread), NARROW),
    "narrow and dark": ("U0ADA", (thread,), NARROW | DARK),
}


@pytest.mark.parametrize(("person", "acts", "options"), WINDOWS.values(), ids=WINDOWS)
async def test_an_accessibility_checker_finds_nothing_serious(
    visit: Visit, room: Room, person: str, acts: tuple[Act, ...], options: dict[str, Any]
) -> None:
    room.standin.grant.shortcuts = SHORTCUTS
    root = await room.mention()
    await room.bot.says("It was late.", thread_ts=root, blocks=ANSWER)
    await room.bot.call("assistant.threads.setStatus", channel_id="C0GENERAL", thread_ts=root, status="is thinking…")
    page = await visit(person, reduced_motion="reduce", **options)
    for act in acts:
        await act(page)
        assert await serious(page) == [], act.__name__
        await page.keyboard.press("Escape")  # what opened last closes


async def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What is wrong. In the dark only colours are looked at: all else is as in the light, and seen there."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE_SCRIPT)
    rules = {"runOnly": COLOURS} if await page.evaluate(IS_DARK) else {}
    found = await page.evaluate(RUN, {"resultTypes": ["violations"], **rules})
    violations = (each for each in found if each["impact"] in ("serious", "critical"))
    return [(each["id"], [node["failureSummary"] + node["html"] for node in each["nodes"]]) for each in violations]


@pytest.mark.parametrize("options", [{}, DARK, NARROW], ids=["light", "dark", "narrow"])
async def test_forms_pictures_and_commands_too(visit: Visit, room: Room, options: dict[str, Any]) -> None:
    room.standin.grant.commands, room.standin.grant.shortcuts = COMMANDS, SHORTCUTS
    upload("U0ADA", room)
    fields = [block for block, _, _ in EVERY_ELEMENT]
    select = {"type": "static_select", "action_id": "pick", "options": OPTIONS, "placeholder": plain("Colour")}
    actions = {"type": "actions", "elements": [select, {"type": "overflow", "action_id": "o", "options": OPTIONS}]}
    await room.bot.says("Which?", blocks=[actions, fields[0]], username="Billing", icon_emoji=":moneybag:")
    page = await visit(reduced_motion="reduce", **options)
    await expect(page.get_by_role("img")).to_be_visible()
    assert await serious(page) == []
    await commands(page)
    assert await serious(page) == []
    await page.locator("#channel-text").fill("")
    trigger = room.standin.triggers.issue("U0ADA")
    await room.bot.call("views.open", trigger_id=trigger, view=modal(*fields, actions))
    dialog = page.get_by_role("dialog", name="Form")
    await dialog.get_by_role("button", name="Go").click()
    await expect(dialog.get_by_text("Please complete this required field.").first).to_be_visible()
    assert await serious(page) == []
    await dialog.get_by_role("button", name="More actions").click()
    await expect(page.get_by_role("menuitem").first).to_be_visible()
    assert await serious(page) == []


def upload(user: str, room: Room) -> None:
    """A picture, said by a person."""
    file = messages.upload(room.standin, user, "plot.png", "image/png", A_PICTURE)
    said = Message(channel="C0GENERAL", ts=room.standin.ids.ts(), user=user, text="see", files=[file])
    room.standin.workspace.post(said)
