"""What a change in the workspace means to one person watching: none, one or two pieces of news for the page."""

from __future__ import annotations

from collections.abc import Iterator

from playground.slack import changes
from playground.slack.control import views
from playground.slack.models import Json, Message
from playground.slack.standin import Standin


def of(change: changes.Change, standin: Standin, viewer: str) -> Iterator[Json]:
    match change:
        case changes.Reset():
            yield {"type": "reload"}
        case changes.BotReached(connected):
            yield {"type": "bot", "connected": connected}
        case changes.OffersChanged():
            yield {"type": "offers", "offers": views.offers(standin)}
        case changes.ModalsChanged(user):
            if user == viewer:
                yield {"type": "modals", "modals": [views.modal(each) for each in standin.modals.of(user)]}
        case changes.Whispered(message, how):
            if message.ephemeral_for == viewer:
                yield _whispered(standin, message, how, viewer)
        case changes.Opened(conversation) | changes.Joined(conversation) | changes.Left(conversation):
            if conversation in standin.workspace.visible_to(viewer):
                yield {"type": "conversation", "conversation": views.conversation(standin, conversation, viewer)}
        case (
            changes.Posted(message)
            | changes.Changed(message)
            | changes.Deleted(message)
            | changes.Streamed(message)
            | changes.Reacted(message)
        ):
            if _sees(standin, message.channel, viewer):
                yield from _message(change, standin, message, viewer)
        case changes.StatusSet(channel, thread_ts, status):
            if _sees(standin, channel, viewer):
                shown = None if status is None else views.status(status)
                yield {"type": "status", "channel": channel, "thread_ts": thread_ts, "status": shown}
        case changes.SessionSet(session) | changes.TitleChanged(session):
            if _sees(standin, session.channel, viewer):
                yield {"type": "session", "session": views.session(session)}
        case changes.PromptsSet(channel, thread_ts, prompts):
            if _sees(standin, channel, viewer):
                yield {"type": "prompts", "channel": channel, "thread_ts": thread_ts, "prompts": prompts}
        case _:
            return


def _sees(standin: Standin, channel: str, viewer: str) -> bool:
    known = standin.workspace.conversations.get(channel)
    return known is not None and known in standin.workspace.visible_to(viewer)


def _message(change: changes.Change, standin: Standin, message: Message, viewer: str) -> Iterator[Json]:
    shown = views.message(standin, message, viewer)
    if isinstance(change, changes.Deleted):
        if message.deleted:
            yield {"type": "message_changed", "message": shown}
        else:
            where = {"channel": message.channel, "ts": message.ts, "thread_ts": message.thread_ts}
            yield {"type": "message_deleted", **where}
            yield from _root(standin, message, viewer)
    elif isinstance(change, changes.Posted):
        yield {"type": "message", "message": shown}
        yield from _root(standin, message, viewer)
    elif isinstance(change, changes.Streamed):
        if views.sees_live(standin, message, viewer):
            where = {"channel": message.channel, "ts": message.ts, "thread_ts": message.thread_ts}
            yield {"type": "stream", **where, "chunks": change.chunks, "message": shown}
    else:
        yield {"type": "message_changed", "message": shown}


def _root(standin: Standin, reply: Message, viewer: str) -> Iterator[Json]:
    """The root of a thread tells how many replies it has."""
    if reply.thread_ts is not None:
        root = standin.workspace.conversations[reply.channel].messages.get(reply.thread_ts)
        if root is not None:
            yield {"type": "message_changed", "message": views.message(standin, root, viewer)}


def _whispered(standin: Standin, message: Message, how: str, viewer: str) -> Json:
    if how == "deleted":
        return {"type": "ephemeral_deleted", "channel": message.channel, "ts": message.ts}
    name = "ephemeral" if how == "posted" else "ephemeral_changed"
    return {"type": name, "message": views.message(standin, message, viewer)}
