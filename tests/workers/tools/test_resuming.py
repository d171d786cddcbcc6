"""A call whose answer breaks off midway: the SDK asks for the rest, and a refusal of that says nothing of the call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import httpx2
import pytest
from mcp.client import ClientRequestContext
from mcp_types import ElicitRequestParams, ElicitResult
from starlette.applications import Starlette
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from bot.catalog.servers import Server
from playground.services.odd import raw
from playground.services.odd.app import running
from playground.serving import serve
from tests.workers.tools.conftest import a_desk, over_http
from workers.tools.answers import unanswered
from workers.tools.asked import Answering
from workers.tools.credentials import SHARED, Asker, Credential
from workers.tools.errors import Unheard
from workers.tools.oauth.bearer import Bearer
from workers.tools.soft_http import HEARD, Heard, SoftFail

SESSION = {"mcp-session-id": "s1"}
LAST_EVENT = "last-event-id"
ANSWER = '{"jsonrpc": "2.0", "id": 0, "result": {"content": [{"type": "text", "text": "counted"}]}}'


class PeopleSignIn:
    """Credentials at a server where people may sign in, and nobody has yet."""

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        return Credential(key=SHARED, auth=Bearer(None))


def breaking_off(heard: list[str], *, rest: int) -> Starlette:
    """A server whose answer to a call ends after one event with an id; who asks for the rest gets the status `rest`."""
    app = raw.build([{"name": "count", "inputSchema": {"type": "object"}}], {}, heard)

    async def dispatch(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.method != "POST":
            heard.append("rest" if LAST_EVENT in request.headers else request.method)
            if LAST_EVENT in request.headers and rest == 200:
                return Response(f"id: 2\ndata: {ANSWER}\n\n", media_type="text/event-stream")
            return Response("Not Found", rest if LAST_EVENT in request.headers else 405)
        method = (await request.json())["method"]  # before the app behind it reads it, which then finds it kept
        response = await go_on(request)
        if method == "tools/call":
            return StreamingResponse(begun(), media_type="text/event-stream")
        response.headers["mcp-session-id"] = "s1"
        return response

    app.add_middleware(BaseHTTPMiddleware, dispatch=dispatch)
    return app


async def begun() -> AsyncIterator[bytes]:
    yield b"id: 1\nretry: 0\ndata:\n\n"


async def test_a_call_whose_answer_broke_off_gets_the_rest_of_it() -> None:
    heard: list[str] = []
    async with serve(breaking_off(heard, rest=200)) as url, a_desk(over_http(url)) as desk:
        outcome = await desk.call("odd__count")

    assert (outcome.text, outcome.ran) == ("counted", "yes")
    assert (heard.count("tools/call"), heard.count("rest")) == (1, 1)


@pytest.mark.parametrize("rest", [404, 401, 503, "ConnectError"])
async def test_a_call_whose_answer_broke_off_is_of_unknown_outcome_however_the_rest_is_refused(
    rest: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have run, so it is not sent again, neither at once nor after a sign-in."""
    heard: list[str] = []
    if rest == "ConnectError":
        go = httpx2.AsyncHTTPTransport.handle_async_request

        async def fails(self: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
            if LAST_EVENT in request.headers:
                heard.append("rest")
                raise httpx2.ConnectError("nobody listens")
            return await go(self, request)

        monkeypatch.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", fails)
    app = breaking_off(heard, rest=rest if isinstance(rest, int) else 500)
    async with serve(app) as url, a_desk(over_http(url), credentials=PeopleSignIn()) as desk:
        outcome = await desk.call("odd__count")

    assert "rest" in heard
    assert heard.count("tools/call") == 1
    assert (outcome.ran, outcome.needs) == ("unknown", None)
    assert 'broke off its answer to "count"' in outcome.text


async def nobody(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    return ElicitResult(action="decline")


@pytest.mark.parametrize("status", [404, 401])
async def test_a_call_whose_servers_question_cannot_be_answered_is_of_unknown_outcome(status: int) -> None:
    async with running() as odd:
        server = over_http(odd.url, protocol="legacy", timeout=timedelta(seconds=1))
        async with a_desk(server, credentials=PeopleSignIn(), answering=Answering(elicitation=nobody)) as desk:
            await desk.tools.offered(desk.agent)
            odd.fault("POST", "status", status=status)  # a reply has no name of its own
            outcome = await desk.call("odd__greet_the_old_way")

    assert (outcome.ran, outcome.needs) == ("unknown", None)
    assert "gave no answer" in outcome.text
    assert odd.runs == {"greet_the_old_way": 1}


@pytest.mark.parametrize("then", [404, 401, 503, httpx2.ConnectError("gone"), httpx2.ReadError("gone")])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_comes_after_a_message_that_was_taken_says_nothing_of_it(
    method: str, then: int | httpx2.TransportError
) -> None:
    """A reply to what the server asks during the call goes the same way as the call."""
    heard = await heard_of(Heard(of_exchange=True), method, then)

    assert (heard.accepted, heard.later_refused) == (True, method == "POST")
    assert (heard.status, heard.sent, heard.failure) == (200, True, "")
    assert (heard.session_lost, heard.refused) == (False, None)


async def test_while_a_connection_opens_each_request_counts() -> None:
    """A server may take the handshake from everybody, and want a sign-in for what follows."""
    heard = await heard_of(Heard(), "GET", 401)

    assert heard.refused is not None
    assert heard.status == 401


async def heard_of(heard: Heard, method: str, then: int | httpx2.TransportError) -> Heard:
    """What is kept of a message that is taken and another request after it."""
    answers: list[int | httpx2.TransportError] = [200, then]

    def answer(_request: httpx2.Request) -> httpx2.Response:
        status = answers.pop(0)
        if isinstance(status, httpx2.TransportError):
            raise status
        return httpx2.Response(status)

    token = HEARD.set(heard)
    try:
        async with httpx2.AsyncClient(transport=SoftFail(httpx2.MockTransport(answer))) as client:
            await client.post("http://127.0.0.1/mcp", headers=SESSION)
            await client.request(method, "http://127.0.0.1/mcp", headers=SESSION)
    finally:
        HEARD.reset(token)
    return heard


async def test_what_was_taken_and_then_cut_short_may_have_run() -> None:
    heard = await heard_of(Heard(of_exchange=True), "POST", 404)
    error = unanswered(heard, server="s", what='"t"', personal=True)

    assert isinstance(error, Unheard)
    assert str(error) == 'The tool server "s" took "t", but not what we sent it about that afterwards.'
