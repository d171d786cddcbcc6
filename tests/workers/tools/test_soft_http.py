"""What HTTP says of a call, heard beneath the MCP client: which refusals mean that our session is over."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator

import httpx2
import pytest
from mcp import MCPError

from workers.tools import soft_http
from workers.tools.answers import translated
from workers.tools.origins import Origins
from workers.tools.soft_http import HEARD, Heard, SoftFail

SESSION = {"mcp-session-id": "s1"}
NO_SESSION = (
    b'{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}'
)
NO_ISSUE = b'{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no issue of this session_id"}}'


def a_refusal(words: str) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": None, "error": {"code": -32000, "message": words}}).encode()


async def heard_of(status: int, body: bytes, *, headers: dict[str, str], encoding: str = "") -> tuple[Heard, bytes]:
    """What is kept of such an answer, and what the SDK reads of it."""
    coded = {"content-encoding": encoding} if encoding else {}

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(status, headers=coded, stream=httpx2.ByteStream(body))

    heard = Heard()
    token = HEARD.set(heard)
    try:
        async with httpx2.AsyncClient(transport=SoftFail(httpx2.MockTransport(answer))) as client:
            response = await client.post("http://127.0.0.1/mcp", headers=headers)
            return heard, response.content
    finally:
        HEARD.reset(token)


@pytest.mark.parametrize(
    ("status", "body", "headers", "is_over"),
    [
        (404, b"", SESSION, True),
        (404, b"Not Found", SESSION, True),
        (404, NO_SESSION, SESSION, True),
        (404, NO_ISSUE, SESSION, False),  # the server knows us: it answers
        (404, b"Not Found", {}, False),
        (400, NO_SESSION, SESSION, True),
        (400, b"Mcp-Session-Id is unknown", SESSION, True),
        (400, b"Bad Request: Unknown Mcp-Session-Id header", SESSION, True),
        (400, b"Invalid session ID", SESSION, True),
        (400, b"Missing session ID", SESSION, True),
        (400, b'{"error":"Session expired"}', SESSION, True),
        (404, a_refusal("Session not found"), SESSION, True),
        (404, a_refusal("Not Found: Session has been terminated"), SESSION, True),
        (404, a_refusal("Not Found: Invalid or expired session ID"), SESSION, True),
        (400, b"Session 5f0c2b1e-77aa-4a0e-9a54-2f0f4ad0c0de not found", SESSION, True),
        (404, a_refusal("No such page in this session"), SESSION, False),
        (404, a_refusal("This training session is full"), SESSION, False),
        (400, a_refusal("the session is full, and the person unknown"), SESSION, False),
        (400, a_refusal("A session must have a title"), SESSION, False),
        (400, b"", SESSION, False),
        (400, NO_ISSUE, SESSION, False),
        (422, NO_SESSION, SESSION, False),
    ],
)
async def test_a_session_is_over_where_the_refusal_says_so(
    status: int, body: bytes, headers: dict[str, str], is_over: bool
) -> None:
    heard, read = await heard_of(status, body, headers=headers)

    assert heard.session_lost is is_over
    assert (heard.status, read) == (status, body)


async def test_a_compressed_refusal_says_nothing_of_the_session() -> None:
    """We ask for none, and a few bytes could become gigabytes."""
    heard, read = await heard_of(400, gzip.compress(NO_SESSION), headers=SESSION, encoding="gzip")

    assert not heard.session_lost
    assert read == b""


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"content-type": "application/json"}, "is larger than 0 MB"),
        ({"content-type": "application/json", "content-encoding": "gzip"}, "is compressed"),
        ({"content-type": "text/event-stream"}, None),  # only its events are bounded, by the SDK
    ],
)
async def test_an_answer_without_an_end_is_not_read_to_it(
    headers: dict[str, str], reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(soft_http, "LARGEST_BODY", 1_000)
    sent = []

    async def pieces() -> AsyncIterator[bytes]:
        for number in range(1_000):
            sent.append(number)
            yield b" " * 100

    def answer(_request: httpx2.Request) -> httpx2.Response:
        return httpx2.Response(200, headers=headers, content=pieces())

    heard = Heard()
    HEARD.set(heard)
    async with httpx2.AsyncClient(transport=SoftFail(httpx2.MockTransport(answer))) as client:
        if reason is None:
            assert len((await client.post("http://127.0.0.1/mcp")).content) == 100_000
            return
        with pytest.raises(httpx2.StreamError):
            await client.post("http://127.0.0.1/mcp")
    assert heard.unread.startswith(reason)
    assert len(sent) <= 11
    error = translated(MCPError(-32700, "Failed to parse"), heard, server="s", what='"t"', timeout_seconds=5)
    assert (type(error).__name__, error.ran) == ("Rejected", "yes")
    assert str(error).endswith("so it was not read.")


async def test_no_compressed_answers_are_asked_for() -> None:
    origins = Origins(most=1)
    for client in (
        origins.client("http://127.0.0.1/mcp", {"x-team": "a"}, auth=None, timeout_seconds=5),
        origins.posting_client("http://127.0.0.1/sse", {"x-team": "a"}, auth=None, timeout=None),
    ):
        assert (client.headers["accept-encoding"], client.headers["x-team"]) == ("identity", "a")
        await client.aclose()
