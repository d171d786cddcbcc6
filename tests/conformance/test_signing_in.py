"""The driver of the scenarios with a sign-in, tried at a server that wants one before it answers."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from bot.catalog.servers import Server
from playground.services.odd import raw as careless
from playground.serving import serve
from tests.conformance.actions import first_tool
from tests.conformance.browser import CALLBACK, Callback
from tests.conformance.desk import Failed, the_sessions
from tests.conformance.signing_in import Challenge, signed_in
from workers.tools.sessions import ToolSessions

TOOL = {"name": "t", "inputSchema": {"type": "object"}}
REFUSED = Challenge(401, 'Bearer scope="read"', "2025-11-25")


class Gate:
    """A server that answers after so many sign-ins, and the sign-in itself; `answer` is what becomes of a link."""

    def __init__(self, needed: int, *, answer: str = "code=c&iss=me", result: dict[str, Any] | None = None) -> None:
        self.needed = needed
        self.answer = answer
        self.behind = careless.build([TOOL], result or {"content": []})
        self.callbacks: list[Callback] = []
        self.url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/authorize":
            state = parse_qs(scope["query_string"].decode())["state"][0]
            await RedirectResponse(f"{CALLBACK}?state={state}&{self.answer}", status_code=302)(scope, receive, send)
        elif scope["type"] == "http" and not self.open:
            await Response(status_code=401)(scope, receive, send)
        else:
            await self.behind(scope, receive, send)

    @property
    def open(self) -> bool:
        return len(self.callbacks) >= self.needed

    def sessions(self) -> ToolSessions:
        return the_sessions()

    async def challenge(self) -> Challenge | None:
        return None if self.open else REFUSED

    async def begin(self, challenge: Challenge) -> str:
        assert challenge == REFUSED
        return f"{self.url}/authorize?state=s{len(self.callbacks)}"

    async def finish(self, callback: Callback) -> None:
        self.callbacks.append(callback)

    @contextlib.asynccontextmanager
    async def opened(self, server: Server, context: dict[str, Any], redis_url: str) -> AsyncIterator[Gate]:
        yield self

    async def try_it(self) -> None:
        async with serve(self) as self.url:
            await signed_in(self.opened, f"{self.url}/mcp", {}, first_tool, redis_url="")


@pytest.mark.parametrize("needed", [0, 1, 3])
async def test_a_call_is_made_again_after_as_many_sign_ins_as_it_takes(needed: int) -> None:
    gate = Gate(needed)
    await gate.try_it()
    assert gate.callbacks == [Callback(f"s{number}", "c", "me") for number in range(needed)]


async def test_nobody_is_sent_to_sign_in_a_fourth_time() -> None:
    gate = Gate(4)
    with pytest.raises(Failed, match="refused again after 3 sign-ins"):
        await gate.try_it()
    assert len(gate.callbacks) == 3


async def test_a_refused_sign_in_ends_it() -> None:
    gate = Gate(1, answer="error=access_denied")
    with pytest.raises(Failed, match="access_denied"):
        await gate.try_it()
    assert gate.callbacks == []


async def test_what_fails_for_another_reason_is_not_a_matter_of_signing_in() -> None:
    gate = Gate(1, result={"content": [{"type": "text", "text": "the shelf is empty"}], "isError": True})
    with pytest.raises(Failed, match="the shelf is empty"):
        await gate.try_it()
    assert len(gate.callbacks) == 1
