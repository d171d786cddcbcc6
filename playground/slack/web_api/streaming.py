"""chat.startStream, appendStream, stopStream."""

from __future__ import annotations

from typing import Literal

from playground.slack import render
from playground.slack.arguments import Arguments
from playground.slack.blocks import checked
from playground.slack.models import Json, Message
from playground.slack.pieces import Payload, Stream, payload
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks
from playground.slack.web_api.errors import SlackError
from playground.slack.web_api.speaking import by_the_bot

SESSION_STATUSES = ("active", "processing", "suspended", "closed")


def start_stream(standin: Standin, args: Arguments) -> Json:
    channel = checks.joined(standin, args)
    thread_ts = checks.thread_ts(channel, args)
    if thread_ts is None:
        raise SlackError("invalid_thread_ts")
    piece = _piece(standin, args)
    recipient = _recipient(standin, args, direct=channel.kind == "im")
    display: Literal["timeline", "plan"] = "plan" if args.text("task_display_mode") == "plan" else "timeline"
    message = by_the_bot(standin, channel.id, args, text="", thread_ts=thread_ts)
    standin.streams.start(message, Stream(recipient=recipient, display=display), piece)
    if standin.grant.agent:
        standin.statuses.set_session(channel.id, thread_ts, "processing")
    return {"channel": channel.id, "ts": message.ts}


def append_stream(standin: Standin, args: Arguments) -> Json:
    message = _streamed(standin, args)
    piece = _piece(standin, args)
    if not piece.chunks:
        raise SlackError("no_text")
    standin.streams.append(message, piece)
    return {"channel": message.channel, "ts": message.ts}


def stop_stream(standin: Standin, args: Arguments) -> Json:
    message = _streamed(standin, args)
    status = args.text("session_status") or "active"
    if status not in SESSION_STATUSES:
        raise SlackError("invalid_status")
    blocks = checked(args.objects("blocks", code="invalid_blocks_format"), too_many="msg_blocks_too_many")
    metadata = checks.metadata(args) or None
    standin.streams.stop(message, _piece(standin, args), blocks=blocks, metadata=metadata, session_status=status)
    wire = render.message(message, standin.workspace, base_url=standin.base_url)
    return {"channel": message.channel, "ts": message.ts, "message": wire}


def _streamed(standin: Standin, args: Arguments) -> Message:
    channel = checks.joined(standin, args)
    ts = args.required("ts", code="message_not_found")
    return checks.own_message(channel, ts, otherwise="message_not_owned_by_app")


def _piece(standin: Standin, args: Arguments) -> Payload:
    markdown = args.text("markdown_text") if "markdown_text" in args else None
    chunks = args.objects("chunks", code="invalid_chunks")
    return payload(markdown, chunks, task_characters=standin.settings.task_characters)


def _recipient(standin: Standin, args: Arguments, *, direct: bool) -> str | None:
    user, team = args.text("recipient_user_id"), args.text("recipient_team_id")
    if not direct and not user:
        raise SlackError("missing_recipient_user_id")
    if not direct and not team:
        raise SlackError("missing_recipient_team_id")
    if user and (user not in standin.workspace.people or user == BOT_USER):
        raise SlackError("user_not_found")
    theirs = standin.workspace.people[user].team_id if user else None
    if team and team != (theirs or standin.workspace.team_id):
        raise SlackError("user_not_found", "recipient_team_id is not this person's team")
    return user or None
