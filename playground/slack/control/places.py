"""Where people go and what they look at: the app's DM and Home, channels joined and left, sessions renamed."""

from __future__ import annotations

from typing import Any, Literal

from playground.slack import changes
from playground.slack.control.act import Act, InChannel
from playground.slack.control.errors import Refused
from playground.slack.models import Conversation, Json
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin


class Open(Act):
    tab: Literal["messages", "home"] = "messages"

    async def apply(self, standin: Standin) -> Json:
        channel = dm(standin, self.user).id
        standin.workspace.tell(changes.HomeOpened(self.user, channel, self.tab))
        return {"channel": channel}


class Context(Act):
    entities: list[dict[str, Any]]

    async def apply(self, standin: Standin) -> Json:
        channel = dm(standin, self.user).id
        standin.workspace.tell(changes.ContextChanged(self.user, channel, self.entities))
        return {}


class Title(InChannel):
    thread_ts: str
    title: str

    async def apply(self, standin: Standin) -> Json:
        conversation = self.conversation(standin)
        session = standin.statuses.sessions.get((conversation.id, self.thread_ts))
        if session is None:
            raise Refused("session_not_found", f"{self.thread_ts} is no session of the app.", status=404)
        previous, session.title = session.title, self.title
        standin.workspace.tell(changes.TitleChanged(session, previous, self.user))
        return {}


class Join(Act):
    channel: str

    async def apply(self, standin: Standin) -> Json:
        if self.user not in standin.workspace.people:
            raise Refused("user_not_found", f"There is no person {self.user}.", status=404)
        known = standin.workspace.conversations.get(self.channel)
        if known is None or known not in standin.workspace.visible_to(self.user):
            raise Refused("channel_not_found", f"{self.user} sees no channel {self.channel}.", status=404)
        standin.workspace.join(known, self.user)
        return {}


class Leave(InChannel):
    async def apply(self, standin: Standin) -> Json:
        standin.workspace.leave(self.conversation(standin), self.user)
        return {}


class Invite(InChannel):
    who: str
    mention_ts: str | None = None  # the message that named the app before it was in the channel

    async def apply(self, standin: Standin) -> Json:
        conversation = self.conversation(standin)
        if self.who not in standin.workspace.people:
            raise Refused("user_not_found", f"There is nobody {self.who} to invite.", status=404)
        standin.workspace.join(conversation, self.who, inviter=self.user)
        message = conversation.messages.get(self.mention_ts or "")
        if message is not None and self.who == BOT_USER:
            standin.workspace.tell(changes.MentionInvited(message))
        return {}


def dm(standin: Standin, user: str) -> Conversation:
    """This person's DM with the app."""
    person = standin.workspace.people.get(user)
    if person is None or person.bot_id is not None:
        raise Refused("user_not_found", f"There is no person {user}.", status=404)
    if person.is_guest and standin.grant.agent:
        raise Refused("app_access_restricted", "Guests cannot use apps that have the Agents feature on.", status=403)
    return standin.workspace.direct(user, BOT_USER)
