"""What every act of a person has in common: who does it, and where. One JSON body each, checked."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from playground.slack.control.errors import Refused
from playground.slack.models import Conversation, Json
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin


class Act(BaseModel):
    model_config = ConfigDict(extra="forbid")
    user: str

    async def apply(self, standin: Standin) -> Json:
        raise NotImplementedError


class InChannel(Act):
    channel: str

    def conversation(self, standin: Standin) -> Conversation:
        """The conversation, which this person is in."""
        if self.user not in standin.workspace.people or self.user == BOT_USER:
            raise Refused("user_not_found", f"There is no person {self.user}.", status=404)
        known = standin.workspace.conversations.get(self.channel)
        if known is None:
            raise Refused("channel_not_found", f"There is no conversation {self.channel}.", status=404)
        if self.user not in known.members:
            raise Refused("not_in_channel", f"{self.user} is not in {self.channel}; join it first.", status=403)
        return known
