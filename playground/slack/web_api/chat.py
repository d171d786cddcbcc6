"""chat.postMessage, update, delete, postEphemeral, getPermalink."""

from __future__ import annotations

from typing import Any

from playground.slack import render
from playground.slack.arguments import Arguments
from playground.slack.limits import POSTS_IN_A_CHANNEL
from playground.slack.models import Conversation, Json, Message
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks
from playground.slack.web_api.errors import SlackError
from playground.slack.web_api.speaking import by_the_bot, content

MOST_UPDATE = 4_000


def post_message(standin: Standin, args: Arguments) -> Json:
    channel = _destination(standin, args)
    _one_a_second(standin, channel.id)
    said = content(args)
    message = by_the_bot(
        standin,
        channel.id,
        args,
        text=said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        thread_ts=checks.thread_ts(channel, args),
        broadcast=args.flag("reply_broadcast"),
        metadata=checks.metadata(args) or None,
    )
    standin.workspace.post(message)
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": _wire(standin, message)}
    if said.truncated:
        answer |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return answer


def update(standin: Standin, args: Arguments) -> Json:
    channel = checks.joined(standin, args)
    message = checks.own_message(
        channel, args.required("ts", code="message_not_found"), otherwise="cant_update_message"
    )
    if message.stream is not None and message.stream.live:
        raise SlackError("streaming_state_conflict")
    if len(args.text("text")) > MOST_UPDATE:
        raise SlackError("msg_too_long")
    said = content(args)
    metadata: Any = message.metadata
    if "metadata" in args.values:
        metadata = checks.metadata(args) or None
    standin.workspace.change(
        message, text=said.text, blocks=said.blocks, attachments=said.attachments, metadata=metadata
    )
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": _wire(standin, message)}


def delete(standin: Standin, args: Arguments) -> Json:
    channel = checks.joined(standin, args)
    ts = args.required("ts", code="message_not_found")
    message = checks.own_message(channel, ts, otherwise="cant_delete_message")
    if message.stream is not None and message.stream.live:
        raise SlackError("streaming_state_conflict")
    standin.workspace.delete(message, by=BOT_USER)
    return {"channel": channel.id, "ts": ts}


def post_ephemeral(standin: Standin, args: Arguments) -> Json:
    channel = checks.joined(standin, args)
    user = args.required("user", code="user_not_found")
    if user not in standin.workspace.people:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    said = content(args)
    message = by_the_bot(
        standin,
        channel.id,
        args,
        text=said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        thread_ts=checks.thread_ts(channel, args),
        ephemeral_for=user,
    )
    standin.workspace.whisper(message)
    return {"message_ts": message.ts}


def get_permalink(standin: Standin, args: Arguments) -> Json:
    channel = checks.conversation(standin, args)
    message = checks.message(channel, args.required("message_ts", code="message_not_found"))
    link = f"{standin.base_url}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def _destination(standin: Standin, args: Arguments) -> Conversation:
    """A user's id stands for the app's DM with that person."""
    channel = args.required("channel", code="channel_not_found")
    person = standin.workspace.people.get(channel)
    if person is not None and person.id != BOT_USER:
        return standin.workspace.direct(person.id, BOT_USER)
    known = checks.conversation(standin, args)
    if BOT_USER not in known.members and "chat:write.public" not in standin.grant.scopes:
        raise SlackError("not_in_channel")
    return known


def _one_a_second(standin: Standin, channel: str) -> None:
    if standin.settings.rate_limits:
        wait = standin.limits.wait(POSTS_IN_A_CHANNEL, "chat.postMessage", channel)
        if wait:
            raise SlackError("ratelimited", retry_after=wait)


def _wire(standin: Standin, message: Message) -> Json:
    return render.message(message, standin.workspace, base_url=standin.base_url)
