"""Which events an app hears of a change, and what they look like. Only what it subscribed to, was granted, and is in.

One message of a person can make two events (`app_mention` and `message`), each with an id of its own and the same ts.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Protocol

from playground.slack import changes, render
from playground.slack.models import Conversation, Json, Message, UserGroup
from playground.slack.seed import APP_ID, BOT_USER
from playground.slack.typed import mentions
from playground.slack.workspace import Workspace

MESSAGE_EVENTS = {  # kind of conversation -> what must be subscribed and granted
    "channel": ("message.channels", "channels:history"),
    "private": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
    "mpim": ("message.mpim", "mpim:history"),
}
SCOPES = {
    "app_mention": "app_mentions:read",
    "app_context_changed": "assistant:write",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "file_shared": "files:read",
    "subteam_updated": "usergroups:read",
    "subteam_members_changed": "usergroups:read",
}


class Granted(Protocol):
    scopes: frozenset[str]
    events: frozenset[str]
    agent: bool


def of(change: changes.Change, workspace: Workspace, grant: Granted, *, base_url: str) -> Iterator[Json]:
    """The inner events (what stands under `event`) that the app gets for `change`."""
    match change:
        case changes.Posted(message):
            yield from _posted(message, workspace, grant, base_url)
        case changes.Changed(message, previous):
            event = _message_event(message, workspace, grant)
            if event is not None:
                event |= {"subtype": "message_changed", "hidden": True}
                event["message"] = render.message(message, workspace, base_url=base_url)
                event["previous_message"] = render.message(previous, workspace, base_url=base_url)
                yield event | _change_ts(workspace)
        case changes.Deleted(message):
            event = _message_event(message, workspace, grant)
            if event is not None:
                event |= {"subtype": "message_deleted", "hidden": True, "deleted_ts": message.ts}
                event["previous_message"] = _undeleted(message, workspace, base_url)
                yield event | _change_ts(workspace)
        case changes.MentionInvited(message):
            if _hears("app_mention", grant):
                yield _mention(message, workspace, grant, base_url)
        case changes.Reacted(message, user, name, added):
            kind = "reaction_added" if added else "reaction_removed"
            if _hears(kind, grant) and _is_in(message.channel, workspace):
                item = {"type": "message", "channel": message.channel, "ts": message.ts}
                event = {"type": kind, "user": user, "reaction": name, "item": item, "item_user": message.user}
                yield event | {"event_ts": workspace.ids.ts()}
        case changes.Joined(conversation, user, inviter):
            yield from _membership("member_joined_channel", conversation, user, inviter, workspace, grant)
        case changes.Left(conversation, user):
            yield from _membership("member_left_channel", conversation, user, None, workspace, grant)
        case changes.Regrouped(group, before):
            yield from _regrouped(group, before, workspace, grant)
        case changes.FileShared(file, message):
            if _hears("file_shared", grant) and _is_in(message.channel, workspace):
                event = {"type": "file_shared", "file_id": file.id, "file": {"id": file.id}, "user_id": file.user}
                yield event | {"channel_id": message.channel, "event_ts": workspace.ids.ts()}
        case _:
            yield from _agent_surface(change, workspace, grant)


def envelope(event: Json, *, team_id: str, event_id: str, is_shared: bool = False) -> Json:
    """What carries `event` to the app; the same on every repeat."""
    return {
        "token": "playground-verification-token",
        "team_id": team_id,
        "context_team_id": team_id,
        "context_enterprise_id": None,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": team_id,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": is_shared,
        "event_context": f"4-{event_id}",
    }


def _hears(name: str, grant: Granted) -> bool:
    scope = SCOPES.get(name)
    return name in grant.events and (scope is None or scope in grant.scopes)


def _is_in(channel: str, workspace: Workspace) -> bool:
    return BOT_USER in workspace.conversations[channel].members


def _change_ts(workspace: Workspace) -> Json:
    ts = workspace.ids.ts()
    return {"ts": ts, "event_ts": ts}


def _message_event(message: Message, workspace: Workspace, grant: Granted) -> Json | None:
    conversation = workspace.conversations[message.channel]
    name, scope = MESSAGE_EVENTS[conversation.kind]
    if name not in grant.events or scope not in grant.scopes or BOT_USER not in conversation.members:
        return None
    return {
        "type": "message",
        "channel": conversation.id,
        "channel_type": render.CHANNEL_TYPES[conversation.kind],
    }


def _posted(message: Message, workspace: Workspace, grant: Granted, base_url: str) -> Iterator[Json]:
    event = _message_event(message, workspace, grant)
    may_see_files = "files:read" in grant.scopes
    if event is not None and (may_see_files or not message.files):
        event = render.message(message, workspace, base_url=base_url) | event | {"event_ts": message.ts}
        if message.broadcast and message.thread_ts:
            root = workspace.conversations[message.channel].messages.get(message.thread_ts)
            event["subtype"] = "thread_broadcast"
            if root is not None:
                event["root"] = render.message(root, workspace, base_url=base_url)
        if event["channel_type"] == "im" and not message.bot_id:
            event["action_token"] = secrets.token_urlsafe(12)
        yield event
    conversation = workspace.conversations[message.channel]
    named = not message.bot_id and conversation.kind != "im" and mentions(message.text, BOT_USER)
    if named and BOT_USER in conversation.members and _hears("app_mention", grant):
        yield _mention(message, workspace, grant, base_url)


def _mention(message: Message, workspace: Workspace, grant: Granted, base_url: str) -> Json:
    event = render.message(message, workspace, base_url=base_url)
    for name in ("subtype", "upload"):
        event.pop(name, None)
    if "files:read" not in grant.scopes:
        event.pop("files", None)
    return event | {"type": "app_mention", "channel": message.channel, "event_ts": message.ts}


def _regrouped(group: UserGroup, before: list[str], workspace: Workspace, grant: Granted) -> Iterator[Json]:
    if _hears("subteam_updated", grant):
        shown = render.group(group, users=True, count=True)
        yield {"type": "subteam_updated", "subteam": shown, "event_ts": workspace.ids.ts()}
    if _hears("subteam_members_changed", grant):
        added = [user for user in group.users if user not in before]
        removed = [user for user in before if user not in group.users]
        event: Json = {"type": "subteam_members_changed", "subteam_id": group.id, "team_id": workspace.team_id}
        event |= {"added_users": added, "added_users_count": len(added)}
        event |= {"removed_users": removed, "removed_users_count": len(removed)}
        yield event | {"date_update": group.updated, "event_ts": workspace.ids.ts()}


def _undeleted(message: Message, workspace: Workspace, base_url: str) -> Json:
    was, message.deleted = message.deleted, False
    try:
        return render.message(message, workspace, base_url=base_url)
    finally:
        message.deleted = was


def _membership(
    name: str, conversation: Conversation, user: str, inviter: str | None, workspace: Workspace, grant: Granted
) -> Iterator[Json]:
    scope = "groups:read" if conversation.kind == "private" else "channels:read"
    if name not in grant.events or scope not in grant.scopes:
        return
    if BOT_USER not in conversation.members and user != BOT_USER:
        return
    event: Json = {"type": name, "user": user, "channel": conversation.id, "team": workspace.team_id}
    event |= {"channel_type": "G" if conversation.kind == "private" else "C", "event_ts": workspace.ids.ts()}
    yield event | ({"inviter": inviter} if inviter else {})


def _agent_surface(change: changes.Change, workspace: Workspace, grant: Granted) -> Iterator[Json]:
    event: Json
    match change:
        case changes.HomeOpened(user, channel, tab):
            event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab}
            if "app_context_changed" in grant.events and grant.agent:
                event["context"] = {"entities": []}
        case changes.ContextChanged(user, channel, entities) if grant.agent:
            event = {"type": "app_context_changed", "user": user, "channel": channel, "context": {"entities": entities}}
        case changes.StopPressed(channel, thread_ts, user, streaming) if grant.agent:
            event = {"type": "agent_session_stopped", "channel": channel, "thread_ts": thread_ts, "user": user}
            event["streaming_message_ts"] = streaming
        case changes.TitleChanged(session, previous, user) if grant.agent:
            event = {"type": "agent_session_title_changed", "channel": session.channel, "thread_ts": session.thread_ts}
            event |= {"title": session.title, "user": user, "team_id": workspace.team_id}
            if previous:
                event["previous_title"] = previous
        case _:
            return
    if _hears(event["type"], grant):
        yield event | {"event_ts": workspace.ids.ts()}
