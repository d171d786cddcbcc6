"""What HTTP says of a call, heard beneath the MCP client: which refusals mean that our session is over."""

from __future__ import annotations

import gzip

import httpx2
import pytest

from workers.tools.soft_http import HEARD, Heard, SoftFail

SESSION = {"mcp-session-id": "s1"}
NO_SESSION = (
    b'{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}'
)
NO_ISSUE = b'{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"no issue of this session_id"}}'


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


async def test_a_compressed_refusal_is_read_as_any_other() -> None:
    heard, read = await heard_of(400, gzip.compress(NO_SESSION), headers=SESSION, encoding="gzip")

    assert heard.session_lost
    assert read == NO_SESSION


async def test_a_refusal_that_cannot_be_read_says_nothing_of_the_session() -> None:
    heard, read = await heard_of(400, b"no gzip", headers=SESSION, encoding="gzip")

    assert not heard.session_lost
    assert read == b""
