"""*Allow ahead*: the button on a follow-up's card, the modal it opens, and the errand each becomes. No I/O.

Whoever presses, and whoever sends, is checked by the worker, at each tool. A modal opens empty, since Slack gives it
three seconds, and a worker fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from bot.slack import blocks, views
from bot.slack.clicks import Click, Clicker
from bot.slack.follow_up_sent import SentView
from bot.slack.payloads import Ignored, Payload
from bot.slack.shortcuts import TriggerId
from bot.slack.text import shortened
from bot.texts import Words
from bot.threads.models import Mail, MailKind, ThreadKey

AHEAD = "allow_ahead"  # the button's action id and the modal's callback id
SHOW, GIVE = "ahead", "allow_ahead"  # what the errand does
TOOLS, VALUE = "tools", "value"  # the input's block and action id
MOST = 10  # boxes that Slack draws in one element
OPTION_LIMIT = 75  # characters
ID_LIMIT = 40


@dataclass(frozen=True, slots=True)
class About:
    """Whose modal it is, and about which follow-up: its `private_metadata`."""

    team: str
    channel: str
    user: str
    follow_up: str

    def __str__(self) -> str:
        return f"{self.team}:{self.channel}:{self.user}:{self.follow_up}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        parts = text.split(":")
        return cls(*parts) if len(parts) == 4 and all(parts) else None

    def mail(self, trigger_id: str, view: str, do: str, chosen: Sequence[str] = ()) -> Mail:
        errand = ThreadKey.errand(self.team, self.channel, trigger_id)
        about = {"do": do, "follow_up": self.follow_up, "view": view, "chosen": " ".join(chosen)}
        return Mail(
            id=f"ahead:{errand}",
            kind=MailKind.FOLLOW_UP,
            thread=errand,
            principal=self.user,
            principal_team=self.team,
            about=about,
        )


class AheadClick(Click):
    """One press of the button."""

    trigger_id: TriggerId

    @property
    def about(self) -> About | None:
        team, _, follow_up = (self.action.value or "").partition(":")
        channel = self.thread.channel if self.thread else ""
        return About.parse(f"{team}:{channel}:{self.user.id}:{follow_up}")

    @property
    def view_id(self) -> str:
        """Our own name for the modal, so that a worker finds it without being told Slack's."""
        return f"ahead-{ThreadKey.errand('-', '-', self.trigger_id).root_ts}"

    def to_mail(self) -> Mail | Ignored:
        about = self.about
        return about.mail(self.trigger_id, self.view_id, SHOW) if about else Ignored("a yes ahead for nothing")


class AheadSent(Payload):
    """The modal, as it was sent."""

    type: Literal["view_submission"]
    user: Clicker
    trigger_id: TriggerId
    view: SentView

    @property
    def about(self) -> About | None:
        """None where it is not this person's."""
        about = About.parse(self.view.private_metadata)
        return about if about and about.user == self.user.id else None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of what was ticked."""
        values = self.view.state.get("values")
        block = values.get(TOOLS) if isinstance(values, Mapping) else None
        element = block.get(VALUE) if isinstance(block, Mapping) else None
        ticked = element.get("selected_options") if isinstance(element, Mapping) else None
        found = [one.get("value") for one in ticked or () if isinstance(one, Mapping)]
        return tuple(one for one in found if isinstance(one, str) and one.isalnum() and len(one) <= ID_LIMIT)[:MOST]

    def to_mail(self) -> Mail | Ignored:
        about = self.about
        if about is None or not self.chosen:
            return Ignored("a yes ahead for nothing")
        return about.mail(self.trigger_id, self.view.external_id, GIVE, self.chosen)


def said(words: Words, about: About, view: str, sentence: str) -> views.View:
    """A modal that only says something."""
    return views.modal(
        words.say("follow_up.ahead.title"),
        blocks.notice(sentence),
        close=words.say("follow_up.form.close"),
        external_id=view,
        private_metadata=str(about),
    )


def asks(
    words: Words, about: About, view: str, head: str, options: Sequence[tuple[str, str]], note: str = ""
) -> views.View:
    """A box for each of `options` (id, label), none of them ticked."""
    boxes = [{"text": _plain(label), "value": name} for name, label in options[:MOST]]
    label = {"type": "plain_text", "text": words.say("follow_up.ahead.label"), "emoji": False}
    chosen = {"type": "checkboxes", "action_id": VALUE, "options": boxes}
    body = [
        *blocks.notice(head),
        {"type": "input", "block_id": TOOLS, "label": label, "element": chosen},
        *(blocks.footer(note) if note else []),
    ]
    return said(words, about, view, "") | {
        "blocks": body,
        "callback_id": AHEAD,
        "submit": views.plain(words.say("follow_up.ahead.submit")),
    }


def _plain(label: str) -> dict[str, object]:
    return {"type": "plain_text", "text": shortened(label, OPTION_LIMIT), "emoji": False}
