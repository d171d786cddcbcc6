"""What a thread holds, as values: its key, the mail that wakes it, and what a turn is made of.

*Mail* is anything that wakes a thread: a message, a stop, a decision, a time-out. Its id merges Slack's repeats:
`msg:team:channel:ts` makes an `app_mention`, its `message` twin and every retry one. Mail that belongs to no thread yet
(a command) waits in a pseudo thread of its own, an *errand*, which a worker does. Nothing here does I/O.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

ERRAND = "errand-"  # no ts begins so


@dataclass(frozen=True, slots=True, order=True)
class ThreadKey:
    """A Slack thread. `team` is the envelope's; `root_ts` is the ts of the thread's first message.

    An errand has the same kind of key, so that it is stored, claimed and taken over like a thread: in the place of a
    root, which it has not yet, stands its own id.
    """

    team: str
    channel: str
    root_ts: str

    def __str__(self) -> str:
        return f"{self.team}:{self.channel}:{self.root_ts}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of `str`; `ValueError` for anything else."""
        parts = text.split(":")
        if len(parts) != 3 or not all(parts):
            raise ValueError(f"not a thread key: {text!r}; expected team:channel:root_ts")
        return cls(*parts)

    @classmethod
    def errand(cls, team: str, channel: str, source: str) -> Self:
        """The errand that began with what Slack calls `source` (a trigger id); the same for every repeat of it."""
        return cls(team, channel, f"{ERRAND}{hashlib.sha256(source.encode()).hexdigest()[:20]}")

    @property
    def is_errand(self) -> bool:
        return self.root_ts.startswith(ERRAND)

    @property
    def is_dm(self) -> bool:
        """A direct message with the bot: Slack's ids of those channels begin with D."""
        return self.channel.startswith("D")


class MailKind(StrEnum):
    MESSAGE = "message"
    SWITCH = "switch"  # a message that says who is to answer in the thread, or asks who does
    ROSTER = "roster"  # a message that says whom the thread's agent may hand on to; or one that only looks so
    STOP = "stop"
    DECISION = "decision"
    TIME_OUT = "time_out"  # what was waited for has come to its end; of an errand, only a reason to look again
    AGAIN = "again"  # the Try again button: the last failed turn, once more
    CROWDED = "crowded"  # a second person joined a thread that was followed without mentions
    PERSON = "person"  # a button on the card of a thread that was handed to a person
    SIGN_IN = "sign_in"  # a person's browser came back from a sign-in that a call waits for
    SIGNED_IN = "signed_in"  # a person signed in elsewhere at a server that calls of theirs here wait for
    ANSWER = "answer"  # what a person answers to a question of a tool's server
    OPEN = "open"  # an errand: begin a thread with this question
    BRANCH = "branch"  # an errand: begin a thread that goes on from a message of another
    SHOW = "show"  # an errand: show a thread's conversation in the modal that was opened
    EXPORT = "export"  # an errand: send it as a file
    CONNECTIONS = "connections"  # an errand: show a person's connections in the modal that was opened, or change them
    CONNECTED = "connected"  # an errand: a person's browser came back from a sign-in that was begun there
    WAITING = "waiting"  # an errand: say what waits for a person
    DUE = "due"  # a follow-up whose time has come: a turn; in a channel, an errand that begins its thread first
    FOLLOW_UP = "follow_up"  # something about a follow-up that its thread is told; an errand: what people do with it
    FOLLOW_UP_TOLD = "follow_up_told"  # an errand: say why a follow-up did not run, to whoever can act
    ARGUMENTS = "arguments"  # an errand: show what a call would send, in the modal that was opened


SAID = frozenset({MailKind.MESSAGE, MailKind.SWITCH, MailKind.ROSTER})  # what people wrote, to be counted as such


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that came with a message, by Slack's id; its bytes stay at Slack until a turn needs them."""

    id: str
    name: str
    mimetype: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One item of a thread's mailbox.

    `principal` is the Slack user who sent it and `principal_team` that user's own workspace (another one in a
    shared channel). `ts` is the message's, empty for mail that is no message. `agent` is the name picked with
    `+name`, else None. `about` names what a decision, stop or time-out concerns: `turn` and, where it is one call's,
    `tool_call_id`, and what was pressed (`decision`, `act`); of a switch and of a roster's change, `verb` and `name`.
    `at` is when the bot stored it, in seconds since the epoch.
    """

    id: str
    kind: MailKind
    thread: ThreadKey
    principal: str
    principal_team: str
    text: str = ""
    ts: str = ""
    agent: str | None = None
    at: float = 0.0
    files: tuple[File, ...] = ()
    about: dict[str, str] = field(default_factory=dict)

    def dump(self) -> str:
        """Compact JSON without the thread, which the mailbox's key names already."""
        body: dict[str, Any] = {"id": self.id, "kind": self.kind.value, "principal": self.principal, "at": self.at}
        if self.principal_team != self.thread.team:
            body["principal_team"] = self.principal_team
        for name in ("text", "ts", "agent", "about"):
            if value := getattr(self, name):
                body[name] = value
        if self.files:
            body["files"] = [asdict(file) for file in self.files]
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def load(cls, thread: ThreadKey, text: str | bytes) -> Self:
        body = json.loads(text)
        return cls(
            id=body["id"],
            kind=MailKind(body["kind"]),
            thread=thread,
            principal=body["principal"],
            principal_team=body.get("principal_team", thread.team),
            text=body.get("text", ""),
            ts=body.get("ts", ""),
            agent=body.get("agent"),
            at=body["at"],
            files=tuple(File(**file) for file in body.get("files", ())),
            about=body.get("about", {}),
        )


def message_id(team: str, channel: str, ts: str) -> str:
    """The id of the mail made from a message: one for the mention, its `message` twin and all retries."""
    return f"msg:{team}:{channel}:{ts}"


class State(StrEnum):
    """A thread's states, by who must act (docs/architecture.md draws them)."""

    IDLE = "idle"
    WAITING = "waiting"  # for a worker
    WORKING = "working"
    ASKING = "asking"  # a person; no worker waits
    STOPPING = "stopping"


class Accepted(StrEnum):
    """What became of mail that came in."""

    STORED = "stored"
    REPEAT = "repeat"
    FULL = "full"  # the mailbox holds as many as it may; the writer is told
    NOT_OURS = "not_ours"  # a reply without a mention in a thread that is not followed: nothing was stored


class CallState(StrEnum):
    """A tool call's way through the journal. `STARTED` is written before the call is made."""

    ASKED = "asked"
    STARTED = "started"
    DONE = "done"
