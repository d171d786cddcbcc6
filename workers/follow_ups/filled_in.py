"""A form's fields as times, and times as fields. Rules, no I/O.

A recurrence that the form has no choice for stands in its line of words; left as it was, it stays what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.follow_ups import form as forms
from bot.follow_ups.form import Form
from bot.follow_ups.models import FollowUp, When
from bot.slack.text import shortened
from bot.texts.words import Language
from workers.follow_ups import hooked, phrases
from workers.follow_ups.refusals import Refusal, Value, Wrong
from workers.follow_ups.rules import DAYS

NO_PROMPT = "§"  # stands for the prompt behind words that only say when
NOT_UNDERSTOOD = "follow_up.form.not_understood"
IN_A_FORM = {"follow_up.time.not_understood": NOT_UNDERSTOOD, "follow_up.time.unread": "follow_up.form.unread"}
BESIDES_SHOWN = 60  # characters of what stands beside a time
AHEAD = timedelta(hours=1)  # the time that an empty form proposes


@dataclass(frozen=True, slots=True)
class Timed:
    """`events` of a webhook; None where times were left as they were. `hour_said` as in `phrases.Read`."""

    when: When
    ends_at: int = 0
    most_runs: int = 0
    events: tuple[str, ...] | None = ()
    hour_said: bool = True


def timed(form: Form, *, now: datetime, language: Language, before: tuple[Form, When] | None = None) -> Timed | Wrong:
    """When and until when a form means; `now` is in the person's zone. `before` is what it was filled in with: times
    that were left as they were stay the same, whatever they are."""
    if before and _times(form) == _times(before[0]):
        found: Timed | Wrong = Timed(before[1], events=None)
    elif form.words.strip():
        found = _in_words(form.words.strip(), now, language, before[0].words if before else "")
    else:
        found = _picked(form, now)
    if isinstance(found, Wrong) or form.end == forms.NEVER:
        return found
    if form.end == forms.BY_COUNT:
        return replace(found, ends_at=0, most_runs=int(float(form.count)))
    last = datetime.combine(date.fromisoformat(form.end_date), time(23, 59, 59), now.tzinfo)
    return replace(found, ends_at=int(last.timestamp()), most_runs=0)


def _times(form: Form) -> tuple[str, ...]:
    return form.kind, form.date, form.time, form.repeat, form.words.strip()


def form_of(follow_up: FollowUp, *, prompt: str, zone: str, words: str) -> Form:
    """What it is now. `words` describe its times, for where the form has no choice like them; a webhook's are its
    events, as one types them."""
    when = follow_up.when
    moment, repeat = _begins(follow_up, ZoneInfo(zone)), _repeat(when, zone)
    picked = bool(when.at or repeat)
    ends = datetime.fromtimestamp(follow_up.ends_at, ZoneInfo(zone)) if follow_up.ends_at else None
    return Form(
        prompt=prompt,
        agent=follow_up.agent or forms.DEFAULT_AGENT,
        kind=forms.ONCE if when.at else forms.REPEATED,
        date=moment.date().isoformat() if picked else "",
        time=f"{moment:%H:%M}" if picked else "",
        repeat=repeat or forms.REPEATS[0],
        words="" if picked else hooked.written(follow_up.events) if when.hook else words[: forms.WORDS_LIMIT],
        end=forms.BY_DATE if ends else forms.BY_COUNT if follow_up.most_runs else forms.NEVER,
        end_date=ends.date().isoformat() if ends else "",
        count=str(follow_up.most_runs or ""),
        until=follow_up.until,
        quiet=follow_up.quiet,
        as_is=bool(follow_up.version),
    )


def empty(prompt: str, now: datetime) -> Form:
    """A new one: in an hour, at a full quarter."""
    ahead = now + AHEAD
    begins = ahead.replace(minute=ahead.minute // 15 * 15)
    return Form(prompt=prompt, date=begins.date().isoformat(), time=f"{begins:%H:%M}")


def rule(repeat: str, begins: datetime) -> str:
    """The RRULE of a choice that begins at this local time."""
    day = DAYS[begins.weekday()]
    return {
        "day": "FREQ=DAILY",
        "weekdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "week": f"FREQ=WEEKLY;BYDAY={day}",
        "two_weeks": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={day}",
        "month": f"FREQ=MONTHLY;BYMONTHDAY={begins.day}",
        "last_day": "FREQ=MONTHLY;BYMONTHDAY=-1",
    }[repeat]


def _picked(form: Form, now: datetime) -> Timed | Wrong:
    begins, zone = form.begins, str(getattr(now.tzinfo, "key", "UTC"))
    if begins is None:
        return Wrong("follow_up.form.no_date")
    if form.kind == forms.ONCE:
        return Timed(When(at=int(begins.replace(tzinfo=now.tzinfo).timestamp()), zone=zone))
    if form.repeat not in forms.REPEATS:
        return Wrong(NOT_UNDERSTOOD)
    return Timed(When(rule=rule(form.repeat, begins), start=begins.isoformat(), zone=zone))


def _in_words(words: str, now: datetime, language: Language, before: str) -> Timed | Wrong:
    try:
        events = hooked.events(words, before=before)
    except Refusal as refused:
        return refused.wrong
    if events is not None:
        return Timed(When(hook=True, zone=str(getattr(now.tzinfo, "key", "UTC"))), events=events)
    found = phrases.read(f"{words}\n{NO_PROMPT}", now=now, language=language)
    if isinstance(found, Wrong):
        return _in_a_form(found)
    if found.prompt != NO_PROMPT:
        besides = shortened(found.prompt.removesuffix(NO_PROMPT).strip(), BESIDES_SHOWN)
        return _in_a_form(Wrong("follow_up.time.unread", {"said": besides}))
    return Timed(found.when, found.ends_at, found.most_runs, found.events, found.hour_said)


def _in_a_form(wrong: Wrong) -> Wrong:
    """Where no task stands behind the time."""
    values = {name: _without_prompt(value) for name, value in wrong.values.items()}
    return Wrong(IN_A_FORM.get(wrong.key, wrong.key), values)


def _without_prompt(value: Value) -> Value:
    return value.replace(NO_PROMPT, "").strip() if isinstance(value, str) else value


def _begins(follow_up: FollowUp, zone: ZoneInfo) -> datetime:
    when = follow_up.when
    if when.start:
        return datetime.fromisoformat(when.start)
    return datetime.fromtimestamp(when.at or follow_up.due or follow_up.made_at, UTC).astimezone(zone)


def _repeat(when: When, zone: str) -> str:
    """The choice that means this rule, "" for none; another zone's times are no choice of this form."""
    if not when.rule or when.zone != zone:
        return ""
    begins = datetime.fromisoformat(when.start)
    same_hour = f";BYHOUR={begins.hour};BYMINUTE={begins.minute}"  # as `phrases.py` writes it
    return next((name for name in forms.REPEATS if rule(name, begins) == when.rule.removesuffix(same_hour)), "")
