"""Shortcuts in a message's menu, the modal that one of them opens, and the errand each becomes. No I/O.

A shortcut comes from anybody who can read the message; what they may see or do is checked where it is done.
https://docs.slack.dev/interactivity/implementing-shortcuts
"""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.slack.clicks import Action, Clicker, Place, Team
from bot.slack.commands import Url
from bot.slack.payloads import Ignored, Name, Payload, Ts
from bot.threads.models import Mail, MailKind, ThreadKey

BRANCH, SHOW = "branch", "show_conversation"
EXPORT = "export"  # a button's action id, with the format behind a colon
FORMATS = ("markdown", "json")

TriggerId = Annotated[str, StringConstraints(min_length=1, max_length=300)]


class PickedMessage(Payload):
    ts: Ts
    thread_ts: Ts | None = None


class MessageShortcut(Payload):
    """One use of a message's shortcut. `team` may be missing for an app of a whole organisation."""

    type: Literal["message_action"]
    callback_id: Name
    trigger_id: TriggerId
    response_url: Url
    user: Clicker
    team: Team | None = None
    channel: Place
    message: PickedMessage

    @property
    def thread(self) -> ThreadKey | None:
        team = self.team.id if self.team else self.user.team_id
        return ThreadKey(team, self.channel.id, self.message.thread_ts or self.message.ts) if team else None

    @property
    def view_id(self) -> str:
        """Our own name for the modal it opens, so that a worker finds it without being told Slack's."""
        return f"show-{ThreadKey.errand('-', self.channel.id, self.trigger_id).root_ts}"

    def to_mail(self) -> Mail | Ignored:
        thread = self.thread
        if thread is None:
            return Ignored("a shortcut of no workspace")
        about = {"root": thread.root_ts, "message": self.message.ts, "response_url": self.response_url}
        errand = ThreadKey.errand(thread.team, thread.channel, self.trigger_id)
        mail = partial(
            Mail, id=f"shortcut:{errand}", thread=errand, principal=self.user.id,
            principal_team=self.user.team_id or thread.team,
        )  # fmt: skip
        if self.callback_id == BRANCH:
            return mail(kind=MailKind.BRANCH, about=about)
        return mail(kind=MailKind.SHOW, about=about | {"view": self.view_id})


class ShownView(Payload):
    """Our modal; `private_metadata` is the thread it shows."""

    private_metadata: Annotated[str, StringConstraints(max_length=300)] = ""


class ExportClick(Payload):
    """One press of an export button in that modal."""

    type: Literal["block_actions"]
    trigger_id: TriggerId
    user: Clicker
    view: ShownView
    actions: list[Action] = Field(min_length=1, max_length=25)

    def to_mail(self) -> Mail | Ignored:
        wanted = self.actions[0].action_id.partition(":")[2]
        try:
            thread = ThreadKey.parse(self.view.private_metadata)
        except ValueError:
            return Ignored("an export of no thread")
        if wanted not in FORMATS:
            return Ignored("an export in no format we know")
        errand = ThreadKey.errand(thread.team, thread.channel, self.trigger_id)
        return Mail(
            id=f"export:{errand}",
            kind=MailKind.EXPORT,
            thread=errand,
            principal=self.user.id,
            principal_team=self.user.team_id or thread.team,
            about={"root": thread.root_ts, "format": wanted},
        )
