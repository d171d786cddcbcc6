"""What a person does about a question of a tool's server: open it, say no, send the form. No I/O.

A button's value and a modal's metadata name the question only; who may answer it is checked against what is kept of it.
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from bot.slack.clicks import DECLINE_IT, DONE_IT, Click, Clicker, Team
from bot.slack.payloads import Ignored, Payload
from bot.slack.shortcuts import TriggerId
from bot.threads.models import Mail, MailKind, ThreadKey

ACTS = {DECLINE_IT: "decline", DONE_IT: "accept"}
Metadata = Annotated[str, StringConstraints(max_length=3_000)]


class InquiryClick(Click):
    """One press of a button under the question."""

    trigger_id: TriggerId

    @property
    def team_id(self) -> str:
        return (self.team.id if self.team else self.user.team_id) or ""

    @property
    def inquiry_id(self) -> str:
        return self.action.value or ""

    @property
    def view_id(self) -> str:
        """Our own name for the modal it opens."""
        return f"inquiry-{hashlib.sha256(self.trigger_id.encode()).hexdigest()[:20]}"

    def to_mail(self, thread: ThreadKey | None = None) -> Mail | Ignored:
        """A no, or "I have done it", which needs no form. `thread` is where the question stands, if that is known."""
        thread, action = thread or self.thread, ACTS.get(self.action.action_id)
        if thread is None or action is None or not self.inquiry_id:
            return Ignored("an answer to no question")
        return answer(thread, self.inquiry_id, action, user=self.user, pressed=self.action.action_ts)


class SentView(Payload):
    private_metadata: Metadata = ""
    state: dict[str, Any] = Field(default_factory=dict)

    @property
    def values(self) -> Mapping[str, Any]:
        values = self.state.get("values")
        return values if isinstance(values, Mapping) else {}


class Sent(Payload):
    """The form, as it was sent."""

    type: Literal["view_submission"]
    user: Clicker
    team: Team | None = None
    trigger_id: TriggerId
    view: SentView

    @property
    def team_id(self) -> str:
        return (self.team.id if self.team else self.user.team_id) or ""

    @property
    def inquiry_id(self) -> str:
        return self.view.private_metadata


def answer(
    thread: ThreadKey,
    inquiry_id: str,
    action: str,
    *,
    user: Clicker,
    content: Mapping[str, Any] | None = None,
    pressed: str = "",
) -> Mail:
    """Who answered is part of the id: somebody else's must not swallow the asked person's."""
    about = {"inquiry": inquiry_id, "action": action}
    if content is not None:
        about["content"] = json.dumps(content, ensure_ascii=False)
    return Mail(
        id=f"answer:{inquiry_id}:{user.id}:{action}:{pressed}",
        kind=MailKind.ANSWER,
        thread=thread,
        principal=user.id,
        principal_team=user.team_id or thread.team,
        about=about,
    )


@dataclass(frozen=True, slots=True)
class FieldErrors:
    """The answer to a form that cannot be taken: what is wrong, by block."""

    errors: Mapping[str, str]

    def body(self) -> Mapping[str, Any]:
        return {"response_action": "errors", "errors": dict(self.errors)}
