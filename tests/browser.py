"""The browser in which tests look at pages.

The one without any windows of its own is taken where it is installed: the same engine for three fifths of the time.
Without any, the tests that need one are skipped; in CI they fail.

To open a window costs as much as to look at a page, so windows are lent.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    path = next((found for found in map(shutil.which, NAMES) if found), None)
    if path is None:
        reason = f"none of {', '.join(NAMES)} is installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


class Windows:
    """Pages of the browser, each a context of its own. One that was given back knows nothing of its last visitor."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Page]] = {}  # by the context's options

    @asynccontextmanager
    async def lent(self, listeners: Mapping[str, Callable[[Any], None]], **options: Any) -> AsyncIterator[Page]:
        """A page, empty, for as long as the block lasts; `listeners` hear its events by their names."""
        free = self._free.setdefault(repr(sorted(options.items())), [])
        page = free.pop() if free else await (await self._browser.new_context(**options)).new_page()
        if "viewport" in options:
            await page.set_viewport_size(options["viewport"])
        for event, hears in listeners.items():
            page.on(event, hears)  # type: ignore[call-overload]  # its name is a literal there
        yield page
        for event, hears in listeners.items():
            page.remove_listener(event, hears)
        await _emptied(page)
        free.append(page)


async def _emptied(page: Page) -> None:
    for other in page.context.pages:
        if other != page:
            await other.close()
    await page.unroute_all()
    await page.evaluate("try { localStorage.clear() } catch {}")  # some pages may keep nothing
    await page.goto("about:blank")
    await page.context.clear_cookies()
