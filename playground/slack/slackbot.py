"""What Slackbot tells one person where they are, in their language; nobody else sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.slack import sentences, typed
from playground.slack.models import Conversation, Json, Message
from playground.slack.seed import SLACKBOT

if TYPE_CHECKING:
    from playground.slack.standin import Standin


def tells(
    standin: Standin, conversation: Conversation, user: str, key: str, *, thread_ts: str | None = None, **values: str
) -> Json:
    """Show the sentence `key` to `user`: its ts, and its words."""
    words = sentences.say(key, standin.workspace.people[user].locale, **values)
    message = Message(
        channel=conversation.id,
        ts=standin.ids.ts(),
        user=SLACKBOT,
        username="Slackbot",
        text=typed.escape(words),
        thread_ts=thread_ts,
        ephemeral_for=user,
    )
    standin.workspace.whisper(message)
    return {"shown": message.ts, "sentence": words}
