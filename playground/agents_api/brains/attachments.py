"""What came with a message: its name, kind and size, and the first words of what can be read. Nothing is fetched."""

from __future__ import annotations

import base64
import binascii
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes, urlsplit

from playground.agents_api import signing
from playground.agents_api.brains.port import Workshop, text_of
from playground.agents_api.brains.remote_words import shortened
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.connectors import png
from playground.agents_api.extraction import extract
from playground.agents_api.ids import Json

FIRST_CHARACTERS = 200
IN_TEXT = re.compile(
    r"^\[File: (?P<name>[^\]\n]+?)(?:\. [^\]\n]*)?\]\n(?P<text>.*?)\n\[End of the file\]$", re.DOTALL | re.MULTILINE
)
UNITS = ((1024 * 1024, "MB"), (1024, "kB"))


@dataclass(frozen=True, slots=True)
class Attachment:
    """`content` is None where it lies at an address that is not opened."""

    name: str
    mimetype: str | None
    content: bytes | None


def of_last_message(entries: Sequence[Json], workshop: Workshop) -> list[Attachment]:
    """The files of the last message of a person."""
    for entry in reversed(entries):
        if entry["type"] == "message.input" and entry["role"] == "user":
            content = entry["content"]
            chunks = content if isinstance(content, list) else []
            found = [_read(chunk, workshop) for chunk in chunks]
            return [*(one for one in found if one is not None), *_in_text(text_of(entry))]
    return []


def _in_text(text: str) -> list[Attachment]:
    """Files whose text a client put into the message, between remarks in brackets."""
    found = IN_TEXT.finditer(text)
    return [Attachment(one["name"], mimetypes.guess_type(one["name"])[0], one["text"].encode()) for one in found]


def in_words(attachment: Attachment, language: str) -> str:
    words, content, name = WORDS[language], attachment.content, attachment.name
    if content is None:
        return words["about_address"].format(name=name)
    kind, size = attachment.mimetype or "application/octet-stream", sized(len(content))
    if kind.startswith("image/"):
        found = png.size(content)
        pixels = words["pixels"].format(width=found[0], height=found[1]) if found else ""
        return words["about_image"].format(name=name, kind=kind, size=size, pixels=pixels)
    extracted = extract(name, attachment.mimetype, content)
    if extracted.text is None:
        return words["about_other"].format(name=name, kind=kind, size=size)
    pages = words["pages"].format(pages=extracted.pages) if extracted.pages else ""
    first = shortened(extracted.text, FIRST_CHARACTERS)
    return words["about_text"].format(name=name, kind=kind, size=size, pages=pages, words=first)


def sized(count: int) -> str:
    for unit, name in UNITS:
        if count >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count} B"


def _read(chunk: Json, workshop: Workshop) -> Attachment | None:
    match chunk["type"]:
        case "image_url":
            url = chunk["image_url"] if isinstance(chunk["image_url"], str) else chunk["image_url"]["url"]
            return _at(url, None, workshop)
        case "document_url":
            return _at(chunk["document_url"], chunk.get("document_name"), workshop)
        case "tool_file":
            return _stored(chunk["file_id"], chunk.get("file_name"), workshop)
    return None


def _at(url: str, name: str | None, workshop: Workshop) -> Attachment:
    if url.startswith("data:"):
        return _inline(url, name)
    file_id = signing.file_id(url)
    if file_id is not None:
        return _stored(file_id, name, workshop)
    return Attachment(name or urlsplit(url).path.rpartition("/")[2] or "file", None, None)


def _stored(file_id: str, name: str | None, workshop: Workshop) -> Attachment:
    file = workshop.file(file_id)
    if file is None:
        return Attachment(name or file_id, None, None)
    return Attachment(name or file.filename, file.mimetype, file.content)


def _inline(url: str, name: str | None) -> Attachment:
    """A data URI: `data:image/png;base64,…`, or percent-encoded."""
    head, _, data = url.removeprefix("data:").partition(",")
    mimetype = head.split(";")[0] or "text/plain"
    try:
        content = base64.b64decode(data) if head.endswith(";base64") else unquote_to_bytes(data)
    except (binascii.Error, ValueError):
        content = b""
    return Attachment(name or f"file{mimetypes.guess_extension(mimetype) or ''}", mimetype, content)
