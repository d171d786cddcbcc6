"""The door for signed webhooks over a real server: what is stored, what is turned away, what nobody can find out."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx2
import pytest
from redis.exceptions import ConnectionError as RedisAway
from structlog.testing import capture_logs

from bot.deadlines import deadlines
from bot.follow_ups import hooks as rule
from bot.follow_ups.hook_events import HookEvent
from bot.follow_ups.hooks import Accepted, Heard, Hook, Outcome
from bot.web import hooks as door
from bot.web.guard import LARGEST_BODY
from bot.web.hooks import HookDoor
from bot.web.routes import make_routes
from playground.serving import serve

HOOK_ID = "h7Gk2mQx9Zt4Vb8Nc3Wd"
ENDED_ID = "e7Gk2mQx9Zt4Vb8Nc3Wd"
SECRET = "a secret that nobody guesses"
CLOSED = json.dumps(
    {"action": "closed", "issue": {"number": 12, "title": "Login fails"}, "repository": {"full_name": "acme/web"}}
).encode()


class FakeHooks:
    """Remembers what was stored; `fails` instead of answering, `answer` is what becomes of the next ones."""

    def __init__(self) -> None:
        self.stored: list[tuple[str, str, HookEvent, str]] = []
        self.looked_up: list[str] = []
        self.answer = Accepted(Outcome.STORED)
        self.fails: Callable[[], Exception] | None = None
        self.hangs = False

    async def find(self, hook_id: str) -> Hook | None:
        self.looked_up.append(hook_id)
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails:
            raise self.fails()
        known = {HOOK_ID: True, ENDED_ID: False}
        return Hook(hook_id, "T1", "f1", SECRET, is_open=known[hook_id]) if hook_id in known else None

    async def accept(self, hook: Hook, heard: Heard) -> Accepted:
        self.stored.append((hook.follow_up, heard.delivery, heard.event, heard.payload))
        return self.answer


def signed(body: bytes, secret: str = SECRET, **more: str) -> dict[str, str]:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-github-event": "issues",
        "x-github-delivery": "guid-1",
        "x-hub-signature-256": f"sha256={signature}",
        **more,
    }


@pytest.fixture
def hooks() -> FakeHooks:
    return FakeHooks()


@asynccontextmanager
async def served(hooks: FakeHooks) -> AsyncIterator[str]:
    async with deadlines() as limits:
        app = make_routes(more=HookDoor(hooks, time.time, limits).routes())
        async with serve(app) as url:
            yield url


@pytest.fixture
async def client(hooks: FakeHooks) -> AsyncIterator[httpx2.AsyncClient]:
    async with served(hooks) as url, httpx2.AsyncClient(base_url=url, timeout=20) as client:
        yield client


async def post(
    client: httpx2.AsyncClient, body: bytes, headers: dict[str, str], hook: str = HOOK_ID
) -> httpx2.Response:
    return await client.post(f"/hooks/{hook}", content=body, headers=headers)


async def test_a_genuine_delivery_is_stored_and_answered_with_nothing(
    client: httpx2.AsyncClient, hooks: FakeHooks
) -> None:
    answer = await post(client, CLOSED, signed(CLOSED))
    assert (answer.status_code, answer.content) == (200, b"")
    [(follow_up, delivery, event, payload)] = hooks.stored
    assert (follow_up, delivery, event.in_short()) == ("f1", "guid-1", 'issues.closed: acme/web#12 "Login fails"')
    assert json.loads(payload) == json.loads(CLOSED)


@pytest.mark.parametrize(
    ("outcome", "status"), [(Outcome.STORED, 200), (Outcome.REPEAT, 200), (Outcome.ENDED, 410), (Outcome.TOO_MANY, 429)]
)
async def test_what_became_of_it_is_passed_on(
    client: httpx2.AsyncClient, hooks: FakeHooks, outcome: Outcome, status: int
) -> None:
    hooks.answer = Accepted(outcome, retry_after=17)
    answer = await post(client, CLOSED, signed(CLOSED))
    assert answer.status_code == status
    assert answer.headers.get("retry-after") == ("17" if outcome is Outcome.TOO_MANY else None)
    assert (answer.text == "") is (status == 200)


async def test_a_hook_whose_follow_up_is_over_stores_nothing_and_says_so_to_who_knows_the_secret(
    client: httpx2.AsyncClient, hooks: FakeHooks
) -> None:
    assert (await post(client, CLOSED, signed(CLOSED), ENDED_ID)).status_code == 410
    assert (await post(client, CLOSED, signed(CLOSED, "another"), ENDED_ID)).status_code == 404
    assert hooks.stored == []


async def test_nobody_can_find_out_which_hooks_exist(
    client: httpx2.AsyncClient, hooks: FakeHooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown id and a wrong signature: the same answer after the same work."""
    checked: list[bytes] = []

    def counting(secret: str, scheme: rule.Scheme, signature: bytes, body: bytes, real=rule.is_signed) -> bool:  # type: ignore[no-untyped-def]  # a default
        checked.append(body)
        return bool(real(secret, scheme, signature, body))

    monkeypatch.setattr(rule, "is_signed", counting)
    wrong = signed(CLOSED, "another")
    answers = [
        await post(client, CLOSED, wrong),
        await post(client, CLOSED, wrong, "n0b0dyKn0wsThisHookId"),
        await post(client, CLOSED, signed(CLOSED), "n0b0dyKn0wsThisHookId"),
        await post(client, CLOSED, wrong, ENDED_ID),
        await post(client, CLOSED, wrong, "short"),
        await post(client, CLOSED, wrong, "x" * 500),
    ]
    assert {(one.status_code, one.text) for one in answers} == {(404, answers[0].text)}
    assert {tuple(sorted(set(one.headers) - {"date"})) for one in answers} == {
        tuple(sorted({*answers[0].headers} - {"date"}))
    }
    assert len(checked) == len(answers)
    assert hooks.looked_up == [HOOK_ID, "n0b0dyKn0wsThisHookId", "n0b0dyKn0wsThisHookId", ENDED_ID]
    assert hooks.stored == []


async def test_not_even_by_what_cannot_be_read(client: httpx2.AsyncClient) -> None:
    """A wrong content type is told to who signed it, and to nobody else."""
    assert (await post(client, b"{}", signed(b"{}", **{"content-type": "text/plain"}))).status_code == 400
    for hook, secret in ((HOOK_ID, "another"), ("n0b0dyKn0wsThisHookId", SECRET)):
        answer = await post(client, b"{}", signed(b"{}", secret, **{"content-type": "text/plain"}), hook)
        assert answer.status_code == 404


async def test_a_ping_is_answered_and_wakes_nobody(client: httpx2.AsyncClient, hooks: FakeHooks) -> None:
    assert (await post(client, b"{}", signed(b"{}", **{"x-github-event": "ping"}))).status_code == 200
    assert hooks.stored == []


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_only_post_is_heard(client: httpx2.AsyncClient, hooks: FakeHooks, method: str) -> None:
    assert (await client.request(method, f"/hooks/{HOOK_ID}")).status_code == 405
    assert hooks.looked_up == []


async def test_the_size_is_counted_as_it_arrives(client: httpx2.AsyncClient, hooks: FakeHooks) -> None:
    body = b" " * LARGEST_BODY + b"{}"

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65536):
            yield body[start : start + 65536]

    answer = await client.post(f"/hooks/{HOOK_ID}", content=pieces(), headers=signed(body))
    assert answer.status_code == 413
    assert hooks.looked_up == []
    largest = body[2:]
    assert (await post(client, largest, signed(largest))).status_code == 200


@pytest.mark.parametrize("fails", [lambda: RedisAway("away"), TimeoutError, lambda: OSError("no route")])
async def test_where_the_store_is_away_the_sender_is_told_to_come_again(
    client: httpx2.AsyncClient, hooks: FakeHooks, fails: Callable[[], Exception]
) -> None:
    hooks.fails = fails
    assert (await post(client, CLOSED, signed(CLOSED))).status_code == 503
    hooks.fails = None
    assert (await post(client, CLOSED, signed(CLOSED))).status_code == 200


async def test_a_store_that_hangs_is_not_waited_for(
    client: httpx2.AsyncClient, hooks: FakeHooks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "STORE_LIMIT", timedelta(0))
    hooks.hangs = True
    assert (await post(client, CLOSED, signed(CLOSED))).status_code == 503


async def test_a_body_that_dribbles_is_not_waited_for(hooks: FakeHooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "READ_LIMIT", timedelta(0))
    head = f"POST /hooks/{HOOK_ID} HTTP/1.1\r\nHost: bot\r\nContent-Length: 20\r\n\r\n".encode()
    async with served(hooks) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        writer.write(head + b"{")
        async with asyncio.timeout(60):
            assert b" 408 " in await reader.readline()
        writer.close()
        await writer.wait_closed()
    assert hooks.looked_up == []


async def test_the_log_names_the_event_and_holds_neither_payload_nor_secret_nor_id(
    client: httpx2.AsyncClient,
) -> None:
    with capture_logs() as logs:
        await post(client, CLOSED, signed(CLOSED))
        await post(client, CLOSED, signed(CLOSED, "another"))
    assert [one["event"] for one in logs] == ["hook.heard", "hook.not_genuine", "hook.refused"]
    assert logs[0]["event_name"] == "issues.closed"
    said = repr(logs)
    assert not [hidden for hidden in (SECRET, HOOK_ID, "Login fails", "sha256=") if hidden in said]
