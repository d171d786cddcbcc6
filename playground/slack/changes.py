"""What can happen in a workspace. Each change is told once, after it took effect, to everybody who listens:
the events module turns changes into Slack's events for the app, the feed turns them into news for the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from playground.slack.models import Conversation, File, Json, Message, Session, Status, UserGroup


@dataclass(frozen=True, slots=True)
class Posted:
    message: Message


@dataclass(frozen=True, slots=True)
class Changed:
    message: Message
    previous: Message
    why: Literal["edited", "updated", "streamed"]


@dataclass(frozen=True, slots=True)
class Deleted:
    message: Message
    by: str


@dataclass(frozen=True, slots=True)
class Streamed:
    """A piece came into a message that is still being written."""

    message: Message
    chunks: list[Json]


@dataclass(frozen=True, slots=True)
class Whispered:
    """An ephemeral message came, changed or went."""

    message: Message
    how: Literal["posted", "changed", "deleted"] = "posted"


@dataclass(frozen=True, slots=True)
class Reacted:
    message: Message
    user: str
    name: str
    added: bool


@dataclass(frozen=True, slots=True)
class StatusSet:
    channel: str
    thread_ts: str
    status: Status | None


@dataclass(frozen=True, slots=True)
class SessionSet:
    session: Session


@dataclass(frozen=True, slots=True)
class TitleChanged:
    """A person gave a session another title."""

    session: Session
    previous: str | None
    user: str


@dataclass(frozen=True, slots=True)
class PromptsSet:
    channel: str
    thread_ts: str | None
    prompts: Json


@dataclass(frozen=True, slots=True)
class Opened:
    """A conversation came to be."""

    conversation: Conversation


@dataclass(frozen=True, slots=True)
class Joined:
    conversation: Conversation
    user: str
    inviter: str | None = None


@dataclass(frozen=True, slots=True)
class Left:
    conversation: Conversation
    user: str


@dataclass(frozen=True, slots=True)
class MentionInvited:
    """The app was invited where somebody had mentioned it before."""

    message: Message


@dataclass(frozen=True, slots=True)
class HomeOpened:
    user: str
    channel: str
    tab: str


@dataclass(frozen=True, slots=True)
class ContextChanged:
    user: str
    channel: str
    entities: list[Json]


@dataclass(frozen=True, slots=True)
class StopPressed:
    channel: str
    thread_ts: str
    user: str
    streaming: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class FileShared:
    file: File
    message: Message


@dataclass(frozen=True, slots=True)
class Regrouped:
    """A user group has other members."""

    group: UserGroup
    before: list[str]


@dataclass(frozen=True, slots=True)
class ModalsChanged:
    """What `user` has open is another stack of views."""

    user: str


@dataclass(frozen=True, slots=True)
class OffersChanged:
    """The app has other commands or shortcuts."""


@dataclass(frozen=True, slots=True)
class BotReached:
    """Whether the app answers, as far as its last delivery or its open sockets tell."""

    connected: bool


@dataclass(frozen=True, slots=True)
class Reset:
    pass


Change = (
    Posted
    | Changed
    | Deleted
    | Streamed
    | Whispered
    | Reacted
    | StatusSet
    | SessionSet
    | TitleChanged
    | PromptsSet
    | Opened
    | Joined
    | Left
    | MentionInvited
    | HomeOpened
    | ContextChanged
    | StopPressed
    | FileShared
    | Regrouped
    | ModalsChanged
    | OffersChanged
    | BotReached
    | Reset
)
