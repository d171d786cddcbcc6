"""What an app says through a response_url, or at once in its answer to a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.slack.arguments import Arguments
from playground.slack.models import Message
from playground.slack.response_urls import ResponseUrl
from playground.slack.web_api import speaking
from playground.slack.web_api.errors import SlackError

if TYPE_CHECKING:
    from playground.slack.standin import Standin


def respond(standin: Standin, known: ResponseUrl, args: Arguments) -> None:
    """One use of a response_url: a new message, or the original replaced or deleted."""
    workspace, original = standin.workspace, known.message
    if args.flag("delete_original"):
        if original is None or original.deleted:
            raise SlackError("message_not_found")
        if original.ephemeral_for is not None:
            workspace.unwhisper(original)
        else:
            workspace.delete(original, by=original.user)
    elif args.flag("replace_original") and original is not None:
        said = speaking.content(args)
        if original.ephemeral_for is not None:
            workspace.rewhisper(original, text=said.text, blocks=said.blocks)
        else:
            workspace.change(original, text=said.text, blocks=said.blocks, attachments=said.attachments)
    else:
        say(standin, known, args)


def say(standin: Standin, known: ResponseUrl, args: Arguments) -> Message:
    """A new message: for the person alone, or with `in_channel` for all, then with the command that was typed."""
    said = speaking.content(args)
    shown_to_all = args.text("response_type") == "in_channel"
    thread_ts = args.text("thread_ts") or None if shown_to_all else known.thread_ts
    if thread_ts is not None and thread_ts not in standin.workspace.conversations[known.channel].messages:
        raise SlackError("invalid_thread_ts")
    message = speaking.by_the_bot(
        standin,
        known.channel,
        args,
        text=said.text,
        blocks=said.blocks,
        attachments=said.attachments,
        thread_ts=thread_ts,
        ephemeral_for=None if shown_to_all else known.user,
        invoked=known.invoked if shown_to_all else None,
    )
    if shown_to_all:
        known.invoked = None  # shown once
        standin.workspace.post(message)
    else:
        standin.workspace.whisper(message)
    return message
