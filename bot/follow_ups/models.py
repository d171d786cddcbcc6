"""What a follow-up is, as values: work that was promised for later, in a thread, for the person who asked for it.

An *occurrence* is one time at which it is due, written as whole seconds since the epoch. It is named by its follow-up
and that number, so whoever looks, and however often, means the same one. Nothing here does I/O.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Self

from bot.threads.models import ThreadKey


class Status(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"  # until somebody resumes it
    ENDED = "ended"  # kept for a while, so that a late click gets its sentence


class Why(StrEnum):
    """Why it is paused or has ended."""

    PERSON = "person"  # somebody paused or cancelled it: `by` says who
    AGENT_SAID = "agent_said"  # the agent found what it was to run until
    DONE = "done"  # its only time, its count or its end date is over
    MISSED = "missed"  # its only time was missed
    FAILED = "failed"  # three times in a row
    OWNER_GONE = "owner_gone"  # the person has left the workspace
    CHANNEL_GONE = "channel_gone"  # the bot is not in the channel any more
    AGENT_GONE = "agent_gone"  # the agent has no file any more, or is not for this person
    AGENT_CHANGED = "agent_changed"  # and the follow-up was to run with the agent as it was
    CONNECTION_GONE = "connection_gone"  # a sign-in that it needs was not renewed in time


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When it is due: exactly one of `at`, `cron`, `rule` and `hook`.

    `at`: once, seconds since the epoch. `cron`: five fields as in crontab(5). `rule`: an RRULE of RFC 5545 whose
    DTSTART is `start`, a local time without a zone ("2026-03-01T09:00:00"). `hook`: whenever a signed request comes in.
    Local times are those of `zone`, an IANA name.
    """

    at: int = 0
    cron: str = ""
    rule: str = ""
    start: str = ""
    hook: bool = False
    zone: str = "UTC"

    @property
    def recurs(self) -> bool:
        return bool(self.cron or self.rule)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """`channel` and `thread_ts` are where it runs; without a `thread_ts` each run begins a thread of its own.

    `owner` is the principal of its runs, `owner_team` that person's workspace. `agent` is a name, empty for who answers
    in that place. `version` is empty for the agent as it is at each run, else the hash of its definition. `prompt` is
    what it is to do, `until` what ends it, in words for the agent; `ends_at` (seconds since the epoch) and `most_runs`
    end it, too. `quiet`: say nothing when nothing is new. `made_by`: the agent that made it, empty for a person.

    `due` is the next occurrence, 0 for none, and of one that a webhook wakes when it ends; `running` the one whose turn
    has not ended, since `running_since`. `runs` counts those that were handed over, `failures` the last ones in a row
    that came to no answer. `missed` counts occurrences since `missed_since` that were left out and that nobody was told
    of. `by` is who paused or ended it.
    `tools` are those that it is expected to call. `card` is the ts of the post in its thread that says what it is.
    `hook` is the id of the webhook that wakes it, as long as its `when` says so, by the `events` that are named
    ("issues.closed", "issues.*"; none: by all).
    """

    id: str
    team: str
    channel: str
    owner: str
    owner_team: str
    prompt: str
    when: When
    made_at: int
    thread_ts: str = ""
    agent: str = ""
    version: str = ""
    until: str = ""
    ends_at: int = 0
    most_runs: int = 0
    quiet: bool = False
    made_by: str = ""
    status: Status = Status.ACTIVE
    why: Why | None = None
    by: str = ""
    due: int = 0
    running: int = 0
    running_since: int = 0
    runs: int = 0
    failures: int = 0
    missed: int = 0
    missed_since: int = 0
    tools: tuple[str, ...] = field(default=())
    card: str = ""
    hook: str = ""
    events: tuple[str, ...] = field(default=())

    @property
    def thread(self) -> ThreadKey | None:
        """The thread it runs in; None where each run begins one."""
        return ThreadKey(self.team, self.channel, self.thread_ts) if self.thread_ts else None

    @property
    def in_dm(self) -> bool:
        """Whether it runs in its owner's direct messages with us, where nobody else reads."""
        return self.channel.startswith("D")

    @property
    def is_open(self) -> bool:
        return self.status is not Status.ENDED

    @property
    def door(self) -> ThreadKey:
        """The errand to which its webhook's deliveries come where it has no thread: one run reads all that waits."""
        return ThreadKey.errand(self.team, self.channel, f"hook:{self.team}:{self.id}")

    @property
    def is_used_up(self) -> bool:
        """Whether it had all the runs that it may have."""
        return bool(self.most_runs) and self.runs >= self.most_runs

    @property
    def hears(self) -> bool:
        """Whether its webhook may wake it, now or when it is resumed."""
        return self.is_open and self.when.hook and not self.is_used_up

    def mail_id(self, occurrence: int) -> str:
        """The id of the mail by which one occurrence comes to its thread."""
        return f"due:{self.team}:{self.id}:{occurrence}"

    def paused(self, why: Why, *, by: str = "") -> Self:
        return replace(self, status=Status.PAUSED, why=why, by=by, due=0)

    def ended(self, why: Why, *, by: str = "") -> Self:
        return replace(self, status=Status.ENDED, why=why, by=by, due=0)

    def dump(self) -> str:
        """Compact JSON; what is empty is left out."""
        body = {name: value for name, value in asdict(self).items() if value not in ("", 0, False, None, (), [])}
        body["when"] = {name: value for name, value in body["when"].items() if value not in ("", 0, False)}
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, text: str | bytes) -> Self:
        """What `dump` wrote, also by a newer version: fields that are not known are passed over, and in a state that is
        not known it does nothing here. Raises `ValueError`, `KeyError` or `TypeError` for what nobody wrote so."""
        body: dict[str, Any] = json.loads(text)
        known = {name: value for name, value in body.items() if name in _NAMES}
        known["when"] = When(**{name: value for name, value in body["when"].items() if name in _WHEN})
        status, why = body.get("status", Status.ACTIVE), body.get("why")
        known["status"] = Status(status) if status in _STATUS else Status.PAUSED
        known["due"] = body.get("due", 0) if status in _STATUS else 0
        known["why"] = Why(why) if why in _WHY else None
        known |= {name: tuple(body.get(name, ())) for name in ("tools", "events")}
        return cls(**known)


_NAMES = frozenset(one.name for one in fields(FollowUp))
_STATUS, _WHY = frozenset(Status), frozenset(Why)
_WHEN = frozenset(one.name for one in fields(When))
