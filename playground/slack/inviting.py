"""Slack's own `/invite`, which brings people and the app into a channel, and Slackbot's hint that leads to it.

https://slack.com/help/articles/201980108-Add-people-to-a-channel
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.slack import slackbot, typed
from playground.slack.models import Command, Conversation, Json, Message
from playground.slack.seed import BOT_USER

if TYPE_CHECKING:
    from playground.slack.standin import Standin

COMMAND = Command(command="/invite", description="Add somebody to this channel", usage_hint="@name", should_escape=True)
CHANNELS = ("channel", "private")


def run(standin: Standin, *, user: str, conversation: Conversation, text: str) -> Json:
    """Everybody whom `text` names joins `conversation`; what the person was shown."""
    if conversation.kind not in CHANNELS:
        return slackbot.tells(standin, conversation, user, "invite.where")
    named = [whom for sign, whom in typed.IDS.findall(standin.tokens(text)) if sign == "@"]
    known = [whom for whom in dict.fromkeys(named) if whom in standin.workspace.people]
    if not known:
        return slackbot.tells(standin, conversation, user, "invite.whom")
    joined = [whom for whom in known if standin.workspace.join(conversation, whom, inviter=user)]
    names = ", ".join(f"@{standin.workspace.people[whom].display_name}" for whom in joined or known)
    key = "invite.done" if joined else "invite.there"
    return slackbot.tells(standin, conversation, user, key, names=names, channel=conversation.name)


def hint(standin: Standin, message: Message) -> None:
    """Who names the app where it is not learns why nobody answers."""
    conversation = standin.workspace.conversations[message.channel]
    if conversation.kind not in CHANNELS or BOT_USER in conversation.members:
        return
    if typed.mentions(message.text, BOT_USER):
        name = standin.workspace.bot.display_name
        slackbot.tells(standin, conversation, message.user, "invite.hint", thread_ts=message.thread_ts, name=f"@{name}")
