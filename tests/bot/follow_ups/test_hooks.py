"""Which webhook is genuine, which delivery it is and how its event is called; and all the ways in which it is not."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from bot.follow_ups.hooks import NotGenuine, Scheme, Unreadable, is_signed, read

SECRET = "a secret that nobody guesses"
NOW = 1_790_000_000.0
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
Headers = dict[str, str]


def hexed(body: bytes, secret: str = SECRET, how: str = "sha256") -> str:
    return hmac.new(secret.encode(), body, how).hexdigest()


def github(body: bytes, **more: str) -> Headers:
    known = {"content-type": JSON, "x-github-event": "issues", "x-github-delivery": "72d3162e-cc78"}
    return {**known, "x-hub-signature-256": f"sha256={hexed(body)}", **_named(more)}


def linear(body: bytes, **more: str) -> Headers:
    known = {"content-type": "application/json; charset=utf-8", "linear-delivery": "234d1a4e", "linear-event": "Issue"}
    return {**known, "linear-signature": hexed(body), **_named(more)}


def plain(body: bytes, **more: str) -> Headers:
    signed = more["x_delivery"].encode() + b"." + body if "x_delivery" in more else body
    return {"content-type": JSON, "x-signature-256": f"sha256={hexed(signed)}", **_named(more)}


def _named(headers: dict[str, str]) -> Headers:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def raw(headers: Headers) -> list[tuple[bytes, bytes]]:
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def a_body(**said: Any) -> bytes:
    return json.dumps(said).encode()


CLOSED = a_body(
    action="closed",
    issue={"number": 12, "title": "Login fails"},
    repository={"full_name": "acme/web"},
    sender={"login": "ada"},
)
UPDATED = a_body(
    action="update",
    type="Issue",
    data={"identifier": "ENG-3", "title": "Slow search"},
    actor={"name": "Ada Lovelace"},
    webhookTimestamp=int(NOW * 1000),
)
DEPLOYED = a_body(what="deployed")


def test_the_example_of_githubs_documentation_is_believed() -> None:
    signature = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert is_signed("It's a Secret to Everybody", Scheme.GITHUB, signature, b"Hello, World!")
    assert not is_signed("It's a Secret to Somebody", Scheme.GITHUB, signature, b"Hello, World!")
    assert not is_signed("It's a Secret to Everybody", Scheme.GITHUB, signature, b"Hello, World?")


def test_no_secret_signs_nothing() -> None:
    assert not is_signed("", Scheme.PLAIN, f"sha256={hexed(b'{}', '')}".encode(), b"{}")


@pytest.mark.parametrize(
    ("body", "headers", "scheme", "delivery", "in_short"),
    [
        (CLOSED, github(CLOSED), Scheme.GITHUB, "72d3162e-cc78", 'issues.closed: acme/web#12 "Login fails" by ada'),
        (UPDATED, linear(UPDATED), Scheme.LINEAR, "234d1a4e", 'Issue.update: ENG-3 "Slow search" by Ada Lovelace'),
        (DEPLOYED, plain(DEPLOYED, x_event="deploy.done", x_delivery="17"), Scheme.PLAIN, "17", "deploy.done"),
        (DEPLOYED, plain(DEPLOYED), Scheme.PLAIN, hashlib.sha256(DEPLOYED).hexdigest(), "event"),
    ],
)
def test_each_of_the_three_ways_to_sign_is_understood(
    body: bytes, headers: Headers, scheme: Scheme, delivery: str, in_short: str
) -> None:
    heard = read(SECRET, raw(headers), body, NOW)
    assert (heard.scheme, heard.delivery, heard.event.in_short()) == (scheme, delivery, in_short)
    assert json.loads(heard.payload) == json.loads(body)


def test_githubs_form_is_understood() -> None:
    body = urlencode({"payload": CLOSED.decode()}).encode()
    heard = read(SECRET, raw(github(body, content_type=FORM)), body, NOW)
    assert heard.event.name == "issues.closed"
    assert json.loads(heard.payload) == json.loads(CLOSED)


@pytest.mark.parametrize("given", ["", "x" * 129, "two words", "é"])
def test_an_odd_delivery_is_named_by_what_was_signed_or_a_strangers(given: str) -> None:
    heard = read(SECRET, raw(github(DEPLOYED, x_github_delivery=given)), DEPLOYED, NOW)
    assert heard.delivery == hashlib.sha256(DEPLOYED).hexdigest()
    with pytest.raises(NotGenuine, match="malformed"):
        read(SECRET, raw(plain(DEPLOYED, x_delivery=given)), DEPLOYED, NOW)


def test_a_plain_signature_covers_the_id_so_that_equal_bodies_are_told_apart() -> None:
    one, other = (read(SECRET, raw(plain(DEPLOYED, x_delivery=given)), DEPLOYED, NOW) for given in ("17", "18"))
    assert one.delivery != other.delivery
    assert one.digest != other.digest


def test_an_id_that_was_added_changed_or_taken_away_on_the_way_makes_a_request_a_strangers() -> None:
    bare, named = plain(DEPLOYED), plain(DEPLOYED, x_delivery="17")
    without = {name: value for name, value in named.items() if name != "x-delivery"}
    for headers in ({**bare, "x-delivery": "17"}, {**named, "x-delivery": "18"}, without):
        with pytest.raises(NotGenuine, match="does not fit"):
            read(SECRET, raw(headers), DEPLOYED, NOW)


SHA1 = f"sha1={hexed(CLOSED, how='sha1')}"
GOOD = hexed(CLOSED)


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": JSON},
        {"content-type": JSON, "x-github-event": "issues", "x-hub-signature": SHA1},  # sha1 is no signature
        github(CLOSED, x_hub_signature_256=SHA1),
        github(CLOSED, x_hub_signature_256=GOOD),
        github(CLOSED, x_hub_signature_256=f"sha256={GOOD.upper()}"),
        github(CLOSED, x_hub_signature_256=f"sha256={GOOD[:-1]}"),
        github(CLOSED, x_hub_signature_256=f"sha256={GOOD}0"),
        github(CLOSED, x_hub_signature_256="sha256="),
        github(CLOSED, x_hub_signature_256=""),
        github(CLOSED, x_hub_signature_256=f"sha256={hexed(CLOSED, 'another secret')}"),
        github(CLOSED, x_hub_signature_256=f"sha256={hexed(CLOSED + b' ')}"),
        github(CLOSED, x_hub_signature_256="sha256=" + "é" * 32),
        github(CLOSED, x_signature_256=f"sha256={GOOD}"),  # two kinds, both right
        github(CLOSED, linear_signature="0" * 64),
        plain(CLOSED, x_signature_256=GOOD),
    ],
)
def test_what_is_not_well_signed_is_a_strangers(headers: Headers) -> None:
    with pytest.raises(NotGenuine):
        read(SECRET, raw(headers), CLOSED, NOW)


@pytest.mark.parametrize("name", ["x-hub-signature-256", "x-github-delivery", "x-github-event", "content-type"])
def test_a_header_that_stands_there_twice_is_a_strangers(name: str) -> None:
    headers = github(CLOSED)
    with pytest.raises(NotGenuine, match="twice"):
        read(SECRET, [*raw(headers), (name.encode(), headers[name].encode())], CLOSED, NOW)


@pytest.mark.parametrize("late", [-60, 0, 60])
def test_clocks_may_differ_by_a_minute(late: int) -> None:
    assert read(SECRET, raw(linear(UPDATED)), UPDATED, NOW + late).event.name == "Issue.update"


@pytest.mark.parametrize("late", [-61, 61, 86_400])
def test_an_old_request_of_linears_does_not_count_under_whatever_header(late: int) -> None:
    for headers in (linear(UPDATED), plain(UPDATED), github(UPDATED)):
        with pytest.raises(NotGenuine, match="away from now"):
            read(SECRET, raw(headers), UPDATED, NOW + late)


@pytest.mark.parametrize("sent_at", [None, "1790000000000", True, [], -1, 10**400, 1e999])
def test_linear_says_when_it_sent(sent_at: Any) -> None:
    said = {} if sent_at is None else {"webhookTimestamp": sent_at}
    body = json.dumps(said).replace("Infinity", "1e999").encode()
    with pytest.raises((NotGenuine, Unreadable)):
        read(SECRET, raw(linear(body)), body, NOW)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", JSON),
        (b"closed", JSON),
        (b"[]", JSON),
        (b"null", JSON),
        (b'"text"', JSON),
        (b'{"a":NaN}', JSON),
        (b'{"a":"\xff"}', JSON),
        (b'{"a":"\\ud800"}', JSON),
        (b'{"a":' * 5000, JSON),
        (b"[" * 100_000 + b"]" * 100_000, JSON),
        (CLOSED, "text/plain"),
        (CLOSED, ""),
        (CLOSED, FORM),
        (b"payload=", FORM),
        (b"payload=%7B%7D&payload=%7B%7D", FORM),
        (b"other=%7B%7D", FORM),
        (b"payload=%7B%7D&more=1", FORM),
        ("payload=é".encode(), FORM),
    ],
)
def test_what_is_signed_and_says_nothing_is_told_so(body: bytes, content_type: str) -> None:
    with pytest.raises(Unreadable) as told:
        read(SECRET, raw(github(body, content_type=content_type)), body, NOW)
    assert str(told.value).endswith(".")


def test_only_github_may_write_a_form() -> None:
    body = urlencode({"payload": UPDATED.decode()}).encode()
    for headers in (plain(body, content_type=FORM), linear(body, content_type=FORM)):
        with pytest.raises(Unreadable):
            read(SECRET, raw(headers), body, NOW)


def test_of_headers_nothing_is_kept_but_names() -> None:
    kept = repr(read(SECRET, raw(plain(DEPLOYED, authorization="Bearer abc", cookie="c=1")), DEPLOYED, NOW))
    assert "abc" not in kept
    assert hexed(DEPLOYED) not in kept
