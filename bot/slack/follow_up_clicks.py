"""What people press about follow-ups. No I/O.

A button's action id is `follow_up:ACT`, its value `team:id`; a third part says in what it stands: a card, a list of a
person's own, one of a thread or a channel, or a message that it is paused. In a list a fourth tells one button from
another, and in one that everybody reads a fifth says how it is written, so that whoever presses leaves it so. Who
presses is checked where it is done.
"""

from __future__ import annotations

from typing import NamedTuple

from bot.slack import follow_up_errands as errands
from bot.slack.clicks import Click
from bot.slack.commands import Url
from bot.slack.follow_up_form import Asked
from bot.slack.payloads import Ignored
from bot.slack.shortcuts import TriggerId
from bot.threads.models import Mail

ACTION = "follow_up"  # an action id's first part
CHANGE, PAUSE, RESUME, RUN, CANCEL = "change", "pause", "resume", "run", "cancel"
ADDRESS = "address"  # of the webhook that wakes it
ACTS = (CHANGE, PAUSE, RESUME, RUN, CANCEL, ADDRESS)
NEW, PAGE = "new", "page"
CARD, LIST, THREAD, CHANNEL, TOLD = "card", "list", "thread", "channel", "told"  # in what a button stands
FOR_ALL = (THREAD, CHANNEL)


def action_id(act: str, place: str = "", one: str = "", *, tag: str = "") -> str:
    """`one` is the id of a follow-up in a list, or a page's number; `tag` that of a list's words."""
    return ":".join(part for part in (ACTION, act, place, one, tag if place in FOR_ALL else "") if part)


class Pressed(NamedTuple):
    act: str
    place: str
    team: str
    follow_up: str
    tag: str


class FollowUpClick(Click):
    """One press of a button."""

    trigger_id: TriggerId
    response_url: Url | None = None

    @property
    def pressed(self) -> Pressed:
        parts = [*self.action.action_id.split(":"), "", "", "", ""]
        team, _, follow_up_id = (self.action.value or "").partition(":")
        return Pressed(act=parts[1], place=parts[2], team=team, follow_up=follow_up_id, tag=parts[4])

    @property
    def view_id(self) -> str:
        return errands.view(self.trigger_id)

    @property
    def asked(self) -> Asked | None:
        """What the modal is about that this press opens; None where it opens none."""
        pressed, thread = self.pressed, self.thread
        if thread is None or pressed.act not in (CHANGE, NEW):
            return None
        mine = self.container.is_ephemeral
        return Asked(
            team=pressed.team if pressed.act == CHANGE else thread.team,
            channel=thread.channel,
            user=self.user.id,
            root="" if pressed.act == CHANGE else thread.root_ts,
            follow_up=pressed.follow_up if pressed.act == CHANGE else "",
            response_url=self.response_url or "" if mine else "",
            replaces=pressed.place if mine else "",
        )

    def to_mail(self) -> Mail | Ignored:
        pressed, thread = self.pressed, self.thread
        if thread is None or (pressed.act in ACTS and not (pressed.team and pressed.follow_up)):
            return Ignored("a press about no follow-up")
        about = {"do": pressed.act, "at": pressed.place, "message": self.message_ts or "", "root": thread.root_ts}
        if pressed.tag:
            about["tag"] = pressed.tag
        if self.container.is_ephemeral:
            about["ephemeral"] = "1"
        if self.response_url:
            about["response_url"] = self.response_url
        team = thread.team
        if asked := self.asked:
            team = asked.team
            about |= {"do": errands.FORM, "asked": asked.dump(), "view": self.view_id}
        elif pressed.act == PAGE:
            page = self.action.value or ""
            if not (page.isascii() and page.isdecimal() and len(page) < 5):
                return Ignored("a page of nothing")
            about["page"] = page
        elif pressed.act in ACTS:
            team = pressed.team
            about["follow_up"] = pressed.follow_up
        else:
            return Ignored("a button that means nothing to follow-ups")
        own = self.user.team_id or thread.team
        return errands.mail(team, thread.channel, self.trigger_id, self.user.id, own, about)
