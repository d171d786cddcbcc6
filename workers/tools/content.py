"""A tool's answer taken apart: the text that a model reads, and the files that people see in the thread.

Pure, and independent of the `mcp` package: content blocks are looked at by their `type` and fields. What a file holds
never becomes text; the text says of each which one it is, and of those too large or too many that they were left out.
"""

from __future__ import annotations

import binascii
import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.slack.filenames import named
from workers.tools.specs import ToolFile

MOST_FILES = 10  # of one answer
MOST_BYTES = 20 * 1024 * 1024  # of one file
NOTHING = "(The tool answered without any content.)"
BY_ALL = 'the people in the thread see it as the file "{name}"; you do not'
BY_ONE = (
    'only the person whose sign-in you used sees it, as the file "{name}" in their direct messages; nobody else in the '
    "thread does, and you do not"
)


@dataclass(slots=True)
class Content:
    """`text` is whole; whoever gives it to a model cuts it."""

    text: str
    files: list[ToolFile] = field(default_factory=list)


def read(content: Iterable[Any], structured: Any, *, tool: str, alone: bool = False) -> Content:
    """Text blocks as they are; structured content only where there is no text; files and links in a line each.

    `alone`: the files are for the person whose sign-in was used, not for all of the thread.
    """
    lines: list[str] = []
    files: list[ToolFile] = []
    has_text = False
    for block in content:
        if (text := _text(block)) is not None:
            has_text = True
            lines.append(text)
        elif (encoded := _encoded(block)) is not None:
            lines.append(_kept(block, encoded, files, tool, BY_ONE if alone else BY_ALL))
        elif block.type == "resource_link":
            kind = f", {block.mime_type}" if block.mime_type else ""
            lines.append(f"[link: {block.name}, {block.uri}{kind}]")
        else:
            lines.append(f"[content of type {block.type}, which cannot be shown]")
    if not has_text and structured is not None:
        lines.insert(0, json.dumps(structured, ensure_ascii=False, default=str))
    return Content("\n".join(lines) or NOTHING, files)


def _text(block: Any) -> str | None:
    if block.type == "text":
        return str(block.text)
    if block.type == "resource" and (text := getattr(block.resource, "text", None)) is not None:
        return str(text)
    return None


def _encoded(block: Any) -> str | None:
    if block.type in ("image", "audio"):
        return str(block.data)
    if block.type == "resource":
        return str(block.resource.blob)
    return None


def _kept(block: Any, encoded: str, files: list[ToolFile], tool: str, seen: str) -> str:
    """Put the file beside the text, if it can be; the line that describes it."""
    what, kind, name = _about(block, tool)
    if len(encoded) * 3 // 4 > MOST_BYTES:
        return f"[{what}: {kind}, more than {MOST_BYTES // 2**20} MB; it is too large to be shown]"
    try:
        held = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return f"[{what}: {kind}; it came damaged and cannot be shown]"
    if len(files) == MOST_FILES or not held:
        return f"[{what}: {kind}; it is not shown{'' if held else ', for it is empty'}]"
    file = ToolFile(name=_unused(named(held, name=name, kind=kind.rpartition("/")[2]), files), content=held)
    files.append(file)
    size = max(1, len(held) // 1000)
    return f"[{what}: {kind}, about {size} kB; {seen.format(name=file.name)}]"


def _about(block: Any, tool: str) -> tuple[str, str, str]:
    if block.type == "resource":
        uri = str(block.resource.uri)
        return (
            f"file {uri[:200]}",
            str(block.resource.mime_type or "unknown type")[:100],
            uri.rpartition("/")[2] or tool,
        )
    kind = str(block.mime_type)[:100]
    return block.type, kind, f"{tool}.{kind.rpartition('/')[2].removeprefix('x-')}"


def _unused(name: str, files: list[ToolFile]) -> str:
    taken = {file.name for file in files}
    stem, _, ending = name.rpartition(".")
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.{ending}"
    return name
