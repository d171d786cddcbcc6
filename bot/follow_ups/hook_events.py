"""Rules: what a webhook's event is called, and what of it people and models are told in one line. No I/O.

Names are the vendors' own: GitHub's event and action (`issues.closed`), Linear's type and action (`Issue.update`), and
what others call theirs. All words in it are somebody else's: they are cut, and signs that nobody sees are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.unseen import is_unseen

UNNAMED = "event"  # of a sender that does not say what happened
PING = "ping"  # GitHub sends one when a hook is registered
LONGEST = 120  # characters of a title, or of who did it
LONGEST_NAME = 80  # characters of what an event is called

_NAME = re.compile(rf"[A-Za-z0-9_.:/-]{{1,{LONGEST_NAME}}}")
_HARMLESS = re.compile(r"[A-Za-z0-9_.:-]{1,60}")  # between backticks: without a slash it is no address

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class HookEvent:
    """`thing` is what it happened to (`acme/web#12`, `ENG-3`), `who` did it; each may be empty."""

    name: str
    thing: str = ""
    title: str = ""
    who: str = ""

    @property
    def is_ping(self) -> bool:
        return self.name == PING

    def in_short(self, by: str = "by {who}") -> str:
        """`issues.closed: acme/web#12 "Login fails" by ada`. `by` is how that is said to whoever reads it."""
        title = f'"{self.title}"' if self.title else ""
        details = " ".join(part for part in (self.thing, title, by.format(who=self.who) if self.who else "") if part)
        return f"{self.name}: {details}" if details else self.name


def of_github(event: str, said: Json) -> HookEvent:
    """https://docs.github.com/en/webhooks/webhook-events-and-payloads"""
    name = _named(event)
    if action := _name(said.get("action")):
        name = f"{name}.{action}"
    repository = _text(_at(said, "repository", "full_name"))
    about: Json = next((said[kind] for kind in ("pull_request", "issue", "discussion") if _is(said.get(kind))), {})
    number = about.get("number")
    thing = f"{repository}#{number}" if isinstance(number, int) else " ".join(_words(repository, _branch(said)))
    title = _text(about.get("title")) or _text(_at(said, "head_commit", "message"))
    return HookEvent(name, thing, title, _text(_at(said, "sender", "login")))


def of_linear(said: Json) -> HookEvent:
    """https://linear.app/developers/webhooks#webhook-payload"""
    name = ".".join(_words(_named(said.get("type")), _name(said.get("action"))))
    data = said["data"] if _is(said.get("data")) else {}
    issue = data["issue"] if _is(data.get("issue")) else {}  # of a comment
    thing = _text(data.get("identifier")) or _text(issue.get("identifier"))
    title = next((text for one in ("title", "name") if (text := _text(data.get(one)))), "") or _text(issue.get("title"))
    return HookEvent(name, thing, title, _text(_at(said, "actor", "name")))


def of_others(event: str) -> HookEvent:
    """Nothing is known of their bodies."""
    return HookEvent(_named(event))


def name_of(in_short: str) -> str:
    """The name out of what `in_short` made, for people: it formats, links and calls nothing. Empty where none is."""
    name = in_short.partition(": ")[0]
    return name if name != UNNAMED and _HARMLESS.fullmatch(name) else ""


def _branch(said: Json) -> str:
    ref = said.get("ref")
    return _text(ref.removeprefix("refs/heads/").removeprefix("refs/tags/")) if isinstance(ref, str) else ""


def _at(said: Json, outer: str, inner: str) -> Any:
    within = said.get(outer)
    return within.get(inner) if isinstance(within, dict) else None


def _is(thing: Any) -> bool:
    return isinstance(thing, dict)


def _name(given: Any) -> str:
    return given if isinstance(given, str) and _NAME.fullmatch(given) else ""


def _named(given: Any) -> str:
    return _name(given) or UNNAMED


def _words(*parts: str) -> Iterator[str]:
    yield from (part for part in parts if part)


def _text(given: Any) -> str:
    """The first line of it."""
    if not isinstance(given, str):
        return ""
    line = next(iter(given[: 4 * LONGEST].strip().splitlines()), "")
    seen = "".join(" " if sign.isspace() else sign for sign in line if sign.isspace() or not is_unseen(sign))
    plain = " ".join(seen.split())
    return plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1]}…"
