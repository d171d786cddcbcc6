"""What a webhook brought, as mail holds it and as a model reads it: rules, no I/O.

Several deliveries that one run reads are joined in one mail. One input holds `MOST_READ` characters of what was sent;
of what came after that, what happened in short stays.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bot.follow_ups.hook_events import name_of
from bot.threads.models import Mail
from workers.inputs import EventLine

MOST_READ = 60_000  # characters, a third of what a turn may take in; one payload has 20,000 at most

Brought = dict[
    str, str
]  # `hook`: what happened in short, `payload`: what was sent with it, `left_out`: how many before


def joined(mail: Sequence[Mail]) -> Mail:
    """The first, with all that the others brought."""
    first, *others = mail
    if not others:
        return first
    _, *more = _within([brought for item in mail for brought in _brought(item)])
    return replace(first, about={**first.about, "more": json.dumps(more, ensure_ascii=False)})


def events(mail: Sequence[Mail]) -> list[tuple[EventLine, ...]]:
    """What came with each of them, for one input."""
    kept = iter(_within([brought for item in mail for brought in _brought(item)]))
    return [tuple(line for _ in _brought(item) for line in _lines(next(kept))) for item in mail]


def names(mail: Iterable[Mail]) -> Counter[str]:
    """How many came of which event; under an empty name those whose sender gave none that may be shown."""
    return Counter(name_of(brought["hook"]) for item in mail for brought in _brought(item))


def _brought(mail: Mail) -> list[Brought]:
    if "payload" not in mail.about:
        return []
    first = {name: mail.about[name] for name in ("hook", "payload", "left_out") if name in mail.about}
    return [first, *json.loads(mail.about.get("more", "[]"))]


def _within(brought: Iterable[Brought]) -> Iterator[Brought]:
    room = MOST_READ
    for one in brought:
        room -= len(one["payload"])
        yield one if room >= 0 else {**one, "payload": ""}


def _lines(brought: Brought) -> Iterator[EventLine]:
    if left_out := brought.get("left_out"):
        yield EventLine(f"{left_out} more came before this one and were left out", "")
    yield EventLine(brought["hook"], brought["payload"] or None)
