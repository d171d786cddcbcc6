"""What Slack tells us, as values: a message read back, a person, a file, who we are. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.threads.models import File

Block = Mapping[str, Any]  # Block Kit as JSON, made by `blocks.py`
Blocks = Sequence[Block]
Chunks = Sequence[Mapping[str, Any]]  # of a stream, made by `blocks.py`


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a message of ours carries unseen. Everybody in the workspace can read it: opaque ids only, under 2 KB."""

    type: str
    payload: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackMessage:
    """A message as it stands in a channel. `text` is in Slack's wire form (see `text.py`).

    `metadata` is None where the message has none or the installation does not give it back.
    """

    ts: str
    user: str | None = None
    bot_id: str | None = None
    app_id: str | None = None
    text: str = ""
    metadata: Metadata | None = None
    thread_ts: str | None = None
    subtype: str | None = None
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in Slack. `team` is their own workspace; a stranger comes from another organisation, through Slack
    Connect. `teams` are the workspaces that they are a member of (in an organisation there are several).

    `is_admin`: an admin or owner of their workspace.
    """

    id: str
    team: str
    name: str
    locale: str | None = None
    tz: str | None = None
    is_admin: bool = False
    is_guest: bool = False
    is_stranger: bool = False
    is_bot: bool = False
    deleted: bool = False
    teams: frozenset[str] = frozenset()

    def seen_from(self, team: str) -> Person:
        """As the app in `team` should see them. Slack's own word, `is_stranger`, leaves out those who share a channel
        with it: https://docs.slack.dev/reference/objects/user-object"""
        return replace(self, is_stranger=True) if self.teams and team not in self.teams else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The app in one workspace, as auth.test says. `scopes` is empty where Slack did not name them."""

    team: str
    team_name: str
    url: str
    user_id: str
    bot_id: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Upload:
    """A slot for a file: its id is known before anything can be seen, so that a lost answer can be looked up."""

    file_id: str
    url: str


@dataclass(frozen=True, slots=True)
class Share:
    """Where a file was posted."""

    channel: str
    ts: str
    thread_ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FileInfo:
    """`shares` may lag behind: Slack scans files before it posts them."""

    id: str
    name: str
    size: int
    shares: tuple[Share, ...] = ()
