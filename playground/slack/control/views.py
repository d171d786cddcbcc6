"""How the workspace looks to one person: the JSON that the page draws."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from playground.slack import inviting, render
from playground.slack.models import Conversation, File, Json, Message, Person, Session, Status, View
from playground.slack.seed import BOT_USER, SLACKBOT
from playground.slack.standin import Standin


def person(person: Person) -> Json:
    return {
        "id": person.id,
        "name": person.name,
        "real_name": person.real_name,
        "display_name": person.display_name,
        "locale": person.locale,
        "tz": person.tz,
        "is_bot": person.bot_id is not None,
        "is_guest": person.is_guest,
        "is_admin": person.is_admin,
        "is_stranger": person.team_id is not None,
        "color": person.color,
    }


def conversation(standin: Standin, each: Conversation, viewer: str) -> Json:
    other = next((member for member in each.members if member != viewer), None) if each.kind == "im" else None
    people = standin.workspace.people
    return {
        "id": each.id,
        "kind": each.kind,
        "name": people[other].display_name if other in people else each.name,
        "topic": each.topic,
        "members": each.members,
        "is_shared": each.is_shared,
        "bot_is_member": BOT_USER in each.members,
        "with": other,
        "is_bot_dm": other == BOT_USER,
        "latest": each.timeline[-1] if each.timeline else None,
        "prompts": each.prompts.get(None),
    }


def message(standin: Standin, message: Message, viewer: str) -> Json:
    """A stream in a channel is drawn live for its recipient alone; the others keep seeing its first piece."""
    workspace = standin.workspace
    blocks, text = message.blocks, message.text
    stream = message.stream
    streaming = stream is not None and stream.live
    if streaming and not sees_live(standin, message, viewer):
        blocks = stream.first
        text = "".join(block["text"] for block in blocks if block["type"] == "markdown")
    writers: list[str] = []
    if message.replies:
        messages = workspace.conversations[message.channel].messages
        writers = list(dict.fromkeys(messages[ts].user for ts in message.replies))
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "user": message.user,
        "username": message.username,
        "icons": message.icons,
        "invoked": message.invoked,
        "is_bot": message.bot_id is not None or message.user == SLACKBOT,
        "text": "" if message.deleted else text,
        "blocks": [] if message.deleted else blocks,
        "edited": message.edited is not None,
        "deleted": message.deleted,
        "subtype": message.subtype,
        "broadcast": message.broadcast,
        "reply_count": len(message.replies),
        "reply_users": writers,
        "latest_reply": message.replies[-1] if message.replies else None,
        "reactions": [] if message.deleted else render.reactions(message),
        "files": [] if message.deleted else [file(each) for each in message.files],
        "streaming": streaming,
        "task_display_mode": stream.display if stream is not None else None,
        "ephemeral": message.ephemeral_for is not None,
        "prompts": message.prompts,
    }


def sees_live(standin: Standin, message: Message, viewer: str) -> bool:
    direct = standin.workspace.conversations[message.channel].kind == "im"
    return direct or message.stream is None or message.stream.recipient == viewer


def file(file: File) -> Json:
    return {
        "id": file.id,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "size": file.length,
        "mode": file.mode,
        "alt_txt": file.alt_txt,
        "url": file.external_url or f"/_control/files/{file.id}",
    }


def status(status: Status) -> Json:
    return {
        "channel": status.channel,
        "thread_ts": status.thread_ts,
        "status": status.status,
        "loading_messages": status.loading_messages,
        "username": status.username,
        "icons": status.icons,
    }


def modal(view: View) -> Json:
    """A view that is open, with what stands in its elements."""
    return {"id": view.id, "hash": view.hash, "view": view.definition, "values": view.values}


def offers(standin: Standin) -> Json:
    """What the app adds to the composer and to menus."""
    may = "commands" in standin.grant.scopes
    return {
        "commands": [asdict(each) for each in standin.grant.commands if may],
        "shortcuts": [asdict(each) for each in standin.grant.shortcuts if may],
    }


def session(session: Session) -> Json:
    return {
        "channel": session.channel,
        "thread_ts": session.thread_ts,
        "status": session.status,
        "title": session.title,
        "username": session.username,
        "icons": session.icons,
    }


def state(standin: Standin, viewer: str, *, limit: int) -> Json:
    """Everything the page needs to start; later news is counted from `cursor`."""
    workspace = standin.workspace
    visible = workspace.visible_to(viewer)
    ids = {each.id for each in visible}
    messages: dict[str, Any] = {
        each.id: [message(standin, each.messages[ts], viewer) for ts in each.timeline[-limit:]] for each in visible
    }
    bot = workspace.bot
    return {
        "team": {"id": workspace.team_id, "name": workspace.seed.team_name, "domain": workspace.seed.team_domain},
        "me": viewer,
        "bot": {
            "user_id": bot.id,
            "bot_id": bot.bot_id,
            "app_id": bot.app_id,
            "name": bot.name,
            "display_name": bot.display_name,
            "transport": standin.settings.kind,
            "agent": standin.grant.agent,
            "connected": standin.connected,
        },
        "offers": offers(standin),
        "built_in": [asdict(inviting.COMMAND)],
        "modals": [modal(each) for each in standin.modals.of(viewer)],
        "groups": [{"id": each.id, "handle": each.handle, "name": each.name} for each in workspace.groups.values()],
        "people": [person(each) for each in workspace.people.values()],
        "conversations": [conversation(standin, each, viewer) for each in visible],
        "messages": messages,
        "statuses": [status(each) for each in standin.statuses.shown.values() if each.channel in ids],
        "sessions": [session(each) for each in standin.statuses.sessions.values() if each.channel in ids],
        "cursor": standin.news.cursor,
        "inspector": standin.traffic.on,
    }
