"""What people type after `/followup`, in English or French: when, and then what, or what and then when.

Read conservatively: what has two readings, is past or is no time at all is refused, with the nearest sensible time
where there is one. Both languages are understood whoever asks. What is not part of the time is the prompt, unchanged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.follow_ups.models import When
from bot.texts.words import Language
from workers.follow_ups import ends, hooked, once, past, recurrence, repeating, unread
from workers.follow_ups.ends import End, Tail
from workers.follow_ups.once import Once
from workers.follow_ups.refusals import Refusal, Wrong
from workers.follow_ups.repeating import Repeating
from workers.follow_ups.scanner import Scanner

WORDS_AT_END = 20  # the longest phrase that is looked for at the end of a text
TRAILING = " ,;:–—-\n\t"

_BETWEEN = r"[\s,;:.–—-]+"


@dataclass(frozen=True, slots=True)
class Read:
    """`ends_at`, `most_runs` and `events` as in `FollowUp`. `hour_said`: whether the time of day is the person's, not
    ours. `end_said` is what was taken for its end though it stood behind what is to be done."""

    when: When
    prompt: str
    ends_at: int = 0
    most_runs: int = 0
    hour_said: bool = True
    events: tuple[str, ...] = ()
    end_said: str = ""


@dataclass(frozen=True, slots=True)
class _Phrase:
    when: When
    end: End = ends.NONE
    hour_said: bool = True
    exact: bool = True


def read(text: str, *, now: datetime, language: Language) -> Read | Wrong:
    """`now` is in the person's zone, whose name the result bears."""
    try:
        return (
            _by_webhook(text, now)
            or _at_the_beginning(text, now, language)
            or _at_the_end(text, now, language)
            or _not_understood(text)
        )
    except Refusal as refused:
        return refused.wrong


def _not_understood(text: str) -> Wrong:
    return Wrong("follow_up.time.webhook" if hooked.begins(text) else "follow_up.time.not_understood")


def _by_webhook(text: str, now: datetime) -> Read | None:
    """ "webhook issues.closed: tell me who closed it": whenever one of these events comes in, or any."""
    if not (found := hooked.phrase(text)):
        return None
    events, prompt = found
    if not prompt:
        raise Refusal("no_prompt")
    return Read(When(hook=True, zone=_zone(now)), prompt, events=events)


def _at_the_beginning(text: str, now: datetime, language: Language) -> Read | None:
    scanner = Scanner(text)
    if over := past.take(scanner, now):
        raise over.refusal
    if not (phrase := _phrase(scanner, now, language)):
        return None
    if unread.stands(scanner):
        raise Refusal("unread", said=unread.part(scanner))
    phrase, tail = _with_tail(phrase, text, scanner.at, now, language)
    prompt = re.sub(rf"^{_BETWEEN}", "", text[scanner.at : tail.begins] if tail else text[scanner.at :])
    return _read(phrase, prompt.rstrip(TRAILING if tail else None), end_said=tail.said if tail else "")


def _with_tail(
    phrase: _Phrase, text: str, begin: int, now: datetime, language: Language
) -> tuple[_Phrase, Tail | None]:
    """The end of one that comes again, where it stands behind what is to be done."""
    if phrase.end or not phrase.when.recurs:
        return phrase, None
    tail = ends.behind(text, begin, now, language, hour_said=phrase.hour_said)
    return (_ended(phrase, tail.end, now), tail) if tail else (phrase, None)


def _at_the_end(text: str, now: datetime, language: Language) -> Read | None:
    """The longest phrase that the text ends with. One that may be a part of the task, or goes on, is refused."""
    begins = [found.end() for found in re.finditer(r"\s+", text.rstrip())]
    for begin in begins[-WORDS_AT_END:]:
        scanner = Scanner(text, begin)
        over = past.take(scanner, now)
        if over and over.exact and _is_over(scanner):
            raise over.refusal
        phrase = None if over else _phrase(scanner, now, language)
        if phrase is None:
            continue
        goes_on = not _is_over(scanner)
        if goes_on and not unread.stands(scanner):
            continue
        if goes_on or not phrase.exact:
            raise Refusal("put_first", said=text[begin:].strip(" .!"))
        return _read(phrase, text[:begin].rstrip(TRAILING))
    return None


def _is_over(scanner: Scanner) -> bool:
    return re.fullmatch(r"[\s.!]*", scanner.rest) is not None


def _read(phrase: _Phrase, prompt: str, *, end_said: str = "") -> Read:
    if not prompt:
        raise Refusal("no_prompt")
    return Read(phrase.when, prompt, phrase.end.at, phrase.end.runs, phrase.hour_said, end_said=end_said)


def _phrase(scanner: Scanner, now: datetime, language: Language) -> _Phrase | None:
    if found := repeating.take(scanner, now):
        return _repeated(scanner, found, now, language)
    if single := once.take(scanner, now, language):
        return _single(single, now)
    return None


def _single(found: Once, now: datetime) -> _Phrase:
    when = When(at=int(found.moment.timestamp()), zone=_zone(now))
    return _Phrase(when, hour_said=found.hour_said, exact=found.exact)


def _repeated(scanner: Scanner, found: Repeating, now: datetime, language: Language) -> _Phrase:
    when = _begun(found, now)
    first = recurrence.after(when, now.timestamp())
    hour_said = found.hour_said or found.is_sub_daily
    end = ends.take(scanner, now, language, hour_said=hour_said)
    if first is None:
        raise Refusal("never")
    return _ended(_Phrase(when, hour_said=hour_said), end, now)


def _ended(phrase: _Phrase, end: End, now: datetime) -> _Phrase:
    first = recurrence.after(phrase.when, now.timestamp())
    if end.at and first and end.at < first:
        raise Refusal("ends_before", nearest=datetime.fromtimestamp(first, now.tzinfo))
    return replace(phrase, end=end)


def _begun(found: Repeating, now: datetime) -> When:
    """Its first time is the next one that fits: "every 2 weeks on Tuesday" begins on the coming Tuesday."""
    minute, zone = now.replace(second=0, microsecond=0), _zone(now)
    if found.is_sub_daily:
        length = timedelta(minutes=1) if found.frequency == "MINUTELY" else timedelta(hours=1)
        start = (minute.astimezone(UTC) + found.interval * length).astimezone(now.tzinfo)
        return When(rule=found.rule(interval=found.interval), start=_local(start), zone=zone)
    first = recurrence.after(When(rule=found.rule(interval=1), start=_local(minute), zone=zone), now.timestamp())
    start = datetime.combine(datetime.fromtimestamp(first, now.tzinfo), found.hour) if first else minute
    return When(rule=found.rule(interval=found.interval), start=_local(start), zone=zone)


def _local(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat()


def _zone(now: datetime) -> str:
    return str(getattr(now.tzinfo, "key", "UTC"))
