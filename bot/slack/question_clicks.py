"""What people do around a question besides deciding it with a button: see all of it, turn its pages, say why not.

Each is about one call, whose ids the button or the modal carries; what somebody may see or decide is checked where it
is shown or done. No I/O.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from bot.slack.clicks import DENIED, ONCE, Action, Click, Clicker, Team
from bot.slack.payloads import Ignored, Name, Payload
from bot.slack.shortcuts import TriggerId
from bot.slack.text import mended
from bot.threads.models import Mail, MailKind, ThreadKey

Metadata = Annotated[str, StringConstraints(max_length=3_000)]  # Slack's limit


@dataclass(frozen=True, slots=True)
class About:
    """A call that is asked about, as a modal's `private_metadata` names it."""

    thread: ThreadKey
    turn: str
    tool_call_id: str

    def __str__(self) -> str:
        return f"{self.thread} {self.turn}:{self.tool_call_id}"

    @classmethod
    def parse(cls, text: str) -> About | None:
        thread, _, call = text.partition(" ")
        turn, _, tool_call_id = call.partition(":")
        try:
            return cls(ThreadKey.parse(thread), turn, tool_call_id) if turn and tool_call_id else None
        except ValueError:
            return None

    def shown_to(self, clicker: Clicker, trigger_id: str, view: str, page: str) -> Mail:
        """The errand that fills the modal `view` with one page of what would be sent."""
        errand = ThreadKey.errand(self.thread.team, self.thread.channel, trigger_id)
        return Mail(
            id=f"arguments:{errand}",
            kind=MailKind.ARGUMENTS,
            thread=errand,
            principal=clicker.id,
            principal_team=clicker.team_id or self.thread.team,
            about={"call": str(self), "view": view, "page": page},
        )


class QuestionClick(Click):
    """A button of the card that opens something."""

    trigger_id: TriggerId

    @property
    def about(self) -> About | None:
        thread = self.thread
        return About.parse(f"{thread} {self.action.value or ''}") if thread else None

    @property
    def view_id(self) -> str:
        """Our own name for the modal it opens, so that a worker finds it without being told Slack's."""
        return f"arguments-{ThreadKey.errand('-', '-', self.trigger_id).root_ts}"

    def to_mail(self) -> Mail | Ignored:
        if self.about is None:
            return Ignored("a question about nothing")
        return self.about.shown_to(self.user, self.trigger_id, self.view_id, "1")


class OurView(Payload):
    id: Name
    external_id: Annotated[str, StringConstraints(max_length=255)] = ""
    private_metadata: Metadata = ""
    state: dict[str, Any] = Field(default_factory=dict)


class PageTurned(Payload):
    """A press of a button that turns the pages of what would be sent."""

    type: Literal["block_actions"]
    trigger_id: TriggerId
    user: Clicker
    view: OurView
    actions: list[Action] = Field(min_length=1, max_length=25)

    def to_mail(self) -> Mail | Ignored:
        about, page = About.parse(self.view.private_metadata), self.actions[0].value or ""
        if about is None or not page.isdecimal() or len(page) > 6:
            return Ignored("a page of nothing")
        return about.shown_to(self.user, self.trigger_id, self.view.external_id, page)


class Reasoned(Payload):
    """The form in which somebody denied a call, and perhaps said why."""

    type: Literal["view_submission"]
    user: Clicker
    team: Team | None = None
    view: OurView

    def to_mail(self) -> Mail | Ignored:
        about = About.parse(self.view.private_metadata)
        if about is None:
            return Ignored("a decision about nothing")
        said = {"decision": DENIED, "holds": ONCE, "reason": self._reason()}
        return Mail(
            id=f"decision:{about.turn}:{about.tool_call_id}:{self.user.id}:{self.view.id}",
            kind=MailKind.DECISION,
            thread=about.thread,
            principal=self.user.id,
            principal_team=self.user.team_id or about.thread.team,
            about={"turn": about.turn, "tool_call_id": about.tool_call_id, **said},
        )

    def _reason(self) -> str:
        values = self.view.state.get("values")
        field = values.get("reason") if isinstance(values, dict) else None
        given = field.get("reason") if isinstance(field, dict) else None
        value = given.get("value") if isinstance(given, dict) else None
        return mended(value)[:3_000] if isinstance(value, str) else ""
