"""Turns what a person types into what Slack sends: escaped text with tokens, and the same as a `rich_text` block."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping

from playground.slack.models import Json

CODE = re.compile(r"(```[\s\S]+?```|`[^`\n]+`)")
TOKEN = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#C[A-Z0-9]+|!here|!channel|!everyone|!subteam\^S[A-Z0-9]+|https?://|mailto:)[^<>]*>"
)
IDS = re.compile(r"<([@#])([UWC][A-Z0-9]+)(?:\|[^<>]*)?>")
NAME = re.compile(r"(?<![\w@])@([\w.-]+)")
HASH = re.compile(r"(?<![\w#&])#([\w-]+)")
URL = re.compile(r"https?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"*_]")
BROADCASTS = {"here", "channel", "everyone"}


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def tokens(
    text: str, *, people: Mapping[str, str], channels: Mapping[str, str], groups: Mapping[str, str] | None = None
) -> str:
    """`text` as Slack stores it. The mappings lead from lower-case names to ids; tokens already there stay."""
    return "".join(
        escape(part) if number % 2 else _outside_code(part, people, channels, groups or {})
        for number, part in enumerate(CODE.split(text))
    )


def named(text: str, *, people: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """Tokens of people and channels with the names that `people` and `channels` give to their ids beside them."""

    def both(match: re.Match[str]) -> str:
        known = (people if match.group(1) == "@" else channels).get(match.group(2))
        return f"<{match.group(1)}{match.group(2)}|{known}>" if known else match.group()

    return IDS.sub(both, text)


def _outside_code(text: str, people: Mapping[str, str], channels: Mapping[str, str], groups: Mapping[str, str]) -> str:
    done: list[str] = []
    at = 0
    for token in TOKEN.finditer(text):
        done += [_plain(text[at : token.start()], people, channels, groups), token.group()]
        at = token.end()
    return "".join([*done, _plain(text[at:], people, channels, groups)])


def _plain(text: str, people: Mapping[str, str], channels: Mapping[str, str], groups: Mapping[str, str]) -> str:
    def name(match: re.Match[str]) -> str:
        typed = match.group(1)
        bare = typed.rstrip(".-")
        if bare.lower() in BROADCASTS:
            return f"<!{bare.lower()}>{typed[len(bare) :]}"
        if bare.lower() in groups and bare.lower() not in people:
            return f"<!subteam^{groups[bare.lower()]}|@{bare}>{typed[len(bare) :]}"
        user = people.get(bare.lower())
        return f"<@{user}>{typed[len(bare) :]}" if user else match.group()

    def channel(match: re.Match[str]) -> str:
        known = channels.get(match.group(1).lower())
        return f"<#{known}|{match.group(1)}>" if known else match.group()

    parts: list[str] = []
    at = 0
    for url in URL.finditer(text):
        parts += [HASH.sub(channel, NAME.sub(name, escape(text[at : url.start()]))), f"<{escape(url.group())}>"]
        at = url.end()
    return "".join([*parts, HASH.sub(channel, NAME.sub(name, escape(text[at:])))])


def mentions(text: str, user: str) -> bool:
    return f"<@{user}>" in text or f"<@{user}|" in text


def rich_text(text: str) -> list[Json]:
    """The blocks Slack adds to a person's message."""
    elements: list[Json] = []
    section: list[Json] = []
    for number, part in enumerate(CODE.split(text)):
        if not part:
            continue
        if number % 2 == 0:
            section.extend(_inline(part))
        elif part.startswith("```"):
            if section:
                elements.append({"type": "rich_text_section", "elements": section})
                section = []
            code = {"type": "text", "text": unescape(part[3:-3].strip("\n"))}
            elements.append({"type": "rich_text_preformatted", "elements": [code]})
        else:
            section.append({"type": "text", "text": unescape(part[1:-1]), "style": {"code": True}})
    if section:
        elements.append({"type": "rich_text_section", "elements": section})
    return [{"type": "rich_text", "block_id": secrets.token_hex(3), "elements": elements}] if elements else []


def plain_rich_text(text: str) -> Json:
    """A `rich_text` block of plain words."""
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [section]}


def _inline(text: str) -> Iterable[Json]:
    at = 0
    for token in re.finditer(r"<([^<>]+)>", text):
        if token.start() > at:
            yield {"type": "text", "text": unescape(text[at : token.start()])}
        at = token.end()
        body, _, label = token.group(1).partition("|")
        if body.startswith("@"):
            yield {"type": "user", "user_id": body[1:]}
        elif body.startswith("#"):
            yield {"type": "channel", "channel_id": body[1:]}
        elif body.startswith("!subteam^"):
            yield {"type": "usergroup", "usergroup_id": body.removeprefix("!subteam^")}
        elif body.startswith("!"):
            yield {"type": "broadcast", "range": body[1:]}
        else:
            link: Json = {"type": "link", "url": unescape(body)}
            yield link | ({"text": unescape(label)} if label else {})
    if at < len(text):
        yield {"type": "text", "text": unescape(text[at:])}
