"""Rules of a signed webhook: whether a request is genuine, which delivery it is, and what it carries. No I/O.

A hook's secret is known to us and to whoever sends. Three ways to sign are understood, each an HMAC with SHA-256 over
the raw body: GitHub's, Linear's, and a plain one for everybody else, which also signs the delivery's id where it names
one: `X-Delivery`, a full stop, the body. Whatever is missing, doubled, of two kinds or malformed makes a request a
stranger's; so does a body that says it was sent long ago, whichever way it was signed.

https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
https://linear.app/developers/webhooks#securing-webhooks
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import from_json

from bot.follow_ups.hook_events import HookEvent, of_github, of_linear, of_others
from bot.follow_ups.hook_payloads import shortened

LARGEST_BODY = 1 << 20  # 1 MiB; GitHub sends up to 25 MB, which no turn could read
CLOCKS_DIFFER = timedelta(seconds=60)  # Linear's own advice against replays
SENT_AT = "webhookTimestamp"  # Linear's name of when a body was sent, in milliseconds
END_OF_TIME = 1e15  # milliseconds; no float can be reckoned with beyond some number of digits

_HEX = re.compile(rb"[0-9a-f]{64}")
_DELIVERY = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

Json = dict[str, Any]


class Scheme(StrEnum):
    """Who signs like that. The value is the header in which the signature stands."""

    GITHUB = "x-hub-signature-256"
    LINEAR = "linear-signature"
    PLAIN = "x-signature-256"


DELIVERY = {Scheme.GITHUB: "x-github-delivery", Scheme.LINEAR: "linear-delivery", Scheme.PLAIN: "x-delivery"}
EVENT = {Scheme.GITHUB: "x-github-event", Scheme.PLAIN: "x-event"}  # Linear's stands in the body
_PREFIX = {Scheme.GITHUB: b"sha256=", Scheme.LINEAR: b"", Scheme.PLAIN: b"sha256="}
_READ = frozenset({*Scheme, *DELIVERY.values(), *EVENT.values(), "content-type"})


class NotGenuine(Exception):
    """Nobody who knows the secret sent this, or not now. `reason` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unreadable(Exception):
    """It is genuine, and says nothing that could be understood: a plain sentence for whoever sends."""


@dataclass(frozen=True, slots=True)
class Hook:
    """One that exists: whose follow-up it wakes, and whether that is still open."""

    id: str
    team: str
    follow_up: str
    secret: str = field(repr=False)
    is_open: bool = True


class Outcome(StrEnum):
    STORED = "stored"
    REPEAT = "repeat"  # this delivery was stored before
    ENDED = "ended"  # the follow-up is over, since a moment ago perhaps
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a delivery; of too many, after how many seconds the next one is taken."""

    outcome: Outcome
    retry_after: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """A genuine request. `delivery` is the same for each repeat of it, as its sender says, and `digest` is that of what
    was signed; `payload` is JSON that a model can take."""

    scheme: Scheme
    delivery: str
    event: HookEvent
    payload: str
    digest: str


def read(secret: str, headers: Iterable[tuple[bytes, bytes]], body: bytes, now: float) -> Heard:
    """Raises `NotGenuine` or, once the signature was found right, `Unreadable`. Header names are in lower case."""
    found = _found(headers)
    scheme = _scheme(found)
    signed = _signed(found, scheme, body)
    if not is_signed(secret, scheme, found[scheme], signed):
        raise NotGenuine("The signature does not fit the body.")
    said = _said(found, scheme, body)
    _must_be_of_now(said, scheme, now)
    digest = sha256(signed).hexdigest()
    return Heard(scheme, _delivery(found, scheme) or digest, _event(found, scheme, said), shortened(said), digest)


def _signed(found: Mapping[str, bytes], scheme: Scheme, body: bytes) -> bytes:
    """What the signature is over. An id that is not in it could be anybody's; one that is, tells equal bodies apart."""
    if scheme is not Scheme.PLAIN or DELIVERY[scheme] not in found:
        return body
    if not _delivery(found, scheme):
        raise NotGenuine("The delivery's id is malformed.")
    return found[DELIVERY[scheme]] + b"." + body


def is_signed(secret: str, scheme: Scheme, signature: bytes, signed: bytes) -> bool:
    """Whether `signature` was made over `signed` by who knows the secret. No secret signs nothing."""
    made = hmac.digest(secret.encode(), signed, "sha256").hex().encode()
    prefix = _PREFIX[scheme]
    well_formed = signature.startswith(prefix) and bool(_HEX.fullmatch(signature[len(prefix) :]))
    return hmac.compare_digest(prefix + made, signature) and well_formed and bool(secret)


def _found(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, bytes]:
    """Those that are read, each once."""
    found: dict[str, bytes] = {}
    for raw, value in headers:
        name = raw.decode("latin-1")
        if name in _READ:
            if name in found:
                raise NotGenuine("A header that must be there once is there twice.")
            found[name] = value
    return found


def _scheme(found: Mapping[str, bytes]) -> Scheme:
    match [scheme for scheme in Scheme if scheme in found]:
        case [scheme]:
            return scheme
        case []:
            raise NotGenuine("The request carries no signature.")
        case _:
            raise NotGenuine("The request carries two different signatures.")


def _said(found: Mapping[str, bytes], scheme: Scheme, body: bytes) -> Json:
    kind = found.get("content-type", b"").decode("latin-1").partition(";")[0].strip().lower()
    match kind:
        case "application/json":
            text = body
        case "application/x-www-form-urlencoded" if scheme is Scheme.GITHUB:
            text = _form(body)
        case _:
            raise Unreadable("The body has to be JSON, and Content-Type has to say so (application/json).")
    try:
        said = from_json(text, allow_inf_nan=False)
    except ValueError:  # also for what is nested too deeply
        said = None
    if not isinstance(said, dict):
        raise Unreadable("The body is not a JSON object.")
    return said


def _form(body: bytes) -> bytes:
    """GitHub's other way to write: one field, `payload`, that holds the JSON."""
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, max_num_fields=2)
    except ValueError:
        fields = []
    match fields:
        case [("payload", text)]:
            return text.encode()
        case _:
            raise Unreadable("The form has to have one field, payload.")


def _must_be_of_now(said: Json, scheme: Scheme, now: float) -> None:
    # Whatever the header is called: else an old request of Linear's would be fresh again under another name.
    sent_at = said.get(SENT_AT)
    if sent_at is None and scheme is not Scheme.LINEAR:
        return
    if isinstance(sent_at, bool) or not isinstance(sent_at, int | float) or not 0 < sent_at < END_OF_TIME:
        raise NotGenuine("The body does not say when it was sent.")
    if abs(now - sent_at / 1000) > CLOCKS_DIFFER.total_seconds():
        raise NotGenuine("The body was sent more than a minute away from now.")


def _delivery(found: Mapping[str, bytes], scheme: Scheme) -> str:
    """As its sender names it; empty where it does not."""
    given = found.get(DELIVERY[scheme], b"").decode("latin-1")
    return given if _DELIVERY.fullmatch(given) else ""


def _event(found: Mapping[str, bytes], scheme: Scheme, said: Json) -> HookEvent:
    match scheme:
        case Scheme.GITHUB:
            return of_github(found.get(EVENT[scheme], b"").decode("latin-1"), said)
        case Scheme.LINEAR:
            return of_linear(said)
        case Scheme.PLAIN:
            return of_others(found.get(EVENT[scheme], b"").decode("latin-1"))
