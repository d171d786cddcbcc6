"""`make demo` as a newcomer meets it: one command, a page, real turns; and again after everything was restarted."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psutil
import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Locator, Page, expect
from redis.asyncio import Redis

from tests.browser import Windows
from tests.demo.conftest import REPOSITORY, START_SECONDS, Demo

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PATIENCE_MS = 60_000
README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
TOLD = r"It is (\d\d:\d\d) in Tokyo"


@pytest_asyncio.fixture(loop_scope="module")
async def page(demo: Demo, windows: Windows) -> AsyncIterator[Page]:
    """The demo's page, opened for the first time; nothing in it may fail."""
    wrong: list[str] = []

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    listeners = {"pageerror": lambda error: wrong.append(str(error)), "console": console}
    expect.set_options(timeout=PATIENCE_MS)
    options = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US", "reduced_motion": "reduce"}
    async with windows.lent(listeners, **options) as page:
        page.set_default_timeout(PATIENCE_MS)
        await page.goto(demo.url)
        await page.wait_for_selector("#app:not([aria-busy])")
        yield page
    expect.set_options(timeout=5_000)
    assert wrong == []


def bots(page: Page, *, last: bool = True) -> Locator:
    """The bot's messages in the open thread."""
    found = page.locator("#thread article").filter(has=page.get_by_role("heading", name="Threadwind", exact=True))
    return found.last if last else found


async def mention(page: Page, text: str) -> str:
    """Type into #general and open the thread that begins there; its ts."""
    field = page.locator("#channel-text")
    before = await page.locator("#main article").count()
    await field.fill(f"@Threadwind {text}")
    await field.press("Enter")
    message = page.locator("#main article").nth(before)
    await expect(message).to_contain_text(text)
    await expect(message.get_by_role("button", name=re.compile("1 (reply|réponse)"))).to_be_visible()
    await message.get_by_role("button", name=re.compile("1 (reply|réponse)")).click()
    await expect(page).to_have_url(re.compile("thread="))
    return page.url.partition("thread=")[2].partition("&")[0]


async def conversation_of(demo: Demo, ts: str) -> str:
    async with Redis.from_url(demo.env_file()["REDIS_URL"]) as redis:
        found = await redis.hget(f"tw:thread:T0PLAY:C0GENERAL:{ts}", "conversation_id")
        return str(found.decode())


async def test_the_start_says_what_it_does_and_where_the_page_is(demo: Demo) -> None:
    said = "\n".join(demo.lines)
    assert "not from a model" in said
    assert "The MISTRAL_API_KEY in your shell is not used" in said
    assert f"  Open  {demo.url}" in demo.lines
    for part in ("store", "slack", "mistral", "push", "bot", "worker"):
        assert any(line.startswith(f"{part:<8} │ ready: ") for line in demo.lines), said


async def test_the_services_come_after_the_page_and_are_told_of_when_they_are_there(demo: Demo) -> None:
    ready = await demo.says("services │ ready: ", demo.ports["DEMO_LINEAR_PORT"])
    assert demo.lines.index(f"  Open  {demo.url}") < demo.lines.index("services │ … starting")
    assert "where people sign in" in ready


async def test_another_terminal_finds_everything_in_an_env_file_of_its_owner(demo: Demo) -> None:
    env = demo.env_file()
    assert set(env) >= {"SLACK_API_URL", "MISTRAL_API_URL", "REDIS_URL", "PLAYGROUND_URL", "SLACK_BOT_TOKEN"}
    assert set(env) >= {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN", "MISTRAL_API_KEY"}
    assert env["PLAYGROUND_URL"] == demo.url
    assert stat.S_IMODE((demo.folder / ".demo" / "env").stat().st_mode) == 0o600


async def test_the_bot_and_the_worker_get_their_settings_and_nothing_else_of_the_shell(demo: Demo) -> None:
    for part in demo.parts:
        if {"bot", "workers"} & {*part.cmdline()}:
            environment = part.environ()
            assert environment["MISTRAL_API_KEY"] == "playground-mistral-key"
            assert "UNRELATED_SECRET" not in environment


async def test_a_dotenv_of_a_real_workspace_is_left_alone(demo: Demo, page: Page) -> None:
    assert "DEFAULT_AGENT=nobody" in (demo.folder / ".env").read_text()
    await mention(page, "hello")
    await expect(bots(page)).to_contain_text("what time is it in Tokyo?")
    assert not any("nobody" in line for line in demo.lines)


@pytest.mark.parametrize("command", ["threadwind agents check", "threadwind doctor"])
async def test_a_first_look_from_another_terminal_finds_nothing_wrong(demo: Demo, command: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", f". .demo/env; {command}"),
        cwd=demo.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "DEFAULT_AGENT": "assistant"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


async def test_another_terminal_talks_to_an_agent_with_what_the_env_file_holds(demo: Demo) -> None:
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", ". .demo/env; threadwind chat assistant"),
        cwd=demo.folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "DEFAULT_AGENT": "assistant"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        said, beside = await process.communicate(b"What time is it in Tokyo?")
    assert (process.returncode, b"Tokyo" in said) == (0, True), (said, beside)
    assert b"[time: " in beside


async def test_the_page_opens_where_the_bot_says_who_it_is_with_prompts(page: Page) -> None:
    greeting = page.get_by_role("article").first
    await expect(greeting).to_contain_text("from rules, not from a model")
    assert await greeting.get_by_role("button", name=re.compile("Tokyo|tool|long|error|Camille")).count() == 5


async def test_a_typed_mention_is_answered_in_its_thread_and_hello_gets_prompts(page: Page) -> None:
    await mention(page, "hello")
    await expect(bots(page)).to_contain_text("Hello!")
    await expect(bots(page)).to_contain_text("what time is it in Tokyo?")
    await expect(page.locator("#thread").get_by_role("button", name="Stop")).to_have_count(0)


async def test_the_time_in_tokyo_is_told_by_a_tool_and_is_the_real_one(page: Page) -> None:
    await page.get_by_role("button", name="What time is it in Tokyo?").click()
    await expect(bots(page)).to_contain_text("Complete")
    await expect(bots(page)).to_contain_text("get_current_time")
    await expect(bots(page)).to_contain_text(re.compile(TOLD))
    told = re.search(TOLD, await bots(page).inner_text())
    assert told
    await expect(page.locator("#thread").get_by_role("button", name="Stop")).to_have_count(0)
    now = datetime.now(ZoneInfo("Asia/Tokyo"))
    assert told[1] in {f"{now - timedelta(minutes=ago):%H:%M}" for ago in (0, 1)}


@pytest.mark.parametrize(
    ("prompt", "answer"),
    [
        ("Search the web", "Night trains in Europe: the map for 2026"),
        ("One request, three agents", "Technical support has handed over to Billing"),
        ("Your projects in Linear", "I wait for Ada to sign in at linear"),
        ("Open an issue at GitHub", "Approve once"),
        ("Come back in a minute", "Done. It is scheduled: once, on"),
        ("Draw a picture", "image_generated_0.png"),
        ("Call a tool by its name", "14:30 in Paris is 22:30 in Tokyo"),
        ("A long answer", "If you can read this line, nothing was lost on the way."),
        ("An error", "Try again"),
        ("Let Camille ask in French", "à Tokyo, le"),
    ],
)
async def test_every_prompt_under_the_greeting_works(page: Page, prompt: str, answer: str) -> None:
    await page.get_by_role("button", name=prompt).click()
    await expect(page.locator("#thread")).to_contain_text(re.compile(answer.replace("22:30", r"2[12]:30")))


async def test_the_readmes_lines_have_a_closed_issue_begin_a_thread(demo: Demo, page: Page) -> None:
    [lines] = re.findall(r"^```sh\n(\. \.demo/env\naddress=.*?)^```$", README, re.MULTILINE | re.DOTALL)
    [command] = re.findall(r"`(/followup webhook [^`]*)`", README)
    field = page.locator("#channel-text")
    await field.fill(command)
    await field.press("Enter")
    await page.locator("#main").get_by_role("button", name="Show address").last.click()
    shown = page.locator("#main article", has_text="Secret: ").last
    await expect(shown.locator("code")).to_have_count(3)  # and the event
    address, secret, _ = await shown.locator("code").all_inner_texts()
    for name, value in (("address", address.rpartition("/")[2]), ("secret", secret)):
        lines = re.sub(rf"^({name}=.*)…$", rf"\g<1>{value}", lines, flags=re.MULTILINE)
    process = await asyncio.create_subprocess_exec(
        *("sh", "-e", "-c", lines), cwd=demo.folder, env={"PATH": os.environ["PATH"]}, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    begun = page.locator("#main li.entry").filter(has_text="tell me what closed").filter(has_text="1 reply")
    await begun.locator(".reply-bar").click()
    await expect(bots(page)).to_contain_text("This came in: issues.closed: playground/storefront#1")


async def test_a_whole_story_in_french(page: Page) -> None:
    await page.locator("#acting").click()
    await page.get_by_role("menuitemradio", name="Camille").click()
    await expect(page.get_by_role("textbox", name="Écrire dans #general")).to_be_visible()
    await mention(page, "quelle heure est-il à Tokyo ?")
    await expect(bots(page)).to_contain_text("Terminé")
    await expect(bots(page)).to_contain_text(re.compile(r"Il est \d\d:\d\d à Tokyo, le \w+ \d+ \w+ \d{4}"))
    field = page.locator("#thread textarea")
    await field.fill("@Threadwind une erreur, s’il te plaît")
    await field.press("Enter")
    await expect(bots(page).get_by_role("button", name="Réessayer")).to_be_visible()
    assert not re.search(r"\b(the|again|could not)\b", await bots(page).inner_text())


async def test_a_saved_agent_is_reloaded_says_so_and_is_offered(demo: Demo, page: Page) -> None:
    seen = len(demo.lines)
    agent = demo.folder / "agents" / "bookseller.md"
    agent.write_text("---\nmodel: mistral-small-latest\ndescription: Finds books.\n---\nYou find books.\n")
    await demo.says("bot ", "agents.reloaded", "bookseller", after=seen)
    await demo.says("worker ", "agents.reloaded", "bookseller", after=seen)
    for _ in range(20):  # the page reads the list when it is opened
        await page.reload()
        await page.wait_for_selector("#app:not([aria-busy])")
        await page.locator("#channel-text").press_sequentially("@thr")
        await page.locator("#channel-text").press("Enter")
        await page.locator("#channel-text").press_sequentially("+book")
        if await page.get_by_role("option").count():
            break
    await expect(page.get_by_role("option")).to_contain_text("+bookseller")


async def test_a_part_that_crashes_is_started_again_with_a_sentence(demo: Demo, page: Page) -> None:
    seen = len(demo.lines)
    worker = next(part for part in demo.parts if "workers" in part.cmdline())
    worker.send_signal(signal.SIGKILL)
    await demo.says("worker was ended by SIGKILL; starting it again.", after=seen)
    await demo.says("worker ", "ready: ", after=seen, within=START_SECONDS)
    demo.parts = psutil.Process(demo.process.pid).children(recursive=True) if demo.process else []
    await mention(page, "hello after the crash")
    await expect(bots(page)).to_contain_text("Hello!")


async def test_threads_keep_their_conversations_also_after_a_restart_of_everything(demo: Demo, page: Page) -> None:
    first = await mention(page, "hello from the first thread")
    await expect(bots(page)).to_contain_text("Hello!")
    field = page.locator("#thread textarea")
    await field.fill("@Threadwind what did I say?")
    await field.press("Enter")
    await expect(bots(page)).to_contain_text("Before this you wrote:")
    begun = await conversation_of(demo, first)
    second = await mention(page, "hello from another thread")
    await expect(bots(page)).to_contain_text("Hello!")
    other = await conversation_of(demo, second)
    assert begun != other

    await page.goto("about:blank")  # it would complain, rightly, that nobody answers
    assert await demo.end(signal.SIGINT) == 0
    assert demo.left == []
    await demo.start()

    again = await page.context.new_page()
    await again.goto(f"{demo.url}/?channel=C0GENERAL&ts={first}&thread_ts={first}")
    await again.wait_for_selector("#app:not([aria-busy])")
    await (
        again.locator("#main article", has_text="hello from the first thread")
        .get_by_role("button", name=re.compile("repl"))
        .click()
    )
    field = again.locator("#thread textarea")
    await field.fill("@Threadwind what have I asked?")
    await field.press("Enter")
    await expect(bots(again, last=False)).to_have_count(3)
    await expect(bots(again)).to_contain_text("hello from the first thread")
    assert await conversation_of(demo, first) == begun
    assert await conversation_of(demo, second) == other


async def test_sigterm_ends_it_and_leaves_no_process(demo: Demo) -> None:
    assert await demo.end(signal.SIGTERM) == 0
    assert len(demo.parts) >= 5
    assert demo.left == []
    assert demo.lines[-1] == "demo     │ stopped; nothing is left running."
