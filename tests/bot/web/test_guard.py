"""The guard turns away whatever Slack did not sign, with a 4xx and a sentence, and passes on the bytes as they came."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from bot.deadlines import deadlines
from bot.web import guard as guard_module
from bot.web.guard import LARGEST_BODY, Answer, Guard, Refusal

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1_790_000_000.0


class Heard:
    """Remembers what got through."""

    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, str]] = []

    async def __call__(self, body: bytes, content_type: str) -> Answer:
        self.bodies.append((body, content_type))
        if body == b"nothing":
            raise Refusal(400, "The body says nothing.")
        return 200, [(b"content-type", b"text/plain")], b"heard"


def sign(body: bytes, timestamp: str = str(int(NOW)), secret: str = SECRET) -> dict[str, str]:
    made = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "x-slack-request-timestamp": timestamp,
        "x-slack-signature": f"v0={made}",
        "content-type": "application/json",
    }


@pytest.fixture
def heard() -> Heard:
    return Heard()


async def the_rest(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("the rest")(scope, receive, send)


@asynccontextmanager
async def guarded(heard: Heard, now: float = NOW) -> AsyncIterator[httpx2.AsyncClient]:
    async with deadlines() as limits:
        guard = Guard(the_rest, path="/slack/events", secret=SECRET, hear=heard, now=lambda: now, deadlines=limits)
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(guard), base_url="http://bot") as client:
            yield client


@pytest.fixture
async def client(heard: Heard) -> AsyncIterator[httpx2.AsyncClient]:
    async with guarded(heard) as client:
        yield client


async def test_the_example_of_slacks_own_documentation_is_believed(heard: Heard) -> None:
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    headers = {
        "x-slack-request-timestamp": "1531420618",
        "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
        "content-type": "application/x-www-form-urlencoded",
    }
    async with guarded(heard, now=1531420618.0) as client:
        answer = await client.post("/slack/events", content=body, headers=headers)
    assert answer.status_code == 200
    assert heard.bodies == [(body, "application/x-www-form-urlencoded")]


async def test_what_was_heard_is_what_came_and_the_answer_goes_back(client: httpx2.AsyncClient, heard: Heard) -> None:
    body = '{"text":"é\\u0000"}'.encode()
    answer = await client.post("/slack/events", content=body, headers=sign(body))
    assert (answer.status_code, answer.text, answer.headers["content-length"]) == (200, "heard", "5")
    assert heard.bodies == [(body, "application/json")]


@pytest.mark.parametrize("age", [-300, 300])
async def test_five_minutes_off_is_still_believed(client: httpx2.AsyncClient, age: int) -> None:
    assert (
        await client.post("/slack/events", content=b"{}", headers=sign(b"{}", str(int(NOW) - age)))
    ).status_code == 200


GOOD = sign(b"{}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"x-slack-signature": GOOD["x-slack-signature"]}, 401),
        ({"x-slack-request-timestamp": GOOD["x-slack-request-timestamp"]}, 401),
        (sign(b"{}", secret="another"), 401),
        (sign(b"{} "), 401),
        (sign(b"{}", str(int(NOW) - 301)), 401),
        (sign(b"{}", str(int(NOW) + 301)), 401),
        (sign(b"{}", "soon"), 401),
        (sign(b"{}", "-1"), 401),
        (sign(b"{}", "1e9"), 401),
        (sign(b"{}", "9" * 400), 401),
        (sign(b"{}", "") | {"x-slack-request-timestamp": ""}, 401),
        (GOOD | {"x-slack-signature": GOOD["x-slack-signature"].upper()}, 401),
        (GOOD | {"x-slack-signature": "v0=" + "é" * 64}, 401),
        (GOOD | {"x-slack-signature": "v1" + GOOD["x-slack-signature"][2:]}, 401),
        (GOOD | {"x-slack-signature": GOOD["x-slack-signature"] + "\t"}, 401),
        (GOOD | {"content-length": "two"}, 400),
        (GOOD | {"content-length": str(LARGEST_BODY + 1)}, 413),
    ],
)
async def test_what_is_not_well_signed_is_turned_away(
    client: httpx2.AsyncClient, heard: Heard, headers: dict[str, str], status: int
) -> None:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    answer = await client.post("/slack/events", content=b"{}", headers=raw)
    assert answer.status_code == status
    assert answer.text.endswith(".")
    assert heard.bodies == []


async def test_a_doubled_signature_is_turned_away(client: httpx2.AsyncClient, heard: Heard) -> None:
    headers = [*sign(b"{}").items(), ("x-slack-signature", sign(b"{}")["x-slack-signature"])]
    assert (await client.post("/slack/events", content=b"{}", headers=headers)).status_code == 400
    assert heard.bodies == []


async def test_the_size_is_counted_as_it_arrives(client: httpx2.AsyncClient, heard: Heard) -> None:
    """No Content-Length is believed: this body announces none and goes on for ever."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 65536
            yield b"x" * 65536

    answer = await client.post("/slack/events", content=endless(), headers=GOOD)
    assert answer.status_code == 413
    assert sent <= LARGEST_BODY + 2 * 65536
    assert heard.bodies == []


async def test_the_largest_body_gets_through(client: httpx2.AsyncClient, heard: Heard) -> None:
    body = b"x" * LARGEST_BODY
    assert (await client.post("/slack/events", content=body, headers=sign(body))).status_code == 200
    assert len(heard.bodies[0][0]) == LARGEST_BODY


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE", "OPTIONS", "BREW"])
async def test_only_post_is_heard(client: httpx2.AsyncClient, heard: Heard, method: str) -> None:
    answer = await client.request(method, "/slack/events", headers=GOOD)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert heard.bodies == []


async def test_a_signed_body_that_says_nothing_is_the_senders_fault(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/slack/events", content=b"nothing", headers=sign(b"nothing"))
    assert (answer.status_code, answer.text) == (400, "The body says nothing.")


async def test_other_addresses_are_none_of_the_guards_business(client: httpx2.AsyncClient, heard: Heard) -> None:
    assert (await client.get("/healthz")).text == "the rest"
    assert heard.bodies == []


async def test_a_body_that_dribbles_is_not_waited_for(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard_module, "READ_LIMIT", timedelta(0))
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError("nothing ever comes")

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in GOOD.items()]
    scope = {"type": "http", "method": "POST", "path": "/slack/events", "headers": headers}
    async with deadlines() as limits:
        guard = Guard(the_rest, path="/slack/events", secret=SECRET, hear=heard, now=lambda: NOW, deadlines=limits)
        await guard(scope, receive, send)
    assert sent[0]["status"] == 408
    assert heard.bodies == []
