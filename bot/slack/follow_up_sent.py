"""The form of a follow-up, as it was sent, and another view as the answer to it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from bot.follow_ups.form import Form
from bot.slack import follow_up_errands as errands
from bot.slack import follow_up_form
from bot.slack.clicks import Clicker
from bot.slack.follow_up_form import Asked
from bot.slack.payloads import Ignored, Payload
from bot.slack.shortcuts import TriggerId
from bot.threads.models import Mail

Metadata = Annotated[str, StringConstraints(max_length=3_000)]


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
        about = {"do": errands.SENT, "asked": self.view.private_metadata, "form": self.form.dump()}
        about |= {"view": self.view.external_id}
        if asked.response_url:
            about["response_url"] = asked.response_url
        own = self.user.team_id or asked.team
        return errands.mail(asked.team, asked.channel, self.trigger_id, self.user.id, own, about)


@dataclass(frozen=True, slots=True)
class InItsPlace:
    """The answer to a form that was sent: another view in its place."""

    view: Mapping[str, Any]

    def body(self) -> Mapping[str, Any]:
        return {"response_action": "update", "view": self.view}
