"""Which servers count as those that people sign in for, though their lists are free."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.catalog.servers import Server
from playground.services.door import again
from playground.services.odd import raw
from playground.services.protection import Resource, metadata_route
from playground.serving import serve
from tests.workers.tools.conftest import ADA, over_http
from workers.tools.asks import Asks
from workers.tools.credentials import SHARED, Asker, Credential
from workers.tools.errors import Needed
from workers.tools.oauth.bearer import Bearer
from workers.tools.sessions import ToolSessions

PAY = {"name": "pay", "inputSchema": {"type": "object"}}
ANSWER = {"content": [{"type": "text", "text": "paid"}]}


class NotSignedIn:
    """The credentials of people who are signed in nowhere."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        return Credential(key=SHARED, auth=Bearer(None))


class RefusesCalls:
    """Lists for everybody, and calls a tool for nobody."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body() if scope["type"] == "http" else b""
        if b"tools/call" in body:
            await JSONResponse({}, status_code=401, headers={"WWW-Authenticate": "Bearer"})(scope, receive, send)
            return
        await self._app(scope, again(body, receive) if body else receive, send)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def asking(now: Callable[[], float]) -> AsyncIterator[tuple[ToolSessions, Asks]]:
    sessions = ToolSessions(timeout=timedelta(seconds=20), credentials=NotSignedIn())
    try:
        yield sessions, Asks(sessions, now)
    finally:
        await sessions.aclose()


def a_shop(*, issuer: str = "") -> Starlette:
    app = raw.build([PAY], ANSWER)
    resource = Resource(name="shop", paths=("/mcp",), scopes=(), authorization_servers=(issuer,))
    if issuer:
        app.router.routes.append(metadata_route(resource))
    return app


@pytest.mark.parametrize(("issuer", "wants"), [("https://issuer.example", True), ("", False)])
async def test_a_server_whose_metadata_name_who_signs_people_in_counts_before_anybody_called_it(
    issuer: str, wants: bool
) -> None:
    """Its first approval card would show everybody what is for one person."""
    async with serve(a_shop(issuer=issuer)) as url, asking(Clock()) as (_, asks):
        assert await asks.may_be_personal(over_http(url, "shop"), "C1") is wants
        assert (await asks.need(over_http(url, "shop"), ADA.principal) is not None) is wants


async def test_a_server_that_refused_a_call_for_want_of_a_sign_in_counts_from_then_on() -> None:
    async with serve(RefusesCalls(a_shop())) as url, asking(Clock()) as (sessions, asks):
        shop = over_http(url, "shop")
        assert await asks.people([shop]) == frozenset()
        with pytest.raises(Needed):
            await sessions.call(shop, ADA, "pay", {})
        assert await asks.people([shop]) == {"shop"}


async def test_a_server_that_says_nothing_counts_as_one_that_may_and_is_asked_again_after_a_while() -> None:
    asked: list[str] = []

    async def out_of_order(scope: Scope, receive: Receive, send: Send) -> None:
        asked.append(scope["type"])
        await JSONResponse({}, status_code=503)(scope, receive, send)

    clock = Clock()
    async with serve(out_of_order) as url, asking(clock) as (_, asks):
        shop = over_http(url, "shop")
        assert await asks.may_be_personal(shop, "C1")
        once = asked.count("http")
        assert await asks.may_be_personal(shop, "C1")
        assert (asked.count("http"), once > 0) == (once, True)
        clock.now += 31
        assert await asks.may_be_personal(shop, "C1")
        assert asked.count("http") > once
