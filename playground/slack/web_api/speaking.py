"""What every message of the app has: its content, checked, and the name and icon it goes by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from playground.slack.arguments import Arguments
from playground.slack.blocks import checked
from playground.slack.models import Json, Message
from playground.slack.seed import APP_ID, BOT_ID, BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks
from playground.slack.web_api.errors import SlackError

MOST_TEXT, MOST_MARKDOWN = 40_000, 12_000
MOST_ATTACHMENTS = 100
CUSTOMISE = "chat:write.customize"
EMOJI = re.compile(r":[^\s:]+:(:skin-tone-[2-6]:)?")
RESERVED = ("slackbot", "slack")


@dataclass(frozen=True, slots=True)
class Content:
    text: str
    blocks: list[Json]
    attachments: list[Json]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Speaker:
    """The name and icon an app gives itself; None means its own."""

    username: str | None
    icons: Json | None


def content(args: Arguments) -> Content:
    """What the message says: `text` and blocks, or Markdown alone."""
    blocks = args.objects("blocks", code="invalid_blocks_format")
    attachments = args.objects("attachments", code="invalid_attachments") or []
    markdown = args.text("markdown_text")
    text = args.text("text")
    if markdown:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MOST_MARKDOWN:
            raise SlackError("msg_too_long")
        return Content(markdown, [{"type": "markdown", "text": markdown}], attachments)
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    kept = checked(blocks)
    if not text and not kept and not attachments:
        raise SlackError("no_text")
    return Content(text[:MOST_TEXT], kept, attachments, truncated=len(text) > MOST_TEXT)


def speaker(standin: Standin, args: Arguments) -> Speaker:
    """Needs `chat:write.customize` as soon as a name or an icon is asked for. An emoji wins over a picture."""
    username, emoji, url = (args.text(name) for name in ("username", "icon_emoji", "icon_url"))
    if not (username or emoji or url):
        return Speaker(None, None)
    checks.need(standin, CUSTOMISE)
    if username.lower() in RESERVED:
        raise SlackError("reserved_username")
    if emoji and EMOJI.fullmatch(emoji) is None:
        raise SlackError("invalid_arguments", "icon_emoji must be an emoji's name between colons")
    if url and not emoji and not url.startswith(("https://", "http://")):
        raise SlackError("invalid_arguments", "icon_url must be a web address")
    icons: Json | None = {"emoji": emoji} if emoji else None
    if icons is None and url:
        icons = {"image_36": url, "image_48": url, "image_72": url}
    return Speaker(username or None, icons)


def by_the_bot(standin: Standin, channel: str, args: Arguments, **what: Any) -> Message:
    """A message of the app, not yet posted."""
    who = speaker(standin, args)
    return Message(
        channel=channel,
        ts=standin.ids.ts(),
        user=BOT_USER,
        bot_id=BOT_ID,
        app_id=APP_ID,
        username=who.username,
        icons=who.icons,
        **what,
    )
