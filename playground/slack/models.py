"""The things a workspace is made of. Plain state: rules stand in `workspace`, wire forms in `render`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["channel", "private", "im", "mpim"]


@dataclass(slots=True, kw_only=True)
class Person:
    """Somebody with a user id; the bot is one too (`bot_id` set)."""

    id: str
    name: str
    real_name: str
    display_name: str
    locale: str = "en-US"
    tz: str = "Europe/London"
    tz_offset: int = 0
    color: str = "4a6f8a"
    is_guest: bool = False
    is_single_channel_guest: bool = False
    is_admin: bool = False
    is_owner: bool = False
    is_primary_owner: bool = False
    deleted: bool = False  # deactivated
    team_id: str | None = None  # another workspace's, for people met through Slack Connect
    bot_id: str | None = None
    app_id: str | None = None


@dataclass(slots=True, kw_only=True)
class UserGroup:
    id: str
    handle: str
    name: str
    description: str = ""
    users: list[str] = field(default_factory=list)
    disabled_at: int = 0  # Slack's `date_delete`
    created: int = 0
    updated: int = 0


@dataclass(slots=True, kw_only=True)
class File:
    id: str
    name: str
    title: str
    user: str
    mimetype: str = "application/octet-stream"
    length: int = 0
    content: bytes | None = None  # None: an upload URL was handed out and nothing has come yet
    alt_txt: str | None = None
    created: int = 0
    mode: Literal["hosted", "snippet", "external", "tombstone"] = "hosted"
    external_url: str | None = None
    shares: dict[str, list[str]] = field(default_factory=dict)  # channel -> ts of the messages that show it


@dataclass(slots=True, kw_only=True)
class Message:
    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    thread_ts: str | None = None  # of the root, on replies only
    bot_id: str | None = None
    app_id: str | None = None
    username: str | None = None  # the name and icon an app gave itself for this message
    icons: Json | None = None
    subtype: str | None = None
    client_msg_id: str | None = None
    broadcast: bool = False
    metadata: Json | None = None
    edited: Json | None = None
    files: list[File] = field(default_factory=list)
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list[str] = field(default_factory=list)  # ts, oldest first; roots only
    deleted: bool = False  # a root that went while its replies stayed
    stream: Any = None  # streams.Stream while and after the message was streamed
    prompts: list[Json] | None = None  # clickable starters the page draws under the seeded greeting
    ephemeral_for: str | None = None
    invoked: Json | None = None  # who typed which command, where the answer is shown to all

    @property
    def root_ts(self) -> str:
        return self.thread_ts or self.ts


@dataclass(slots=True, kw_only=True)
class Conversation:
    id: str
    kind: Kind
    name: str
    topic: str = ""
    is_shared: bool = False  # with another workspace, by Slack Connect
    created: int = 0
    members: list[str] = field(default_factory=list)
    messages: dict[str, Message] = field(default_factory=dict)
    timeline: list[str] = field(default_factory=list)  # ts of roots and broadcasts, oldest first
    prompts: dict[str | None, Json] = field(default_factory=dict)  # suggested prompts: pinned (None) or of a thread
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Status:
    channel: str
    thread_ts: str
    status: str
    loading_messages: list[str]
    username: str | None = None
    icons: Json | None = None


@dataclass(slots=True, kw_only=True)
class Session:
    channel: str
    thread_ts: str
    status: str
    title: str | None = None
    username: str | None = None
    icons: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedAgent:
    """One of the bot's agents, for those who type `+`."""

    name: str
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """A slash command of the app's manifest."""

    command: str
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortcut:
    name: str
    type: Literal["message", "global"]
    callback_id: str
    description: str = ""


@dataclass(slots=True, kw_only=True)
class View:
    """One modal that a person has open."""

    id: str
    user: str
    definition: Json  # as the app sent it, checked
    hash: str
    root_id: str
    previous_id: str | None = None
    values: dict[str, dict[str, Json]] = field(default_factory=dict)  # block_id -> action_id -> what it holds
