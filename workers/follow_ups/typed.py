"""All that somebody types after `/followup`: the phrase of `phrases.py`, and by `+name` which agent does it.

The name stands where it does in a mention, before all else, or before what is to be done. Rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.slack import wire
from bot.texts.words import Language
from workers.follow_ups import phrases
from workers.follow_ups.phrases import Read
from workers.follow_ups.refusals import Wrong


@dataclass(frozen=True, slots=True)
class Typed:
    """`agent` as it was typed; None where whoever answers there is to do it."""

    read: Read
    agent: str | None = None


def read(text: str, *, now: datetime, language: Language) -> Typed | Wrong:
    """`text` is in wire form; the rest as for `phrases.read`."""
    first = wire.pick_agent(text.lstrip())
    found = phrases.read(first.rest, now=now, language=language)
    if isinstance(found, Wrong) or first.agent:
        return found if isinstance(found, Wrong) else Typed(found, first.agent)
    then = wire.pick_agent(found.prompt)
    if not then.rest.strip():
        return Wrong("follow_up.time.no_prompt")
    return Typed(replace(found, prompt=then.rest), then.agent)
