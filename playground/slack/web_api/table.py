"""All methods of the Web API that this workspace knows: what answers, the scope, the rate, the token."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from playground.slack.arguments import Arguments
from playground.slack.limits import SPECIAL, STATUS, TIER_2, TIER_3, TIER_4, Rate
from playground.slack.models import Json
from playground.slack.standin import Standin
from playground.slack.web_api import agents, chat, conversations, files, groups, people, streaming, views

Handler = Callable[[Standin, Arguments], Json]


@dataclass(frozen=True, slots=True)
class Method:
    answer: Handler
    scope: str | None  # None: none, or one that depends on the kind of channel and is asked for by the method
    rate: Rate
    token: Literal["bot", "app"] = "bot"


METHODS: Mapping[str, Method] = {
    "agents.sessions.rename": Method(agents.rename, "chat:write", TIER_3),
    "agents.sessions.setStatus": Method(agents.set_session_status, "chat:write", TIER_3),
    "apps.connections.open": Method(people.connections_open, None, TIER_3, "app"),
    "assistant.threads.setStatus": Method(agents.set_status, "chat:write", STATUS),
    "assistant.threads.setSuggestedPrompts": Method(agents.set_suggested_prompts, "assistant:write", TIER_4),
    "assistant.threads.setTitle": Method(agents.set_title, "assistant:write", TIER_4),
    "auth.test": Method(people.auth_test, None, SPECIAL),
    "bots.info": Method(people.bot_info, "users:read", TIER_3),
    "chat.appendStream": Method(streaming.append_stream, "chat:write", TIER_4),
    "chat.delete": Method(chat.delete, "chat:write", TIER_3),
    "chat.getPermalink": Method(chat.get_permalink, None, SPECIAL),
    "chat.postEphemeral": Method(chat.post_ephemeral, "chat:write", TIER_4),
    "chat.postMessage": Method(chat.post_message, "chat:write", SPECIAL),
    "chat.startStream": Method(streaming.start_stream, "chat:write", TIER_2),
    "chat.stopStream": Method(streaming.stop_stream, "chat:write", TIER_2),
    "chat.update": Method(chat.update, "chat:write", TIER_3),
    "conversations.history": Method(conversations.history, None, TIER_3),
    "conversations.info": Method(conversations.info, None, TIER_3),
    "conversations.join": Method(conversations.join, "channels:join", TIER_3),
    "conversations.list": Method(conversations.list_, None, TIER_2),
    "conversations.members": Method(conversations.members, None, TIER_4),
    "conversations.open": Method(conversations.open_, None, TIER_3),
    "conversations.replies": Method(conversations.replies, None, TIER_3),
    "files.completeUploadExternal": Method(files.complete_upload, "files:write", TIER_4),
    "files.getUploadURLExternal": Method(files.get_upload_url, "files:write", TIER_4),
    "files.info": Method(files.info, "files:read", TIER_4),
    "reactions.add": Method(people.react, "reactions:write", TIER_3),
    "reactions.remove": Method(people.unreact, "reactions:write", TIER_2),
    "team.info": Method(people.team_info, "team:read", TIER_3),
    "usergroups.list": Method(groups.list_, "usergroups:read", TIER_2),
    "usergroups.users.list": Method(groups.users, "usergroups:read", TIER_2),
    "users.info": Method(people.user_info, "users:read", TIER_4),
    "users.list": Method(people.user_list, "users:read", TIER_2),
    "views.open": Method(views.open_, None, TIER_4),
    "views.push": Method(views.push, None, TIER_4),
    "views.update": Method(views.update, None, TIER_4),
}

# What small emulators of Slack know; `--profile minimal` answers `unknown_method` to all else.
MINIMAL = frozenset(
    [
        *("apps.connections.open", "auth.test", "bots.info", "chat.delete", "chat.postMessage", "chat.update"),
        *("conversations.history", "conversations.info", "conversations.join", "conversations.list"),
        *("conversations.members", "conversations.open", "conversations.replies", "reactions.add"),
        *("reactions.remove", "team.info", "users.info", "users.list"),
    ]
)


def of(profile: Literal["full", "minimal"]) -> Mapping[str, Method]:
    return METHODS if profile == "full" else {name: METHODS[name] for name in MINIMAL}
