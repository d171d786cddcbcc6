"""What the app is told of people's doings: `block_actions`, shortcuts, `view_submission`, `view_closed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from playground.slack import modals, render
from playground.slack.answers import Values
from playground.slack.models import Json, Message, Shortcut, View
from playground.slack.seed import APP_ID

if TYPE_CHECKING:
    from playground.slack.standin import Standin


def clicked(standin: Standin, user: str, message: Message, action: Json, values: Values) -> Json:
    """`block_actions` of an element in a message."""
    ephemeral = message.ephemeral_for is not None
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    key = standin.response_urls.give(user=user, channel=message.channel, message=message, thread_ts=message.thread_ts)
    payload = _common("block_actions", standin, user) | {
        "container": container,
        "channel": _channel(standin, message.channel),
        "trigger_id": standin.triggers.issue(user),
        "response_url": standin.address_of(key, "actions"),
        "state": {"values": values},
        "actions": [action],
    }
    if not ephemeral:
        payload["message"] = render.message(message, standin.workspace, base_url=standin.base_url)
    return payload


def used(standin: Standin, view: View, action: Json) -> Json:
    """`block_actions` of an element in a modal: the view instead of channel and message, and no response_url."""
    return _common("block_actions", standin, view.user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": standin.triggers.issue(view.user),
        "view": modals.wire(view),
        "actions": [action],
    }


def global_shortcut(standin: Standin, user: str, shortcut: Shortcut) -> Json:
    return _common("shortcut", standin, user) | {
        "callback_id": shortcut.callback_id,
        "trigger_id": standin.triggers.issue(user),
        "action_ts": standin.ids.ts(),
    }


def message_shortcut(standin: Standin, user: str, shortcut: Shortcut, message: Message) -> Json:
    """`message_action`. Its response_url speaks in the channel, never in the message's thread."""
    own = message if message.bot_id else None
    key = standin.response_urls.give(user=user, channel=message.channel, message=own)
    metadata: Literal["all", "none"] = "all" if standin.settings.shortcut_metadata else "none"
    shown = render.message(message, standin.workspace, base_url=standin.base_url, metadata=metadata)
    return _common("message_action", standin, user) | {
        "callback_id": shortcut.callback_id,
        "trigger_id": standin.triggers.issue(user),
        "response_url": standin.address_of(key, "app"),
        "action_ts": standin.ids.ts(),
        "channel": _channel(standin, message.channel),
        "message_ts": message.ts,
        "message": shown,
    }


def submitted(standin: Standin, view: View) -> Json:
    return _common("view_submission", standin, view.user) | {
        "trigger_id": standin.triggers.issue(view.user),
        "view": modals.wire(view),
        "response_urls": _response_urls(standin, view),
    }


def closed(standin: Standin, view: View, *, cleared: bool) -> Json:
    return _common("view_closed", standin, view.user) | {"view": modals.wire(view), "is_cleared": cleared}


def _common(kind: str, standin: Standin, user: str) -> Json:
    workspace = standin.workspace
    person = workspace.people[user]
    return {
        "type": kind,
        "api_app_id": APP_ID,
        "token": "playground-verification-token",
        "team": {"id": workspace.team_id, "domain": workspace.seed.team_domain},
        "user": {
            "id": user,
            "username": person.name,
            "name": person.name,
            "team_id": person.team_id or workspace.team_id,
        },
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel(standin: Standin, channel: str) -> Json:
    conversation = standin.workspace.conversations[channel]
    return {"id": channel, "name": "directmessage" if conversation.kind == "im" else conversation.name}


def _response_urls(standin: Standin, view: View) -> list[Json]:
    """One for each channel that was chosen in an input that asks for it."""
    given: list[Any] = []
    for block in view.definition["blocks"]:
        element = block.get("element", {})
        if block["type"] == "input" and element.get("response_url_enabled"):
            held = view.values[block["block_id"]][element["action_id"]]
            channel = held.get("selected_conversation") or held.get("selected_channel")
            if channel:
                key = standin.response_urls.give(user=view.user, channel=channel)
                where = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
                given.append(where | {"response_url": standin.address_of(key, "app")})
    return given
