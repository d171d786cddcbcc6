"""Slack's wire forms of people, conversations, files and messages."""

from __future__ import annotations

from typing import Literal
from urllib.parse import quote

from playground.slack.files import filetype
from playground.slack.models import Conversation, File, Json, Message, Person, UserGroup
from playground.slack.seed import APP_ID, BOT_ID, BOT_USER, TEAM_ID
from playground.slack.workspace import Workspace

CHANNEL_TYPES = {"channel": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def message(
    message: Message, workspace: Workspace, *, base_url: str, metadata: Literal["all", "type", "none"] = "all"
) -> Json:
    """`message` as methods return it and events carry it. Without "all" its metadata shows its type only."""
    if message.deleted:
        wire: Json = {"type": "message", "subtype": "tombstone", "user": "USLACKBOT", "hidden": True, "ts": message.ts}
        wire["text"] = "This message was deleted."
        return wire | _thread(message, workspace)
    wire = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text, "team": workspace.team_id}
    writer = workspace.people.get(message.user)
    if writer is not None and writer.team_id is not None:
        wire |= dict.fromkeys(("team", "user_team", "source_team"), writer.team_id)
    if message.subtype:
        wire["subtype"] = message.subtype
    if message.client_msg_id:
        wire["client_msg_id"] = message.client_msg_id
    if message.bot_id:
        wire["bot_id"], wire["app_id"] = message.bot_id, message.app_id
        wire["bot_profile"] = bot_profile(workspace)
        if message.username or message.icons:
            wire |= _customised(message, workspace)
            if not workspace.customised_names_user:
                del wire["user"]
    if message.blocks:
        wire["blocks"] = message.blocks
    if message.attachments:
        wire["attachments"] = message.attachments
    if message.files:
        wire["files"] = [_shown_file(each, workspace, base_url) for each in message.files]
        wire["upload"] = False
    if message.edited:
        wire["edited"] = message.edited
    if message.metadata is not None and metadata == "all":
        wire["metadata"] = message.metadata
    elif message.metadata is not None and metadata == "type":
        wire["metadata"] = {"event_type": message.metadata["event_type"]}
    if message.reactions:
        wire["reactions"] = reactions(message)
    return wire | _thread(message, workspace)


def _customised(message: Message, workspace: Workspace) -> Json:
    """A name of its own makes a message a `bot_message`, as in the documented example."""
    wire: Json = {"username": message.username or workspace.bot.real_name}
    if not workspace.customised_names_user:
        wire["subtype"] = message.subtype or "bot_message"
    return wire | ({"icons": message.icons} if message.icons else {})


def _thread(message: Message, workspace: Workspace) -> Json:
    messages = workspace.conversations[message.channel].messages
    if message.thread_ts is not None:
        root = messages.get(message.thread_ts)
        return {"thread_ts": message.thread_ts, "parent_user_id": root.user if root else ""}
    if not message.replies:
        return {}
    writers = list(dict.fromkeys(messages[ts].user for ts in message.replies))
    return {
        "thread_ts": message.ts,
        "reply_count": len(message.replies),
        "reply_users_count": len(writers),
        "latest_reply": message.replies[-1],
        "reply_users": writers[:5],
        "is_locked": False,
        "subscribed": False,
    }


def reactions(message: Message) -> list[Json]:
    return [{"name": name, "users": users, "count": len(users)} for name, users in message.reactions.items()]


def bot_profile(workspace: Workspace) -> Json:
    bot = workspace.bot
    return {"id": BOT_ID, "app_id": APP_ID, "user_id": BOT_USER, "name": bot.name, "team_id": workspace.team_id}


def _shown_file(each: File, workspace: Workspace, base_url: str) -> Json:
    """As messages carry it: what is gone as a stone, another workspace's as a hint to ask `files.info`."""
    owner = workspace.people.get(each.user)
    if each.mode == "tombstone":
        return {"id": each.id, "mode": "tombstone"}
    if owner is not None and owner.team_id is not None:
        return {"id": each.id, "mode": "file_access", "file_access": "check_file_info"}
    return file(each, base_url=base_url)


def file(file: File, *, base_url: str) -> Json:
    private = file.external_url or f"{base_url}/files-pri/{file.id}/{quote(file.name)}"
    kind, pretty = filetype(file.name)
    return {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": kind,
        "pretty_type": pretty,
        "user": file.user,
        "size": file.length,
        "mode": file.mode,
        "is_external": file.mode == "external",
        "external_type": "unknown" if file.mode == "external" else "",
        "is_public": False,
        "alt_txt": file.alt_txt,
        "url_private": private,
        "url_private_download": private if file.external_url else f"{private}?download=1",
        "permalink": f"{base_url}/files/{file.user}/{file.id}",
        "file_access": "visible",
    }


def conversation(conversation: Conversation, *, viewer: str = BOT_USER) -> Json:
    direct = conversation.kind in ("im", "mpim")
    wire: Json = {
        "id": conversation.id,
        "created": conversation.created,
        "is_channel": conversation.kind == "channel",
        "is_group": conversation.kind == "private",
        "is_im": conversation.kind == "im",
        "is_mpim": conversation.kind == "mpim",
        "is_private": conversation.kind != "channel",
        "is_archived": False,
        "is_shared": conversation.is_shared,
        "is_ext_shared": conversation.is_shared,
        "is_org_shared": False,
        "is_general": conversation.name == "general",
    }
    if conversation.kind == "im":
        others = [member for member in conversation.members if member != viewer]
        return wire | {"user": others[0] if others else viewer, "is_open": True}
    return wire | {
        "name": conversation.name,
        "name_normalized": conversation.name,
        "creator": conversation.members[0] if conversation.members else "",
        "is_member": direct or viewer in conversation.members,
        "topic": {"value": conversation.topic, "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
        "previous_names": [],
    }


def person(person: Person, workspace: Workspace, *, locale: bool) -> Json:
    wire: Json = {
        "id": person.id,
        "team_id": person.team_id or workspace.team_id,
        "name": person.name,
        "deleted": person.deleted,
        "color": person.color,
        "real_name": person.real_name,
        "tz": person.tz,
        "tz_label": person.tz,
        "tz_offset": person.tz_offset,
        "profile": {
            "real_name": person.real_name,
            "real_name_normalized": person.real_name,
            "display_name": person.display_name,
            "display_name_normalized": person.display_name,
            "status_text": "",
            "team": person.team_id or workspace.team_id,
        },
        "is_admin": person.is_admin,
        "is_owner": person.is_owner,
        "is_primary_owner": person.is_primary_owner,
        "is_restricted": person.is_guest,
        "is_ultra_restricted": person.is_single_channel_guest,
        "is_bot": person.bot_id is not None,
        "is_app_user": False,
        "updated": 0,
    }
    if person.team_id is not None:
        wire["is_stranger"] = not _met(person, workspace)
        for name in ("is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted"):
            del wire[name]  # what somebody is elsewhere is not told
    if person.bot_id is not None:
        wire["profile"] |= {"bot_id": person.bot_id, "api_app_id": person.app_id}
    if locale:
        wire["locale"] = person.locale
    return wire


def _met(person: Person, workspace: Workspace) -> bool:
    """Whether somebody of another workspace is in a conversation that the app is in too."""
    return any({person.id, BOT_USER} <= set(each.members) for each in workspace.conversations.values())


def group(group: UserGroup, *, users: bool, count: bool) -> Json:
    wire: Json = {
        "id": group.id,
        "team_id": TEAM_ID,
        "is_usergroup": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.disabled_at,
        "auto_type": None,
        "created_by": "",
        "updated_by": "",
        "deleted_by": None,
        "prefs": {"channels": [], "groups": []},
    }
    if users:
        wire["users"] = group.users
    return wire | ({"user_count": len(group.users)} if users or count else {})
