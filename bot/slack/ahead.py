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
TOOLS, VALUE = "tools", "value"  # what the inputs' block ids begin with; their action id
BOXES = 10  # that Slack draws in one element
INPUTS = 20  # of a modal; Slack takes 100 blocks and 250 kB
MOST = BOXES * INPUTS
OPTION_LIMIT = 75  # characters
LABEL_LIMIT = 2_000
ID_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Group:
    """Boxes under one `label`, ten at most: id and words of each."""

    label: str
    options: Sequence[tuple[str, str]]


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
        blocks_sent = values.values() if isinstance(values, Mapping) else ()
        elements = [block.get(VALUE) for block in blocks_sent if isinstance(block, Mapping)]
        ticked = [element.get("selected_options") for element in elements if isinstance(element, Mapping)]
        found = [one.get("value") for some in ticked for one in some or () if isinstance(one, Mapping)]
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


def asks(words: Words, about: About, view: str, head: str, groups: Sequence[Group], note: str = "") -> views.View:
    """A box for each option, none of them ticked."""
    body = [
        *blocks.notice(head),
        *(_input(group, number, is_optional=len(groups) > 1) for number, group in enumerate(groups[:INPUTS])),
        *(blocks.footer(note) if note else []),
    ]
    return said(words, about, view, "") | {
        "blocks": body,
        "callback_id": AHEAD,
        "submit": views.plain(words.say("follow_up.ahead.submit")),
    }


def _input(group: Group, number: int, *, is_optional: bool) -> blocks.Block:
    boxes = [{"text": _plain(label, OPTION_LIMIT), "value": name} for name, label in group.options]
    return {
        "type": "input",
        "block_id": f"{TOOLS}{number}",
        "label": _plain(group.label, LABEL_LIMIT),
        "element": {"type": "checkboxes", "action_id": VALUE, "options": boxes},
        "optional": is_optional,
    }


def _plain(text: str, limit: int) -> dict[str, object]:
    return {"type": "plain_text", "text": shortened(text, limit), "emoji": False}
