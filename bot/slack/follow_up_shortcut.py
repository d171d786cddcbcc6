"""“Follow up on this”, in a message's menu: the form opens with that message as a quote. No I/O."""

from __future__ import annotations

from bot.slack import follow_up_errands as errands
from bot.slack import wire
from bot.slack.follow_up_form import Asked
from bot.slack.payloads import Ignored, MaybeText
from bot.slack.shortcuts import MessageShortcut, PickedMessage
from bot.threads.models import Mail

FOLLOW_UP_ON = "follow_up_on"  # its callback id
QUOTED = 2_000  # characters of a message's wire text


class PickedWords(PickedMessage):
    text: MaybeText = ""


class FollowUpShortcut(MessageShortcut):
    message: PickedWords

    @property
    def asked(self) -> Asked | None:
        thread = self.thread
        if thread is None:
            return None
        return Asked(team=thread.team, channel=thread.channel, user=self.user.id, root=thread.root_ts)

    @property
    def view_id(self) -> str:
        return errands.view(self.trigger_id)

    def to_mail(self) -> Mail | Ignored:
        asked = self.asked
        if asked is None:
            return Ignored("a shortcut of no workspace")
        about = {"do": errands.FORM, "asked": asked.dump(), "view": self.view_id, "response_url": self.response_url}
        own = self.user.team_id or asked.team
        return errands.mail(
            asked.team, asked.channel, self.trigger_id, self.user.id, own, about, wire.cut(self.message.text, QUOTED)
        )
