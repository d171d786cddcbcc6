"""How the bytes of a person's file are read: from Slack alone, no more than allowed, and never a login page."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.slack.calls import Calls, open_session
from bot.slack.errors import Refused, TryLater
from playground import serving

TOKEN = "xoxb-token"
seen: list[str] = []


async def good(request: Request) -> Response:
    seen.append(request.headers.get("authorization", ""))
    return Response(b"bytes", media_type="image/png")


async def page(request: Request) -> Response:
    return HTMLResponse("<p>hello")


async def moved(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"])


async def busy(request: Request) -> Response:
    return Response(status_code=429, headers={"retry-after": "7"})


@pytest.fixture
async def host() -> AsyncIterator[str]:
    seen.clear()
    routes = [Route("/good", good), Route("/page", page), Route("/moved", moved), Route("/busy", busy)]
    async with serving.serve(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
def calls(host: str, session: aiohttp.ClientSession) -> Calls:
    return Calls(TOKEN, session=session, base_url=f"{host}/api/")


async def test_a_file_is_read_with_the_token(calls: Calls, host: str) -> None:
    assert await calls.get(f"{host}/good", limit=5) == b"bytes"
    assert await calls.get(f"{host}/moved?to=/good", limit=5) == b"bytes"
    assert seen == [f"Bearer {TOKEN}"] * 2


@pytest.mark.parametrize(
    "elsewhere", ["https://example.com/good", "http://slack.com.example.com/good", "https://notslack.com/good"]
)
async def test_the_token_goes_to_slack_alone(calls: Calls, host: str, elsewhere: str) -> None:
    for url in (elsewhere, f"{host}/moved?to={elsewhere}"):
        with pytest.raises(Refused, match="outside of Slack"):
            await calls.get(url, limit=5)


async def test_a_file_that_is_too_long_is_not_read_to_its_end(calls: Calls, host: str) -> None:
    with pytest.raises(Refused) as refused:
        await calls.get(f"{host}/good", limit=4)
    assert refused.value.code == "too_large"


async def test_a_page_of_html_is_no_file_unless_the_file_is_one(calls: Calls, host: str) -> None:
    """Slack leads a token that may not read the file to its login page, with 200."""
    for url, is_html in ((f"{host}/page", False), (f"{host}/moved?to=/page", True)):
        with pytest.raises(Refused) as refused:
            await calls.get(url, limit=100, is_html=is_html)
        assert refused.value.needed == "files:read"
    assert await calls.get(f"{host}/page", limit=100, is_html=True) == b"<p>hello"


async def test_addresses_that_lead_in_a_circle_end(calls: Calls, host: str) -> None:
    with pytest.raises(Refused, match="from address to address"):
        await calls.get(f"{host}/moved?to=/moved%3Fto%3D/moved%3Fto%3D/moved%3Fto%3D/moved%3Fto%3D/good", limit=5)


async def test_a_busy_slack_is_asked_again_later(calls: Calls, host: str) -> None:
    with pytest.raises(TryLater) as later:
        await calls.get(f"{host}/busy", limit=5)
    assert later.value.after is not None
    assert later.value.after.total_seconds() == 7
