"""What Slack sends us, as types, and what each payload means for a thread. No I/O.

One class per event that something is done about (clicks on buttons are in `clicks.py`); `read` makes it from the
parsed body and raises `Malformed` for everything that is not as documented. Where it is something said or pressed,
`to_mail` says which mail it is, or why it is none. Unknown fields and unknown subtypes are passed over:
https://docs.slack.dev/reference/events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from bot.slack import answers, rich_text, wire
from bot.slack.text import mended
from bot.threads.models import File, Mail, MailKind, ThreadKey, message_id

# Ids and timestamps become parts of Redis keys and ids, so nothing else may be in them.
Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Ts = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}\.[0-9]{1,9}$")]
Name = Annotated[str, StringConstraints(max_length=300)]


def _text(value: Any) -> Any:
    """JSON can hold halves of characters, which no store takes: the message must be answered all the same."""
    return "" if value is None else mended(value) if isinstance(value, str) else value


MaybeText = Annotated[str, BeforeValidator(_text)]

EDITS = frozenset({"message_changed", "message_deleted"})
SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})  # subtypes of what a person said


class Malformed(ValueError):
    """A payload that is not as Slack documents it. It names the fields, never their content."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Heard, and no mail. `reason` is for the log."""

    reason: str


class Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def read(cls, body: Any) -> Self:
        try:
            return cls.model_validate(body)
        except (ValidationError, RecursionError) as exc:
            raise Malformed(f"{cls.__name__}: {_fields(exc)}") from None


class Envelope(Payload):
    """Around every event. `team_id` is the installation's workspace, wherever the event's people belong."""

    team_id: Id
    event_id: Name = ""
    is_ext_shared_channel: bool = False


class Spoken(Payload):
    """What a person wrote: the fields that `app_mention` and `message` share."""

    user: Id | None = None
    bot_id: str | None = None
    subtype: str | None = None
    text: MaybeText = ""
    ts: Ts
    thread_ts: Ts | None = None
    channel: Id
    team: Id | None = None
    user_team: Id | None = None
    source_team: Id | None = None
    blocks: Any = None
    files: Any = None

    @property
    def is_dm(self) -> bool:
        return self.channel.startswith("D")

    @property
    def wire_text(self) -> str:
        """What was typed, from the rich text where there is one, since `text` loses code and lists."""
        return mended(rich_text.wire_text(self.blocks) or self.text)

    @property
    def attached(self) -> tuple[File, ...]:
        return answers.files({"files": self.files})

    def to_mail(self, team: str, bot_user: str) -> Mail | Ignored:
        """Mail for the thread; `bot_user` is our user id, whose leading mention is no part of what was said."""
        if self.bot_id or self.subtype == "bot_message" or self.user in (bot_user, "USLACKBOT"):
            return Ignored("written by a bot")
        if self.subtype not in SPOKEN:
            return Ignored(
                "edits and deletions are not followed yet" if self.subtype in EDITS else "not said by a person"
            )
        if self.user is None:
            return Ignored("without a writer")
        said = self.wire_text
        picked = wire.pick_agent(wire.without_mention(said, bot_user))
        # Only a reply can stop something: the first message of a thread is a question, unless it asks for a list.
        is_reply = self.thread_ts not in (None, self.ts)
        kind, about = MailKind.MESSAGE, dict[str, str]()
        if is_reply and wire.is_stop(said, bot_user):
            kind = MailKind.STOP
        elif is_reply and (change := self._change(said, bot_user)):
            kind = MailKind.SWITCH if change.verb == "switch" else MailKind.ROSTER
            about = {"verb": change.verb, "name": change.name}
        elif self._addressed(said, bot_user) and wire.asks_for_follow_ups(said, bot_user):
            kind, about = MailKind.FOLLOW_UP, {"do": "list", "of": "thread" if is_reply else "channel"}
        return Mail(
            id=message_id(team, self.channel, self.ts),
            kind=kind,
            thread=ThreadKey(team, self.channel, self.thread_ts or self.ts),
            principal=self.user,
            principal_team=self.user_team or self.source_team or self.team or team,
            text=picked.rest,
            ts=self.ts,
            agent=picked.agent,
            files=self.attached,
            about=about,
        )

    def _change(self, said: str, bot_user: str) -> wire.Change | None:
        """Said to the bot, and nothing beside it."""
        return wire.change(said, bot_user) if self._addressed(said, bot_user) else None

    def _addressed(self, said: str, bot_user: str) -> bool:
        return (self.is_dm or wire.names(said, bot_user)) and not self.attached


class MentionEvent(Spoken):
    type: Literal["app_mention"]


class AppMention(Envelope):
    event: MentionEvent

    def to_mail(self, bot_user: str) -> Mail | Ignored:
        return self.event.to_mail(self.team_id, bot_user)


class MessageEvent(Spoken):
    type: Literal["message"]
    ts: Ts = "0.0"  # some system messages have only an `event_ts`
    channel_type: str = ""
    hidden: bool = False

    @property
    def is_dm(self) -> bool:
        return self.channel_type == "im" or self.channel.startswith("D")


class MessagePosted(Envelope):
    """A `message` event: direct messages, the twins of mentions, and, by opt-in, everything else said in channels."""

    event: MessageEvent

    def is_addressed(self, bot_user: str) -> bool:
        """A direct message, or one that names the bot. Others count only in a thread that is followed."""
        return self.event.is_dm or wire.names(self.event.text, bot_user)

    def to_mail(self, bot_user: str) -> Mail | Ignored:
        """The twin of a mention becomes the same mail, so whichever comes first is stored.

        A reply that names nobody is mail as well; it is to be stored only where the thread is followed.
        """
        event = self.event
        if event.ts == "0.0":
            return Ignored("not said by a person")
        if not self.is_addressed(bot_user) and event.thread_ts in (None, event.ts):
            return Ignored("not for the bot")
        return event.to_mail(self.team_id, bot_user)


class StoppedEvent(Payload):
    type: Literal["agent_session_stopped"]
    channel: Id
    thread_ts: Ts
    user: Id
    event_ts: Ts
    user_team: Id | None = None
    team: Id | None = None


class SessionStopped(Envelope):
    """Slack's own Stop button."""

    event: StoppedEvent

    def to_mail(self) -> Mail:
        event = self.event
        return Mail(
            id=f"stop:{event.channel}:{event.thread_ts}:{event.event_ts}",
            kind=MailKind.STOP,
            thread=ThreadKey(self.team_id, event.channel, event.thread_ts),
            principal=event.user,
            principal_team=event.user_team or event.team or self.team_id,
        )


class HomeEvent(Payload):
    type: Literal["app_home_opened"]
    user: Id
    channel: Id
    tab: str = "home"


class AppHomeOpened(Envelope):
    """Somebody opened the app: its Messages tab (suggested prompts belong there) or its Home tab."""

    event: HomeEvent


class GoneEvent(Payload):
    type: Literal["app_uninstalled", "tokens_revoked"]


class InstallationGone(Envelope):
    """The app was removed from the workspace, or its tokens were; Slack sends both, in any order."""

    event: GoneEvent


def _fields(exc: ValidationError | RecursionError) -> str:
    if isinstance(exc, RecursionError):
        return "nested too deeply"
    wrong = [".".join(str(part)[:40] for part in error["loc"]) or "body" for error in exc.errors(include_input=False)]
    return f"not as documented: {', '.join(wrong[:5])}"
