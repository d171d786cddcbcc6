"""The app manifest, and what of Slack's permissions each feature needs. A rule: no I/O.

By default the app hears mentions and direct messages only. Replies without a mention are an opt-in, for they make Slack
send the bot every message of the channels it is in. Nothing is asked for that no feature uses; a feature that comes
brings its row. Field limits: https://github.com/slackapi/manifest-schema
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from bot.catalog.agents import Prompt
from bot.slack.commands import AGENT, CONNECTIONS, FOLLOW_UP, THREADWIND, WAITING, slash
from bot.slack.follow_up_shortcut import FOLLOW_UP_ON
from bot.slack.shortcuts import BRANCH, SHOW

EVENTS_PATH = "/slack/events"  # events, clicks, commands and options share one address
PROMPTS_SHOWN = 4
NAME_LIMIT = 35
DESCRIPTION_LIMIT = 140
AGENT_DESCRIPTION_LIMIT = 300
BOT_NAME_LIMIT = 80
DESCRIPTION = "Mistral agents at work in your threads"
AGENT_DESCRIPTION = (
    "Ask me anything. I answer in the thread, use tools on your behalf and ask before I change something."
)
COLOUR = "#1f2a44"


class When(Enum):
    """Which deployments need a row."""

    ALWAYS = "always"
    AGENT = "agent"  # the app is declared an agent; a workspace with guests uses a plain bot instead
    REPLIES = "replies"  # replies without a mention are followed
    GROUPS = "groups"  # an agent's file or mcp.json names user groups


@dataclass(frozen=True, slots=True)
class Need:
    name: str
    why: str
    when: When = When.ALWAYS
    spared: bool = False  # asked for, and there is a plainer way without it


@dataclass(frozen=True, slots=True)
class Offered:
    """A slash command, by its name without slash and prefix."""

    name: str
    description: str
    usage_hint: str


COMMANDS = (
    Offered(AGENT, "Ask an agent, or see which there are", "[name] [question], help or default name"),
    Offered(CONNECTIONS, "See where you are signed in and what you allowed for longer, and end it", ""),
    Offered(
        FOLLOW_UP, "Let an agent come back to something, once or again and again", "in 2h check the deploy, or list"
    ),
    Offered(THREADWIND, "See what waits for you, and what of yours waits for others", WAITING),
)

SCOPES = (
    Need("app_mentions:read", "to hear a mention"),
    Need("chat:write", "to answer: posts, updates, streams, statuses and agent sessions"),
    Need("im:write", "to send somebody the export of a conversation as a direct message"),
    Need("chat:write.customize", "to let an agent speak under its own name and picture", spared=True),
    Need("im:history", "to hear direct messages, and to look up there whether a post arrived"),
    Need("commands", "to hear slash commands"),
    Need("users:read", "to know a person's language and time zone, and to tell admins, guests and bots apart"),
    Need("files:read", "to hear messages that come with a file, and to look up whether an upload arrived"),
    Need("files:write", "to attach the rest of a long answer as a file"),
    Need("usergroups:read", "to know who is in the user groups that agents' files and mcp.json name", When.GROUPS),
    Need("assistant:write", "to offer suggested prompts on the agent's own surface", When.AGENT),
    Need(
        "channels:history", "to hear replies in public channels, and to read a thread before the mention", When.REPLIES
    ),
    Need("groups:history", "the same in private channels", When.REPLIES),
    Need("mpim:history", "the same in group messages", When.REPLIES),
)

SHORTCUTS = (  # in a message's menu
    {
        "name": "Branch from here",
        "type": "message",
        "callback_id": BRANCH,
        "description": "Go on from this message in a thread of its own",
    },
    {
        "name": "Show conversation",
        "type": "message",
        "callback_id": SHOW,
        "description": "See what the agent of this thread knows, and export it",
    },
    {
        "name": "Follow up on this",
        "type": "message",
        "callback_id": FOLLOW_UP_ON,
        "description": "Let an agent come back to this thread later",
    },
)

EVENTS = (
    Need("app_mention", "a mention"),
    Need("message.im", "a direct message"),
    Need("app_home_opened", "the Messages tab was opened: offer the prompts", When.AGENT),
    Need("agent_session_stopped", "Slack's own Stop button", When.AGENT),
    Need("message.channels", "a reply in a public channel", When.REPLIES),
    Need("message.groups", "a reply in a private channel", When.REPLIES),
    Need("message.mpim", "a reply in a group message", When.REPLIES),
)


class Wishes(Protocol):
    """What of the settings decides here."""

    @property
    def replies_without_mention(self) -> bool: ...


def required_scopes(settings: Wishes, *, agent_view: bool = True, user_groups: bool = False) -> tuple[str, ...]:
    """The bot token's scopes that this deployment cannot do without. `user_groups`: a file names some."""
    needs = [need for need in SCOPES if not need.spared]
    return _needed(needs, replies=settings.replies_without_mention, agent_view=agent_view, user_groups=user_groups)


def subscribed_events(settings: Wishes, *, agent_view: bool = True) -> tuple[str, ...]:
    """The events Slack is asked to send, by the manifest's names."""
    return _needed(EVENTS, replies=settings.replies_without_mention, agent_view=agent_view)


def manifest(
    *,
    socket: bool,
    public_url: str | None = None,
    replies_without_mention: bool = False,
    agent_view: bool = True,
    user_groups: bool = False,
    command_prefix: str = "",
    name: str = "Threadwind",
    description: str = DESCRIPTION,
    agent_description: str = AGENT_DESCRIPTION,
    prompts: Sequence[Prompt] = (),
) -> dict[str, Any]:
    """The manifest as JSON-ready values. `ValueError` says what to change when Slack would refuse it.

    `agent_view=False` makes a plain bot, which guests may use too. `user_groups`: a file names some.
    """
    _check(
        socket=socket, public_url=public_url, name=name, description=description, agent_description=agent_description
    )
    where = "" if socket else f"{(public_url or '').rstrip('/')}{EVENTS_PATH}"
    address = {"request_url": where} if where else {}
    features: dict[str, Any] = {
        "bot_user": {"display_name": _bot_name(name), "always_online": True},
        "app_home": {
            "home_tab_enabled": False,
            "messages_tab_enabled": True,
            "messages_tab_read_only_enabled": False,
        },
        "slash_commands": [_command(offered, command_prefix, where) for offered in COMMANDS],
    }
    features["shortcuts"] = [dict(shortcut) for shortcut in SHORTCUTS]
    if agent_view:
        shown = [{"title": prompt.title, "message": prompt.message} for prompt in prompts[:PROMPTS_SHOWN]]
        features["agent_view"] = {"agent_description": agent_description} | (
            {"suggested_prompts": shown} if shown else {}
        )
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {"name": name, "description": description, "background_color": COLOUR},
        "features": features,
        "oauth_config": {
            "scopes": {
                "bot": sorted(
                    _needed(SCOPES, replies=replies_without_mention, agent_view=agent_view, user_groups=user_groups)
                )
            }
        },
        "settings": {
            "event_subscriptions": {
                **address,
                "bot_events": sorted(_needed(EVENTS, replies=replies_without_mention, agent_view=agent_view)),
            },
            "interactivity": {"is_enabled": True, **address},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
    }


def _command(offered: Offered, prefix: str, where: str) -> dict[str, Any]:
    """Mentions in a command's text come as ids, not as names that anybody might have."""
    command = {
        "command": slash(offered.name, prefix),
        "description": offered.description,
        "should_escape": True,
    }
    hint = {"usage_hint": offered.usage_hint} if offered.usage_hint else {}
    return command | hint | ({"url": where} if where else {})


def _needed(needs: Sequence[Need], *, replies: bool, agent_view: bool, user_groups: bool = False) -> tuple[str, ...]:
    wanted = {When.ALWAYS: True, When.AGENT: agent_view, When.REPLIES: replies, When.GROUPS: user_groups}
    return tuple(need.name for need in needs if wanted[need.when])


def _check(*, socket: bool, public_url: str | None, name: str, description: str, agent_description: str) -> None:
    if not socket and not public_url:
        raise ValueError("set PUBLIC_URL to the https address Slack can reach, or use Socket Mode (--socket)")
    if not socket and not str(public_url).startswith("https://"):
        raise ValueError(f"PUBLIC_URL must begin with https://, for Slack calls no other; it is {public_url}")
    for what, text, limit in (
        ("name", name, NAME_LIMIT),
        ("description", description, DESCRIPTION_LIMIT),
        ("agent description", agent_description, AGENT_DESCRIPTION_LIMIT),
    ):
        if not 1 <= len(text) <= limit:
            raise ValueError(f"the {what} has {len(text)} characters; Slack takes 1 to {limit}")


def _bot_name(name: str) -> str:
    """The name people mention, in the few signs Slack allows there."""
    return re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-")[:BOT_NAME_LIMIT] or "threadwind"
