"""The app's Request URL: one signed POST and what came of it."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlencode

import aiohttp

from playground.slack.models import Json

REDIRECTS = 2


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one attempt."""

    ok: bool
    status: int | None = None
    reason: str = ""  # Slack's retry reason
    may_repeat: bool = True
    body: str = ""

    @property
    def answer(self) -> Json | None:
        """What the app answered beside its acknowledgement: JSON, or a text as a message's; None for nothing."""
        text = self.body.strip()
        if not text:
            return None
        try:
            said = json.loads(text)
        except ValueError:
            return {"text": text}
        return said if isinstance(said, dict) else {"text": text}


Kind = Literal["events_api", "interactive", "slash_commands"]


class RequestUrl:
    """`session` carries the deadline: three seconds, as with Slack."""

    def __init__(self, session: aiohttp.ClientSession, signing_secret: str) -> None:
        self._session = session
        self._secret = signing_secret

    async def post(self, url: str, payload: Json, attempt: int, reason: str, *, kind: Kind) -> Heard:
        """One try; what goes wrong is told by Slack's word for it."""
        body = _body(kind, payload)
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded" if kind != "events_api" else "application/json",
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._secret, timestamp, body),
        }
        if attempt:
            headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason or "http_error"}
        try:
            async with self._session.post(url, data=body, headers=headers, max_redirects=REDIRECTS) as response:
                said = await response.text(errors="replace")
                no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                if 200 <= response.status < 300:
                    return Heard(True, response.status, body=said)
                return Heard(False, response.status, "http_error", may_repeat=not no_retry, body=said)
        except TimeoutError:
            return Heard(False, reason="http_timeout")
        except aiohttp.TooManyRedirects:
            return Heard(False, reason="too_many_redirects")
        except aiohttp.ClientError:
            return Heard(False, reason="connection_failed")


def _body(kind: Kind, payload: Json) -> bytes:
    if kind == "slash_commands":
        return urlencode(payload).encode()
    text = json.dumps(payload, separators=(",", ":"))
    return (urlencode({"payload": text}) if kind == "interactive" else text).encode()


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
