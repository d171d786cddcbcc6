"""Whatever is sent to the port: a 4xx or a quiet 200, never a 500, and nothing is stored that no person said."""

from __future__ import annotations

import json
import random
import time
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

import pytest

from playground.slack.standin import Standin
from tests.bot.listeners.conftest import Hearing, OpenBot, all_recorded, recorded, signed

SEED = 20261123
STRINGS = ["", "\x00", "é", "\ud800", "U0ADA", "x" * 5000, "1e999", "<@U0BOT>", "T:1", "../..", "🙂" * 50]
VALUES: list[Any] = [None, True, 0, -1, 1e308, 10**30, [], {}, [[]], [None], {"id": 1}, {"type": []}, *STRINGS]
METHODS = ["GET", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "BREW"]
TYPES = ["application/json", "application/x-www-form-urlencoded", "text/plain", "", "multipart/form-data", "\xff"]


class Mischief:
    """Makes bad requests, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311  # repeatable, not secret
        self.samples = [recorded(name) for name in all_recorded()]

    def value(self, depth: int = 0) -> Any:
        kind = self.random.randrange(6 if depth < 4 else 4)
        if kind == 4:
            return [self.value(depth + 1) for _ in range(self.random.randrange(4))]
        if kind == 5:
            return {self.random.choice(["type", "event", "team", "x"]): self.value(depth + 1) for _ in range(3)}
        return self.random.choice(VALUES)

    def broken(self, value: Any) -> Any:
        """`value` with something in it replaced, dropped or doubled."""
        chance = self.random.random()
        if chance < 0.15 or not value or not isinstance(value, dict | list):
            return self.value()
        if isinstance(value, list):
            return [self.broken(item) for item in value] * self.random.choice([1, 1, 2])
        name = self.random.choice(list(value))
        if chance < 0.3:
            return {key: item for key, item in value.items() if key != name}
        return value | {name: self.broken(value[name])}

    def unsaid(self) -> Any:
        """A payload as Slack might send it, but for what would make it somebody's words."""
        body = self.broken(self.random.choice(self.samples))
        if isinstance(body, dict):
            if self.random.random() < 0.5:
                body.pop("authorizations", None)
            for place in (body, body.get("event")):
                if isinstance(place, dict):
                    place.pop("channel", None)
                    place.pop("container", None)
        return body

    def noise(self) -> bytes:
        """Bytes that are neither JSON nor a form, or only almost."""
        good = json.dumps(self.random.choice(self.samples)).encode()
        match self.random.randrange(8):
            case 0:
                return self.random.randbytes(self.random.randrange(300))
            case 1:
                return good[: self.random.randrange(len(good))]
            case 2:
                return b"[" * self.random.choice([10, 5000, 200_000])
            case 3:
                return b'{"a":' * self.random.choice([10, 5000, 100_000]) + b"1"
            case 4:
                return b"payload=" + quote_from_bytes(self.random.randbytes(40)).encode()
            case 5:
                return self.random.choice(
                    [b"", b"null", b"1", b'"x"', b"[]", b"{}", b"NaN", b"\xff\xfe{}", b"\xef\xbb\xbf{}"]
                )
            case 6:
                return good.replace(b'"', b"'", 1 + self.random.randrange(3))
            case _:
                return b'{"type":"event_callback","event_time":' + b"9" * self.random.choice([400, 5000]) + b"}"

    def request(self) -> tuple[str, bytes, dict[bytes, bytes]]:
        """Method, body and headers."""
        kind = self.random.randrange(8)
        content_type = self.random.choice(TYPES[:2]) if kind < 6 else self.random.choice(TYPES)
        body = json.dumps(self.unsaid() if kind % 2 else self.random.choice(self.samples)).encode()
        if kind in (1, 5) and content_type.endswith("urlencoded"):
            body = urlencode({"payload": body.decode()}).encode()
        if kind in (2, 3):
            body = self.noise()
        headers = {name.encode(): value.encode("latin-1") for name, value in signed(body, content_type).items()}
        method = "POST"
        if kind in (0, 4):
            self.unsign(headers, body)
        elif kind == 6:
            method = self.random.choice(METHODS)
        elif kind == 7 and self.random.random() < 0.05:
            body = b"x" * ((1 << 20) + 1)
            headers = {name.encode(): value.encode() for name, value in signed(body).items()}
        elif kind == 7:
            body = json.dumps(self.unsaid()).encode()
            headers = {name.encode(): value.encode("latin-1") for name, value in signed(body, content_type).items()}
        return method, body, headers

    def unsign(self, headers: dict[bytes, bytes], body: bytes) -> None:
        """Break the signature, so that even a person's own words must not get through."""
        stamp, signature = b"x-slack-request-timestamp", b"x-slack-signature"
        match self.random.randrange(8):
            case 0:
                del headers[signature]
            case 1:
                del headers[stamp]
            case 2:
                headers[signature] = self.random.randbytes(self.random.randrange(1, 80)).hex().encode()
            case 3:
                headers[stamp] = self.random.choice([b"", b"x", b"-5", b"9" * 30, b"1e9", b"\xff", b" 1", b"0"])
            case 4:
                old = str(int(time.time()) + self.random.choice([-301, -86400, 400]))
                headers[stamp] = old.encode()
            case 5:
                headers[signature] = b"v0=" + b"0" * 64
            case 6:
                headers |= {name.encode(): value.encode() for name, value in signed(body, secret="guess").items()}
            case _:
                headers[signature] = headers[signature][:-1] + bytes([headers[signature][-1] ^ 1])


async def try_all(bot: Hearing, count: int, seed: int) -> dict[int, int]:
    mischief = Mischief(seed)
    answers: dict[int, int] = {}
    for number in range(count):
        method, body, headers = mischief.request()
        answer = await bot.http.request(method, "/slack/events", content=body, headers=list(headers.items()))
        status = answer.status_code
        assert status == 200 or 400 <= status < 500, f"request {number} of seed {seed}: {status} {body[:300]!r}"
        answers[status] = answers.get(status, 0) + 1
    return answers


async def test_two_thousand_bad_requests_are_turned_away_and_leave_nothing(bot: Hearing) -> None:
    answers = await try_all(bot, 2_000, SEED)
    assert await bot.redis.dbsize() == 0
    assert {200, 400, 401, 405} <= set(answers), "the mischief must reach every door"


@pytest.mark.proof
async def test_twenty_thousand_bad_requests_are_turned_away_and_leave_nothing(bot: Hearing) -> None:
    answers = await try_all(bot, 20_000, SEED + 1)
    assert await bot.redis.dbsize() == 0
    assert {200, 400, 401, 405, 413} <= set(answers)


async def test_signed_nonsense_breaks_nothing_and_what_it_leaves_can_be_read(
    open_bot: OpenBot, slack: tuple[Standin, str]
) -> None:
    """Here a payload may keep enough of itself to be somebody's words; then it is mail like any other."""
    bot = await open_bot(slack_api_url=slack[1])
    mischief = Mischief(SEED + 2)
    for number in range(1_000):
        body = json.dumps(mischief.broken(mischief.random.choice(mischief.samples))).encode()
        answer = await bot.raw(body)
        assert answer.status_code in (200, 400), f"request {number}: {answer.status_code} {body[:300]!r}"
    assert await bot.mail()
