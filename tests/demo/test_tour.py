"""docs/tour.md, row by row, against the running demo: what it says is typed, and what it quotes is seen."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, Locator, Page, TimeoutError, expect

from tests.demo.conftest import REPOSITORY, Demo, demo_in
from tests.playground.agents_api.pdf import pdf
from tests.playground.page.pictures import A_PICTURE

PATIENCE_MS = 60_000  # on a busy machine
LOOKS_MS = 100  # and not at each frame
LONGEST_SECONDS = 400  # about 60 on an idle one
TOUR = REPOSITORY / "docs" / "tour.md"
IDS = {"Ada": "U0ADA", "Camille": "U0CAMILLE", "Grace": "U0GRACE", "Hugo": "U0HUGO"}
CHANNELS = {"general": "C0GENERAL", "support": "C0SUPPORT"}
ROW = re.compile(r"^\| (?P<who>\w*) ?\| (?P<do>[^|]+) \| (?P<see>[^|]+) \|$", re.MULTILINE)
SEEN = re.compile(r"“([^“”]*)”")
TYPED = re.compile(r"`([^`]+)`")
BUTTON = re.compile(r"\*\*([^*]+)\*\*")
ENDED = re.compile(r"turn\.ended.*\bturn=(\w+)")
CONTAINS = """([where, after, words]) => [...document.querySelectorAll(where)].slice(after)
    .some((one) => one.textContent.replace(/\\s/g, " ").includes(words))"""
FILES: dict[str, tuple[str, bytes]] = {
    "boat.png": ("image/png", A_PICTURE),
    "invoice.pdf": ("application/pdf", pdf("Invoice 2026-118, 420 euros")),
    "notes.txt": ("text/plain", b"Parking: level 2 for guests."),
    "song.mp3": ("audio/mpeg", b"ID3"),
}


@dataclass(frozen=True)
class Row:
    who: str
    do: str
    sees: tuple[str, ...]

    @property
    def typed(self) -> str:
        found = TYPED.search(self.do)
        assert found, self
        return found[1]


def rows() -> list[Row]:
    found = [
        Row(row["who"], row["do"], tuple(SEEN.findall(row["see"]))) for row in ROW.finditer(TOUR.read_text("utf-8"))
    ]
    return [row for row in found if row.who in IDS or row.do.startswith("terminal")]


class Walk:
    """One browser session; each person has a page, and all look at the same thread."""

    def __init__(self, demo: Demo, browser: Browser) -> None:
        self._demo, self._browser = demo, browser
        self._pages: dict[str, Page] = {}
        self._thread = ""  # the part of the address that names it
        self.wrong: list[str] = []

    async def take(self, row: Row) -> None:
        if row.do.startswith("terminal"):
            await self._terminal(row)
            return
        page = await self._page(row.who)
        if row.do.startswith("sign in"):
            await self._sign_in(page, row)
        elif row.do.startswith("type"):
            await self._command(page, row)
        elif row.do.startswith("form"):
            await self._form(page, row)
        elif row.do.startswith("reply"):
            await self._open_thread(page, row.who)
            before = await page.locator("#thread article").count()
            await self._write(page.locator("#thread textarea"), row.typed)
            await self._sees(page, row, after=before + 1)
        elif row.do.startswith(("click", "menu")):
            await self._open_thread(page, row.who)
            await self._press(page, row)
        else:
            await self._begin(page, row)

    async def _begin(self, page: Page, row: Row) -> None:
        place = CHANNELS["support" if "#support" in row.do else "general"]
        if f"in={place}" not in page.url:
            await self._visit(page, f"as={IDS[row.who]}&in={place}")
        if attached := next((name for name in FILES if name in row.do), ""):
            mimetype, content = FILES[attached]
            file: FilePayload = {"name": attached, "mimeType": mimetype, "buffer": content}
            await page.locator("#main input[type=file]").set_input_files([file])
            await expect(page.locator("#main .attached")).to_contain_text(attached)
        before = await page.locator("#main article").count()
        await self._write(page.locator("#channel-text"), row.typed)
        entry = page.locator("#main li.entry").nth(before)
        await entry.locator(".reply-bar").click()
        await expect(page).to_have_url(re.compile(f"thread={await entry.get_attribute('data-ts')}"))
        self._thread = page.url.partition("&")[2]
        await self._sees(page, row, after=1)

    async def _command(self, page: Page, row: Row) -> None:
        before = await page.locator("#main article").count()
        await self._write(page.locator("#channel-text"), row.typed)
        await expect(page.locator("#main article")).not_to_have_count(before)
        await self._sees(page, row, after=before, where="#main article")

    async def _form(self, page: Page, row: Row) -> None:
        """A command opens it; its first field, the one in words and a box are filled in, then it is sent and left."""
        command, first, in_words = TYPED.findall(row.do)
        box, send = BUTTON.findall(row.do)
        await self._write(page.locator("#channel-text"), command)
        form = page.locator("dialog[open]")
        await form.locator("textarea").fill(first)
        await form.get_by_label("Or in words").fill(in_words)
        await form.get_by_label(box).check()
        await form.get_by_role("button", name=send, exact=True).click()
        await self._sees(page, row, where="dialog[open]")
        await form.get_by_role("button", name="Close", exact=True).last.click()

    async def _press(self, page: Page, row: Row) -> None:
        found = BUTTON.search(row.do)
        assert found, row
        if row.do.startswith("click"):
            await page.locator("#thread").get_by_role("button", name=found[1], exact=True).last.click()
            await self._sees(page, row)
            return
        message = page.locator("#thread article", has_text=re.compile("Sources")).first
        await message.hover()
        await message.get_by_role("button", name="More actions").click()
        await page.get_by_role("menuitem", name=found[1]).click()
        shows = found[1].startswith("Show")
        await self._sees(page, row, where="dialog[open]" if shows else "#thread article")
        if shows:
            await page.locator("dialog[open]").get_by_role("button", name="Close", exact=True).click()

    async def _sign_in(self, page: Page, row: Row) -> None:
        """Over the private link, in another tab: our page, the service's own, and back; then the answer comes."""
        *said, answer = row.sees
        async with page.context.expect_page() as opened:
            await page.locator("#thread").get_by_role("link", name=re.compile("^Sign in at")).last.click()
        tab = await opened.value
        await tab.get_by_role("button", name=re.compile("^Go on to")).click()
        await tab.get_by_role("radio", name=row.who).check()
        await expect(tab.locator("body")).to_contain_text(said[0])
        await tab.get_by_role("button", name="Allow").click()
        await expect(tab.locator("body")).to_contain_text(said[1])
        await tab.close()
        await self._sees(page, Row(row.who, row.do, (answer,)))

    async def _terminal(self, row: Row) -> None:
        """As in the shell of somebody who has sourced `.demo/env`."""
        ended = [found[1] for line in self._demo.lines if (found := ENDED.search(line))]
        typed = re.sub(r"\bID\b", lambda _: ended[-1], row.typed)
        (self._demo.folder / "parking.md").write_text("# Parking\n\nGuests park on level 2.\n")
        process = await asyncio.create_subprocess_exec(
            *("sh", "-c", f". .demo/env; {typed}"),
            cwd=self._demo.folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        assert process.returncode == 0, said.decode()
        for words_seen in row.sees:
            assert words_seen in said.decode(), row

    async def _write(self, field: Locator, text: str) -> None:
        await field.fill(text)
        await field.press("Enter")
        await expect(field).to_have_value("")

    async def _sees(self, page: Page, row: Row, *, where: str = "#thread article", after: int = 0) -> None:
        """All the words, in what stands behind the first `after` that are there."""
        for words in row.sees:
            try:
                await page.wait_for_function(CONTAINS, arg=[where, after, words], polling=LOOKS_MS)
            except TimeoutError:
                texts = await page.locator(where).all_inner_texts()
                raise AssertionError(f"{row.do}: no “{words}” in {texts[after:]}") from None

    async def _page(self, who: str) -> Page:
        if who not in self._pages:
            context = await self._browser.new_context(
                viewport={"width": 1440, "height": 900}, locale="en-US", reduced_motion="reduce"
            )
            page = self._pages[who] = await context.new_page()
            page.set_default_timeout(PATIENCE_MS)
            page.on("pageerror", lambda error: self.wrong.append(str(error)))
            await page.goto(f"{self._demo.url}/#as={IDS[who]}&in={CHANNELS['general']}")
            await page.wait_for_selector("#app:not([aria-busy])")
        return self._pages[who]

    async def _visit(self, page: Page, where: str) -> None:
        await page.goto(f"{self._demo.url}/#{where}")
        await page.reload()
        await page.wait_for_selector("#app:not([aria-busy])")

    async def _open_thread(self, page: Page, who: str) -> None:
        if not page.url.endswith(self._thread):
            await self._visit(page, f"as={IDS[who]}&{self._thread}")
        await expect(page.locator("#thread article").first).to_be_visible()

    async def end(self) -> None:
        for page in self._pages.values():
            await page.context.close()


@pytest_asyncio.fixture(loop_scope="module")
async def walk(module_folder: Path, browser: Browser) -> AsyncIterator[Walk]:
    async with demo_in(module_folder) as demo:
        await demo.start()
        url = demo.env_file()["MISTRAL_API_URL"]
        async with httpx2.AsyncClient(trust_env=False) as http:  # nobody watches, so nothing takes its time
            (await http.patch(f"{url}/_control/switches", json={"piece_seconds": 0})).raise_for_status()
        expect.set_options(timeout=PATIENCE_MS)
        walk = Walk(demo, browser)
        yield walk
        expect.set_options(timeout=5_000)
        await walk.end()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.timeout(LONGEST_SECONDS)
async def test_all_that_the_tour_says_is_seen(walk: Walk) -> None:
    tour = rows()
    assert len(tour) > 50
    for row in tour:
        await walk.take(row)
    assert walk.wrong == []


def test_every_agent_of_the_demo_is_on_the_tour() -> None:
    typed = " ".join(row.do for row in rows())
    for file in sorted((REPOSITORY / "playground" / "demo" / "agents").glob("*.md")):
        assert f"+{file.stem} " in typed or file.stem == "shipping", file  # that one is handed to
