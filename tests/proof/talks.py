"""What is said on the proving ground: messages that carry a token, and an echo that brings it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from playground.agents_api.brains.port import Question, last_user_text, text_of
from playground.slack.models import Message
from tests.world import TEAM
from workers.inputs import EARLIER_FOOT

SLOWLY = "say it slowly"
LAST_WORDS = "that is all of it."

Kind = Literal["slow", "plain", "tool"]


@dataclass(slots=True)
class Said:
    """A message of a person, to be recognised by its token."""

    number: int
    user: str
    ts: str
    at: float
    kind: Kind

    @property
    def token(self) -> str:
        return token(self.number)


def token(number: int) -> str:
    return f"tok{number}x"


@dataclass(eq=False)
class Talk:
    """A thread of the run."""

    channel: str
    root: str
    said: list[Said] = field(default_factory=list)

    @property
    def key(self) -> str:
        return f"{TEAM}:{self.channel}:{self.root}"

    @property
    def is_dm(self) -> bool:
        return self.channel.startswith("D")


def echo(question: Question) -> str:
    """What was asked and what tools said; the words of others that came along as context are no question."""
    asked = last_user_text(question.entries).rpartition(EARLIER_FOOT)[2].strip()
    results = ", ".join(text_of(result) for result in question.results)
    return f"answer to: {asked}" + (f" ({results})" if results else "")


def shown(message: Message) -> str:
    """What people read as the message's words: its Markdown where it has some, else its text."""
    words = [block["text"] for block in message.blocks if block.get("type") == "markdown"]
    return "\n\n".join(words) if words else message.text
