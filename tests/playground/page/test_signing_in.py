"""The page on which a person lets a client act for them, or does not: in a browser, by keyboard, in two languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import ConsoleMessage, Page, Request, expect
from starlette.applications import Starlette
from starlette.requests import Request as WebRequest
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from playground.authorization.app import running
from playground.authorization.issuer import Issuer
from playground.serving import serve
from tests.browser import Windows
from tests.playground.authorization.flow import RESOURCE, Flow
from tests.playground.page.conftest import PATIENCE_MS
from tests.playground.page.test_accessibility import NARROW, serious

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="package")]


@dataclass
class Counter:
    """A client that people come back to: what they brought along."""

    url: str = ""
    brought: list[dict[str, str]] = field(default_factory=list)

    @property
    def callback(self) -> str:
        return f"{self.url}/callback"

    async def back(self, request: WebRequest) -> Response:
        self.brought.append(dict(request.query_params))
        return HTMLResponse('<!doctype html><html lang="en"><title>Back</title><h1>Back</h1></html>')

    @property
    def told(self) -> dict[str, str]:
        [only] = self.brought
        return only


@dataclass(frozen=True)
class Desk:
    issuer: Issuer
    flow: Flow
    counter: Counter
    windows: Windows

    async def address(self, **changes: str | None) -> str:
        """Where the client sends a person."""
        shown = await self.flow.authorize(**{"redirect_uri": self.counter.callback, **changes})
        self.issuer.pending.clear()
        return str(shown.request.url)

    @asynccontextmanager
    async def visit(self, address: str, *, refused_with: int | None = None, **options: Any) -> AsyncIterator[Page]:
        """The page, in which nothing may fail and to which nothing is fetched from elsewhere."""
        known = f"responded with a status of {refused_with}"  # the browser's own words for a page that says no
        wrong: list[str] = []

        def asked(request: Request) -> None:
            if not request.url.startswith((self.issuer.url, self.counter.url)):
                wrong.append(f"fetched {request.url}")

        def console(message: ConsoleMessage) -> None:
            if message.type == "error":
                wrong.append(message.text)

        listeners = {"console": console, "pageerror": lambda error: wrong.append(str(error)), "request": asked}
        async with self.windows.lent(listeners, **{"locale": "en-US", **options}) as page:
            page.set_default_timeout(PATIENCE_MS)
            await page.goto(address)
            yield page
        assert [each for each in wrong if known not in each] == []


@pytest_asyncio.fixture(loop_scope="package")
async def desk(windows: Windows) -> AsyncIterator[Desk]:
    counter = Counter()
    client = Starlette(routes=[Route("/callback", counter.back), Route("/favicon.ico", lambda request: Response())])
    async with serve(client) as counter.url, running() as server, httpx2.AsyncClient() as http:
        flow = Flow(server.issuer, http)
        await flow.register(redirect_uris=[counter.callback], client_name="Threadwind <b>& co</b>")
        yield Desk(server.issuer, flow, counter, windows)


async def test_a_person_sees_who_asks_for_what_and_allows_it(desk: Desk) -> None:
    async with desk.visit(await desk.address(scope="notes:read notes:write")) as page:
        await expect(page.get_by_role("heading", level=1)).to_have_text(
            "Threadwind <b>& co</b> asks for access to Notes"
        )
        await expect(page.get_by_role("listitem")).to_have_text(
            ["Read your notes notes:read", "Write, change and delete your notes notes:write"]
        )
        await expect(page.get_by_text(f"This is for {RESOURCE} only.")).to_be_visible()
        await expect(
            page.get_by_text(f"You will be sent back to {desk.counter.url.removeprefix('http://')}.")
        ).to_be_visible()
        await expect(page.get_by_role("radio", name="Ada Lovelace")).to_be_checked()
        await page.get_by_role("radio", name="Camille Claudel").check()
        await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_role("heading", name="Back")).to_be_visible()

    assert desk.counter.told.keys() == {"code", "state", "iss"}
    redeemed = await desk.flow.redeem(desk.counter.told["code"], redirect_uri=desk.counter.callback)
    grant = await desk.issuer.person_of(redeemed.json()["access_token"])
    assert grant is not None
    assert (grant.person, grant.scopes) == ("camille", frozenset({"notes:read", "notes:write"}))


async def test_a_person_denies_by_keyboard(desk: Desk) -> None:
    async with desk.visit(await desk.address()) as page:
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("radio", name="Ada Lovelace")).to_be_focused()
        await page.keyboard.press("ArrowDown")
        await expect(page.get_by_role("radio", name="Camille Claudel")).to_be_checked()
        await page.keyboard.press("Tab")
        await expect(page.get_by_role("button", name="Allow")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Back")).to_be_visible()

    assert desk.counter.told["error"] == "access_denied"


async def test_the_next_page_begins_with_who_signed_in_last(desk: Desk) -> None:
    first, second = await desk.address(), await desk.address()
    async with desk.visit(first) as page:
        await page.get_by_role("radio", name="Grace Hopper").check()
        await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_role("heading", name="Back")).to_be_visible()
        await page.goto(second)
        await expect(page.get_by_role("radio", name="Grace Hopper")).to_be_checked()


async def test_a_page_that_was_answered_says_so(desk: Desk) -> None:
    async with desk.visit(await desk.address(), refused_with=410) as page:
        desk.issuer.pending.clear()
        async with page.expect_response(lambda response: response.status == 410):
            await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_text("has been answered already, or was left for too long")).to_be_visible()
        await expect(page.get_by_text("Nobody was given access.")).to_be_visible()
        assert await serious(page) == []


async def test_it_speaks_french_to_a_french_browser(desk: Desk) -> None:
    async with desk.visit(await desk.address(), locale="fr-FR") as page:
        await expect(page.locator("html")).to_have_attribute("lang", "fr")
        await expect(page.get_by_role("listitem").first).to_have_text("Lire vos notes notes:read")
        await expect(page.get_by_role("group", name="Qui êtes-vous ?")).to_be_visible()
        await expect(page.get_by_role("button")).to_have_text(["Autoriser", "Refuser"])
        assert await serious(page) == []


async def test_a_client_that_is_not_known_is_told_to_the_person(desk: Desk) -> None:
    async with desk.visit(f"{desk.issuer.url}/authorize?client_id=nobody", refused_with=400) as page:
        await expect(page.get_by_role("heading", name="This sign-in cannot go on")).to_be_visible()
        await expect(page.get_by_text("The client that sent you here is not known.")).to_be_visible()
        assert await serious(page) == []


@pytest.mark.parametrize(
    "options",
    [{}, {"color_scheme": "dark"}, NARROW, NARROW | {"color_scheme": "dark"}, {"java_script_enabled": False}],
    ids=["light", "dark", "narrow", "narrow and dark", "without script"],
)
async def test_an_accessibility_checker_finds_nothing_serious(desk: Desk, options: dict[str, Any]) -> None:
    async with desk.visit(await desk.address(scope="notes:read notes:write offline_access"), **options) as page:
        if options.get("java_script_enabled", True):
            assert await serious(page) == []
        wide = await page.locator("main").bounding_box()
        assert wide is not None
        assert wide["x"] >= 0
        await page.get_by_role("button", name="Allow").click()
        await expect(page.get_by_role("heading", name="Back")).to_be_visible()


async def test_the_page_cannot_be_framed_and_runs_nothing(desk: Desk) -> None:
    headers = (await desk.flow.authorize(redirect_uri=desk.counter.callback)).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
