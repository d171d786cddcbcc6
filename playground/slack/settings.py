"""What one stand-in workspace is started with: the app installed in it, its clocks, its switches.

Facts that Slack does not document are switches here, and their defaults are the strict reading.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from playground.slack.models import Command, Shortcut
from playground.slack.seed import Seed


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ALL_SCOPES = _words("""
    app_mentions:read assistant:write channels:history channels:join channels:read chat:write chat:write.customize
    commands files:read files:write groups:history groups:read im:history im:read im:write mpim:history mpim:read
    mpim:write reactions:read reactions:write team:read usergroups:read users:read
""")
MENTIONS_AND_DMS = _words("app_mentions:read assistant:write chat:write im:history")
ALL_EVENTS = _words("""
    agent_session_stopped agent_session_title_changed app_context_changed app_home_opened app_mention file_shared
    member_joined_channel member_left_channel message.channels message.groups message.im message.mpim reaction_added
    reaction_removed subteam_members_changed subteam_updated
""")


@dataclass(frozen=True, kw_only=True)
class Settings:
    # The app and what its installation was granted. An app is reached over HTTP or over Socket Mode, never both.
    kind: Literal["http", "socket"] = "http"
    events_url: str | None = None
    interactivity_url: str | None = None  # None: the same address as events, as Bolt has it
    signing_secret: str = "playground-signing-secret"
    bot_token: str = "xoxb-playground"
    app_token: str = "xapp-playground"
    scopes: frozenset[str] = ALL_SCOPES
    events: frozenset[str] = ALL_EVENTS
    commands: tuple[Command, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    agent: bool = True  # the manifest declares `agent_view`
    profile: Literal["full", "minimal"] = "full"

    # Limits and clocks.
    rate_limits: bool = False
    retry_after_seconds: tuple[float, ...] = (0, 60, 300)  # before each of Slack's three repeats of an unheard event
    ack_seconds: float = 3
    stream_life_seconds: float = 300  # observed, not documented
    stream_characters: int = 12_000  # text and tasks of one stream together; observed as msg_too_long, figure unknown
    task_characters: int | None = 256  # documented, not enforced in one probe of the real API
    status_life_seconds: float = 120
    processing_life_seconds: float = 3600
    response_url_life_seconds: float = 1800
    trigger_life_seconds: float = 3
    socket_life_seconds: float = 3600
    socket_keeps_events: bool = False  # repeat what happened while no socket was open; unknown, so False

    customised_messages_name_user: bool = False  # the documented example of a customised message has no `user`
    shortcut_metadata: bool = False  # whether a message shortcut's message carries its metadata; not documented

    inspector: bool = False  # record all traffic for the page
    public_url: str | None = None  # None: learned from the first request's Host header
    seed: Seed = field(default_factory=Seed)
