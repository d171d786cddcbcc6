"""What people press about follow-ups, and send in their form, and the errand each becomes. No I/O.

A button's action id is `follow_up:ACT`, its value `team:id`; a third part says in what it stands: a card, a list of a
person's own, one of a thread or a channel, or a message that it is paused. In a list a fourth tells one button from
another, and in one that everybody reads a fifth says how it is written, so that whoever presses leaves it so. Who
presses is checked where it is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import Field, StringConstraints

from bot.follow_ups.form import Form
from bot.slack import follow_up_form, wire
from bot.slack.clicks import Click, Clicker
from bot.slack.commands import Command, Url
from bot.slack.follow_up_form import Asked
from bot.slack.payloads import Ignored, MaybeText, Payload
from bot.slack.shortcuts import MessageShortcut, PickedMessage, TriggerId
from bot.threads.models import Mail, MailKind, ThreadKey

ACTION = "follow_up"  # an action id's first part
CHANGE, PAUSE, RESUME, RUN, CANCEL = "change", "pause", "resume", "run", "cancel"
ADDRESS = "address"  # of the webhook that wakes it
ACTS = (CHANGE, PAUSE, RESUME, RUN, CANCEL, ADDRESS)
NEW, PAGE = "new", "page"
CARD, LIST, THREAD, CHANNEL, TOLD = "card", "list", "thread", "channel", "told"  # in what a button stands
FOR_ALL = (THREAD, CHANNEL)
FOLLOW_UP_ON = "follow_up_on"  # the shortcut in a message's menu
FORM, SENT, TYPED = "form", "sent", "typed"  # what else an errand does

QUOTED = 2_000  # characters of a message's wire text

Metadata = Annotated[str, StringConstraints(max_length=3_000)]


def action_id(act: str, place: str = "", one: str = "", *, tag: str = "") -> str:
    """`one` is the id of a follow-up in a list, or a page's number; `tag` that of a list's words."""
    return ":".join(part for part in (ACTION, act, place, one, tag if place in FOR_ALL else "") if part)


def typed(command: Command) -> Mail:
    """What was typed after `/followup`, for a worker to read."""
    return _of_command(command, {"do": TYPED}, text=command.text)


def listed(command: Command) -> Mail:
    return _of_command(command, {"do": PAGE, "page": "1", "at": LIST})


def form_of(command: Command) -> tuple[Asked, str, Mail]:
    """What a command's modal is about, our own name for it, and the errand that fills it in."""
    asked = Asked(
        team=command.team_id,
        channel=command.channel_id,
        user=command.user_id,
        response_url=command.response_url,
    )
    view = _view(command.trigger_id)
    return asked, view, _of_command(command, {"do": FORM, "asked": asked.dump(), "view": view})


def _of_command(command: Command, about: dict[str, str], text: str = "") -> Mail:
    about = {**about, "response_url": command.response_url}
    return _mail(command.team_id, command.channel_id, command.trigger_id, command.user_id, command.team_id, about, text)


class Pressed(NamedTuple):
    act: str
    place: str
    team: str
    follow_up: str
    tag: str


class PickedWords(PickedMessage):
    text: MaybeText = ""


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
        return _view(self.trigger_id)

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
            about |= {"do": FORM, "asked": asked.dump(), "view": self.view_id}
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
        return _mail(team, thread.channel, self.trigger_id, self.user.id, own, about)


class FollowUpShortcut(MessageShortcut):
    """“Follow up on this”, in a message's menu."""

    message: PickedWords

    @property
    def asked(self) -> Asked | None:
        thread = self.thread
        if thread is None:
            return None
        return Asked(team=thread.team, channel=thread.channel, user=self.user.id, root=thread.root_ts)

    @property
    def view_id(self) -> str:
        return _view(self.trigger_id)

    def to_mail(self) -> Mail | Ignored:
        asked = self.asked
        if asked is None:
            return Ignored("a shortcut of no workspace")
        about = {"do": FORM, "asked": asked.dump(), "view": self.view_id, "response_url": self.response_url}
        own = self.user.team_id or asked.team
        return _mail(
            asked.team, asked.channel, self.trigger_id, self.user.id, own, about, wire.cut(self.message.text, QUOTED)
        )


class SentView(Payload):
    external_id: Annotated[str, StringConstraints(max_length=255)] = ""
    private_metadata: Metadata = ""
    state: dict[str, Any] = Field(default_factory=dict)


class SentForm(Payload):
    """The form, as it was sent."""

    type: Literal["view_submission"]
    user: Clicker
    trigger_id: TriggerId
    view: SentView

    @property
    def asked(self) -> Asked | None:
        """None where it is not this person's form."""
        asked = Asked.parse(self.view.private_metadata)
        return asked if asked and asked.user == self.user.id else None

    @property
    def form(self) -> Form:
        values = self.view.state.get("values")
        return follow_up_form.read(values if isinstance(values, Mapping) else {})

    def to_mail(self) -> Mail | Ignored:
        asked = self.asked
        if asked is None:
            return Ignored("somebody else's form")
        about = {"do": SENT, "asked": self.view.private_metadata, "form": self.form.dump()}
        about |= {"view": self.view.external_id}
        if asked.response_url:
            about["response_url"] = asked.response_url
        own = self.user.team_id or asked.team
        return _mail(asked.team, asked.channel, self.trigger_id, self.user.id, own, about)


@dataclass(frozen=True, slots=True)
class InItsPlace:
    """The answer to a form that was sent: another view in its place."""

    view: Mapping[str, Any]

    def body(self) -> Mapping[str, Any]:
        return {"response_action": "update", "view": self.view}


def _view(trigger_id: str) -> str:
    """Our own name for the modal that a press opens, so that a worker finds it without being told Slack's."""
    return f"follow-up-{ThreadKey.errand('-', '-', trigger_id).root_ts}"


def _mail(
    team: str, channel: str, trigger_id: str, user: str, own_team: str, about: dict[str, str], text: str = ""
) -> Mail:
    errand = ThreadKey.errand(team, channel, trigger_id)
    return Mail(
        id=f"follow_up:{errand}",
        kind=MailKind.FOLLOW_UP,
        thread=errand,
        principal=user,
        principal_team=own_team,
        text=text,
        about=about,
    )
