"""What most methods ask first: is the scope granted, is the channel there, is the app in it, whose message is it."""

from __future__ import annotations

from playground.slack.arguments import Arguments
from playground.slack.ids import is_ts
from playground.slack.models import Conversation, Json, Message
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api.errors import SlackError

SCOPE_PARTS = {"channel": "channels", "private": "groups", "im": "im", "mpim": "mpim"}
MOST_METADATA = 8_000  # `metadata_too_large` exists, its figure is not published


def need(standin: Standin, scope: str) -> None:
    if scope not in standin.grant.scopes:
        provided = ",".join(sorted(standin.grant.scopes))
        raise SlackError("missing_scope", needed=scope, provided=provided)


def conversation(standin: Standin, args: Arguments, name: str = "channel") -> Conversation:
    """The channel of the call as far as the app can know of it."""
    known = standin.workspace.conversations.get(args.required(name, code="channel_not_found"))
    if known is None or (known.kind != "channel" and BOT_USER not in known.members):
        raise SlackError("channel_not_found")
    return known


def joined(standin: Standin, args: Arguments, name: str = "channel") -> Conversation:
    """The same, and the app must be in it."""
    known = conversation(standin, args, name)
    if BOT_USER not in known.members:
        raise SlackError("not_in_channel")
    return known


def scoped(standin: Standin, args: Arguments, part: str, name: str = "channel") -> Conversation:
    """The same as `conversation`, and the scope `channels:<part>`, `groups:<part>`, … of its kind is granted."""
    wanted = args.required(name, code="channel_not_found")
    known = standin.workspace.conversations.get(wanted)
    need(standin, f"{SCOPE_PARTS[known.kind] if known else 'channels'}:{part}")
    return conversation(standin, args, name)


def message(conversation: Conversation, ts: str) -> Message:
    known = conversation.messages.get(ts)
    if known is None or known.deleted:
        raise SlackError("message_not_found")
    return known


def own_message(conversation: Conversation, ts: str, *, otherwise: str) -> Message:
    known = message(conversation, ts)
    if known.user != BOT_USER:
        raise SlackError(otherwise)
    return known


def thread_ts(conversation: Conversation, args: Arguments, *, name: str = "thread_ts") -> str | None:
    """The root the call speaks of; it must be there and must be a root."""
    ts = args.text(name)
    if not ts:
        return None
    root = conversation.messages.get(ts) if is_ts(ts) else None
    if root is None or root.thread_ts is not None:
        raise SlackError("invalid_thread_ts")
    return ts


def metadata(args: Arguments) -> Json | None:
    """None when it was not given; `{}` asks to remove it."""
    value = args.get("metadata")
    if value is None:
        return None
    if value == {}:
        return {}
    if not isinstance(value, dict):
        raise SlackError("invalid_metadata_format")
    if not isinstance(value.get("event_type"), str) or not isinstance(value.get("event_payload"), dict):
        raise SlackError("invalid_metadata_schema")
    if len(str(value)) > MOST_METADATA:
        raise SlackError("metadata_too_large")
    return {"event_type": value["event_type"], "event_payload": value["event_payload"]}
