"""The line under what a run of a follow-up says: that it is one, whose, what for, when it comes again, and what was
left out.

Rules. The same words stand in Markdown and in mrkdwn, so nothing in them may mean something in either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.follow_ups.models import FollowUp, Status, Why
from bot.slack.text import shortened
from bot.texts import Words
from workers.follow_ups import described
from workers.follow_ups.zones import or_utc

NAME_SHOWN = 100
TASK_SHOWN = 48  # enough to tell two of one thread apart
EVENTS_SHOWN = 3
NO_EVENTS: Mapping[str, int] = {}

_SCHEME = re.compile(r"https?://")  # an address that is cut short must not become a link
_MARKS = re.compile(r"[\\`*_\[\]<>|~#&]")


def foot(
    after: FollowUp,
    words: Words,
    *,
    person: str,
    task: str = "",
    events: Mapping[str, int] = NO_EVENTS,
    zone: str,
    names_zone: bool = False,
    now: float,
    missed: int,
    missed_since: int,
    unanswered: Sequence[str],
) -> str:
    """`after` is the follow-up as it will stand when the run has ended; `task` what it is for, and `events` what woke
    it, where that needs saying; `unanswered` are tools that wanted a yes in vain."""
    who = woken(named(plain(person), task, words), events, words)
    at = moment(after.due, words, zone, now=now, names_zone=names_zone) if after.due else ""
    lines = [words.say(f"follow_up.run.{_state(after)}", person=who, count=after.failures, at=at)]
    if missed:
        since = moment(missed_since, words, zone, now=now, names_zone=names_zone)
        lines.append(words.say("follow_up.run.missed", count=missed, since=since))
    if unanswered:
        tools = words.names(["`" + tool.replace("`", "") + "`" for tool in unanswered])
        lines.append(words.say("follow_up.run.unanswered", tools=tools))
    return " ".join(lines)


def named(person: str, task: str, words: Words) -> str:
    """Whose it is, and what for, cut short."""
    short = shortened(plain(_SCHEME.sub("", task)), TASK_SHOWN)
    return words.say("follow_up.run.named", person=person, task=short) if short else person


def woken(who: str, events: Mapping[str, int], words: Words) -> str:
    """`who`, and by which events of a webhook, in what number (`deliveries.names`)."""
    if not events:
        return who
    said = [f"`{name}`" if name else words.say("follow_up.run.its_webhook") for name in events]
    counted = [
        f"{one} ({words.number(count)})" if count > 1 else one for one, count in zip(said, events.values(), strict=True)
    ]
    more = ["…"] if len(counted) > EVENTS_SHOWN else []
    return words.say("follow_up.run.woken", person=who, events=words.names([*counted[:EVENTS_SHOWN], *more]))


def moment(at: float, words: Words, zone: str, *, now: float, names_zone: bool) -> str:
    """A day and a time of day in `zone`, as the reader writes them."""
    here = or_utc(zone)
    there, then = datetime.fromtimestamp(at, here), datetime.fromtimestamp(now, here)
    return described.moment(there, words, now=then, names_zone=names_zone)


def plain(name: str) -> str:
    """A name without the signs that mean something."""
    return " ".join(_MARKS.sub("", name).split())[:NAME_SHOWN]


def _state(after: FollowUp) -> str:
    if after.status is Status.PAUSED:
        return "failed" if after.why is Why.FAILED else "paused"
    if after.status is Status.ENDED and after.why is not Why.DONE:
        return "ended"
    if after.when.hook:
        return "last" if after.status is Status.ENDED else "once"
    if after.due:
        return "next"
    return "last" if after.when.recurs else "once"
