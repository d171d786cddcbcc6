"""Answers that no proper server gives, so the playground does not either: the adapter keeps its word all the same."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from structlog.testing import capture_logs

from playground.serving import serve
from tests.workers.conversations.conftest import Time
from tests.workers.conversations.heard import OPENING, done, everything, said
from workers.conversations.client import MistralConversations
from workers.conversations.errors import KeyRejected, TryLater, Unanswered
from workers.conversations.http import http_client
from workers.conversations.port import FileMade, Message, Other, Say, Text

KEY = "sk-0123456789abcdef"
STARTED = b'data: {"type":"conversation.response.started","conversation_id":"conv_1"}\n\n'
DONE = b'data: {"type":"conversation.response.done","usage":{}}\n\n'


@asynccontextmanager
async def answering(answer: Callable[[Request], Response]) -> AsyncIterator[MistralConversations]:
    """The adapter before a server that answers everything with `answer`."""

    async def endpoint(request: Request) -> Response:
        return answer(request)

    app = Starlette(routes=[Route("/{path:path}", endpoint, methods=["GET", "POST", "DELETE"])])
    time = Time()
    async with serve(app) as url, http_client(url, SecretStr(KEY)) as http:
        yield MistralConversations(http, now=time, sleep=time.sleep, chance=lambda: 0.0)


def streaming(*chunks: bytes, content_type: str = "text/event-stream") -> Callable[[Request], Response]:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk
            await asyncio.sleep(0)  # a chunk of its own on the wire

    return lambda _: StreamingResponse(body(), headers={"content-type": content_type})


def delta(content: object, **more: object) -> bytes:
    raw = {"type": "message.output.delta", "id": "m1", "content": content, **more}
    return f"data: {json.dumps(raw, ensure_ascii=False)}\n\n".encode()


@pytest.mark.parametrize("content_type", ["application/json", "text/html", ""])
async def test_a_stream_that_is_none_is_unanswered_and_not_repeated(content_type: str) -> None:
    """The turn may have run; only the history knows."""
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.url.path)
        return streaming(STARTED, DONE, content_type=content_type)(request)

    async with answering(answer) as conversations:
        with pytest.raises(Unanswered, match="asked for a stream"):
            await everything(conversations.start(OPENING, [Say("hi")]))
    assert len(asked) == 1


async def test_frames_in_every_dress_are_read() -> None:
    """CRLF, comments, a byte order of UTF-8 cut in two, ids, a sentinel, several data lines."""
    word = delta("café")
    frames = (
        b": hello\r\n\r\n",
        STARTED.replace(b"\n", b"\r\n"),
        b"id: 7\nretry: 10\nevent: message.output.delta\n",
        word[:-6],
        word[-6:],
        b"event: x\ndata: [DONE]\n\n",
        b'data: {"type":"message.output.delta","id":"m1",\ndata: "content":"!"}\n\n',
        DONE,
    )
    async with answering(streaming(*frames)) as conversations:
        heard = await everything(conversations.start(OPENING, [Say("hi")]))
        end = await done(conversations.start(OPENING, [Say("hi")]))
    assert said(end.entries) == ["assistant: café!"]
    assert Other("x", {"data": "[DONE]"}) in heard


async def test_a_picture_in_one_event_is_read() -> None:
    image = {"type": "image_url", "image_url": "data:image/png;base64," + "A" * 2_000_000}
    async with answering(streaming(STARTED, delta(image), DONE)) as conversations:
        end = await done(conversations.start(OPENING, [Say("draw")]))
    (message,) = end.entries
    assert isinstance(message, Message)
    assert message.parts == (Other("image_url", image),)


async def test_an_answer_is_whole_although_the_server_does_not_hang_up() -> None:
    forever = asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield STARTED + delta("Hello.") + DONE
        await forever.wait()

    try:
        async with answering(lambda _: StreamingResponse(body(), media_type="text/event-stream")) as conversations:
            async with asyncio.timeout(60):
                end = await done(conversations.start(OPENING, [Say("hi")]))
            forever.set()
    finally:
        forever.set()
    assert said(end.entries) == ["assistant: Hello."]


async def test_a_plain_answer_that_cannot_be_read_is_unanswered() -> None:
    """It was answered with success: the turn has run."""
    async with answering(lambda _: Response("<html>welcome</html>")) as conversations:
        with pytest.raises(Unanswered, match="ResponseHeard"):
            await conversations.start_plain(OPENING, [Say("hi")])
        with pytest.raises(TryLater) as caught:
            await conversations.history("conv_1")
    assert "welcome" not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_fields_that_are_missing_or_null_or_new_are_no_trouble() -> None:
    answer = {
        "conversation_id": "conv_1",
        "outputs": [
            {"type": "message.output", "content": None, "colour": "red"},
            {"type": "tool.execution", "name": "web_search", "info": None},
            {"type": "message.output", "id": "m1", "content": [{"type": "tool_file", "file_id": "f1"}, "text", None]},
            None,
        ],
        "usage": {"prompt_tokens": None, "new_tokens": 5},
        "guardrails": None,
        "more": {},
    }
    async with answering(lambda _: JSONResponse(answer)) as conversations:
        end = await conversations.start_plain(OPENING, [Say("hi")])
    message = end.entries[2]
    assert isinstance(message, Message)
    assert message.parts == (FileMade("", "f1"), Text("text"), Text(""))
    assert end.entries[3] == Other("unknown", {"raw": None})


async def test_a_server_that_ignores_the_filter_gives_no_thread_anothers_conversation() -> None:
    stored = [
        {"id": "old", "metadata": {"team": "T1", "thread": "1"}, "created_at": "2026-01-01T00:00:00Z"},
        {"id": "other", "metadata": {"team": "T2", "thread": "1"}, "created_at": "2026-01-03T00:00:00Z"},
        {"id": "bare"},
        {"id": "new", "metadata": {"team": "T1", "thread": "1", "turn": "2"}, "created_at": "2026-01-02T00:00:00Z"},
    ]
    async with answering(lambda _: JSONResponse(stored)) as conversations:
        assert await conversations.find({"team": "T1", "thread": "1"}) == ["new", "old"]


async def test_the_key_is_in_no_error_and_no_log_even_when_the_server_quotes_it() -> None:
    quoting = JSONResponse({"detail": f"Invalid API Key {KEY}"}, status_code=401)
    quoting.set_cookie("edge", KEY)
    with capture_logs() as lines:
        async with answering(lambda _: quoting) as conversations:
            with pytest.raises(KeyRejected, match=r"Invalid API Key \*\*\*") as caught:
                await conversations.history("conv_1")
    assert KEY not in f"{caught.value!r} {caught.value.__cause__!r}"
    (line,) = lines
    assert (line["event"], line["status"]) == ("mistral.refused", 401)
    assert KEY not in str(line)


async def test_a_key_quoted_in_an_error_event_is_not_told_either() -> None:
    failed = f'data: {{"type":"conversation.response.error","message":"bad {KEY}","code":"500"}}\n\n'.encode()
    async with answering(streaming(STARTED, failed)) as conversations:
        with pytest.raises(TryLater, match=r"bad \*\*\*"):
            await everything(conversations.start(OPENING, [Say("hi")]))


async def test_ids_are_opaque_and_stay_in_their_place() -> None:
    paths: list[str] = []

    def answer(request: Request) -> Response:
        paths.append(request.scope["raw_path"].decode())
        return JSONResponse({"entries": []})

    async with answering(answer) as conversations:
        await conversations.history("../agents?x=1#y")
    assert paths == ["/v1/conversations/..%2Fagents%3Fx%3D1%23y/history"]
