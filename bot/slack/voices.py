"""Under which name and picture a message appears. Rules: no I/O.

An agent that was picked or that took over speaks under its own name; an empty voice is the app's own. Slack takes a
name and a picture with posts, streams and statuses (scope chat:write.customize) and keeps them when a message is
updated. Where it does not, the name stands above the words. https://docs.slack.dev/reference/methods/chat.postMessage
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.slack.models import Block, Blocks, Chunks
from bot.slack.text import defuse, shown

SCOPE = "chat:write.customize"
NAME_LIMIT = 80
EMOJI = re.compile(r":[a-z0-9_+'-]+:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """`icon` is `:emoji:` or the https address of a picture."""

    name: str = ""
    icon: str = ""

    def __bool__(self) -> bool:
        return bool(self.name)


APP = Voice()


def worn(voice: Voice) -> dict[str, str]:
    """The arguments that make a message appear under `voice`."""
    if not voice:
        return {}
    arguments = {"username": defuse(voice.name)[:NAME_LIMIT]}
    if EMOJI.fullmatch(voice.icon):
        arguments["icon_emoji"] = voice.icon
    elif voice.icon.startswith("https://"):
        arguments["icon_url"] = voice.icon
    return arguments


def signed_text(voice: Voice, text: str) -> str:
    return f"*{shown(voice.name, NAME_LIMIT)}*\n{text}" if voice else text


def signed_blocks(voice: Voice, blocks: Blocks | None) -> Blocks | None:
    if not voice or not blocks:
        return blocks
    words = {"type": "mrkdwn", "text": f"*{shown(voice.name, NAME_LIMIT)}*", "verbatim": True}
    above: Block = {"type": "context", "elements": [words]}
    return [above, *blocks]


def signed_chunks(voice: Voice, chunks: Chunks) -> Chunks:
    if not voice:
        return chunks
    name = re.sub(r"([\\`*_\[\]<>~])", r"\\\1", defuse(voice.name)[:NAME_LIMIT])
    above: Sequence[Block] = [{"type": "markdown_text", "text": f"**{name}**\n\n"}]
    return [*above, *chunks]
