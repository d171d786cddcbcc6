"""What a person does with the modal of their connections and standing yeses, and the errand each press becomes. No I/O.

Each carries whose modal it is, and whoever presses must be that person; what is done concerns what is theirs alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from pydantic import Field

from bot.slack.clicks import Action, Clicker
from bot.slack.commands import Command
from bot.slack.payloads import Ignored, Payload
from bot.slack.question_clicks import OurView
from bot.slack.shortcuts import TriggerId
from bot.threads.models import Mail, MailKind, ThreadKey

CONNECT, DISCONNECT, REVOKE = "connect", "disconnect", "revoke"  # action ids, with the value behind a colon
PAGE = "connections_page"
ACTS = (CONNECT, DISCONNECT, REVOKE, PAGE)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose modal it is, where it was opened, and at which page it stands: its `private_metadata`."""

    team: str
    channel: str
    user: str
    page: int = 1

    def __str__(self) -> str:
        return f"{self.team}:{self.channel}:{self.user}:{self.page}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        parts = text.split(":")
        if len(parts) != 4 or not all(parts) or not _is_number(parts[3]):
            return None
        team, channel, user, page = parts
        return cls(team, channel, user, int(page))

    def mail(self, trigger_id: str, view: str, act: str, value: str) -> Mail:
        """The errand that does `act` and fills in the modal `view`."""
        errand = ThreadKey.errand(self.team, self.channel, trigger_id)
        return Mail(
            id=f"connections:{errand}",
            kind=MailKind.CONNECTIONS,
            thread=errand,
            principal=self.user,
            principal_team=self.team,
            about={"view": view, "act": act, "value": value, "page": str(self.page)},
        )


def asked(command: Command) -> tuple[Owner, str, Mail]:
    """Whose modal a command opens, our own name for it, and the errand that fills it in."""
    owner = Owner(command.team_id, command.channel_id, command.user_id)
    view = f"connections-{ThreadKey.errand('-', '-', command.trigger_id).root_ts}"
    return owner, view, owner.mail(command.trigger_id, view, PAGE, "1")


class Pressed(Payload):
    """A press of a button in that modal."""

    type: Literal["block_actions"]
    trigger_id: TriggerId
    user: Clicker
    view: OurView
    actions: list[Action] = Field(min_length=1, max_length=25)

    def to_mail(self) -> Mail | Ignored:
        owner, action = Owner.parse(self.view.private_metadata), self.actions[0]
        act, value = action.action_id.partition(":")[0], action.value or ""
        if owner is None or act not in ACTS or not value or (act == PAGE and not _is_number(value)):
            return Ignored("a press that means nothing to anybody's connections")
        if self.user.id != owner.user:
            return Ignored("a press in the list of somebody else's connections")
        return owner.mail(self.trigger_id, self.view.external_id, act, value)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6
