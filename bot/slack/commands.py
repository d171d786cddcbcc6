"""Slash commands as Slack sends them, and the errand each may become. No I/O.

A command comes from outside of any thread and is never repeated by Slack: what becomes of it is told in its answer, or
by its `response_url`. https://docs.slack.dev/interactivity/implementing-slash-commands
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints

from bot.slack.payloads import Id, Name, Payload
from bot.slack.text import mended
from bot.threads.models import Mail, MailKind, ThreadKey

AGENT = "agent"
CONNECTIONS = "connections"
FOLLOW_UP = "followup"
THREADWIND, WAITING = "threadwind", "waiting"  # a command, and the word after it
NAME_LIMIT = 32  # of a command, its slash included

CommandText = Annotated[
    str, BeforeValidator(lambda value: mended(value) if isinstance(value, str) else value), Field(max_length=40_000)
]
# The length apart from the pattern: pydantic's regular expressions write a counted repeat out, at 11 MB for this one.
Url = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=3_000)]


def slash(name: str, prefix: str) -> str:
    """How people type our command `name`: `/agent`, or `/tw-agent` where another app has that one."""
    return f"/{prefix}{name}"


class Command(Payload):
    """One command. `text` is in Slack's wire form; `response_url` may be answered five times within half an hour."""

    command: Name
    text: CommandText = ""
    user_id: Id
    channel_id: Id
    team_id: Id
    trigger_id: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    response_url: Url

    @property
    def is_dm(self) -> bool:
        return self.channel_id.startswith("D")

    def to_question(self, agent: str, question: str) -> Mail:
        """The errand that begins a thread with `question` to `agent`; the same mail, should it come twice."""
        errand = ThreadKey.errand(self.team_id, self.channel_id, self.trigger_id)
        return Mail(
            id=f"cmd:{errand}",
            kind=MailKind.OPEN,
            thread=errand,
            principal=self.user_id,
            principal_team=self.team_id,
            text=question,
            agent=agent,
            about={"response_url": self.response_url},
        )

    def to_waiting(self) -> Mail:
        """The errand that tells who typed it what waits for them."""
        errand = ThreadKey.errand(self.team_id, self.channel_id, self.trigger_id)
        return Mail(
            id=f"cmd:{errand}",
            kind=MailKind.WAITING,
            thread=errand,
            principal=self.user_id,
            principal_team=self.team_id,
            about={"response_url": self.response_url},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a command is answered with: in the acknowledgement itself, or by `response_url`.

    Only who gave the command sees it, unless it is said `to_all` of the channel.
    """

    text: str
    blocks: list[dict[str, Any]] | None = None
    to_all: bool = False

    def body(self) -> Mapping[str, Any]:
        """The acknowledgement's body, the same over HTTP and over a socket."""
        said = {"response_type": "in_channel" if self.to_all else "ephemeral", "text": self.text}
        return said | ({"blocks": self.blocks} if self.blocks else {})
