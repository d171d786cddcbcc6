"""What one call brings to a stream, checked, and how it is drawn into the message. Rules only; no clock, no state kept.

Drawn as blocks from the first piece on: markdown, task cards, plans, blocks as they came.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Literal

from playground.slack.blocks import MOST_BLOCKS, checked
from playground.slack.models import Json, Message
from playground.slack.typed import plain_rich_text
from playground.slack.web_api.errors import SlackError

TASK_STATUSES = ("pending", "in_progress", "complete", "error")
TASK_WORDS = ("title", "details", "output")
MOST_PAYLOAD = 12_000

Mode = Literal["text", "chunks"]


@dataclass(frozen=True, slots=True)
class Payload:
    chunks: list[Json]
    mode: Mode | None  # None: nothing came, which fixes nothing


@dataclass(slots=True, kw_only=True)
class Stream:
    recipient: str | None
    display: Literal["timeline", "plan"] = "timeline"
    live: bool = True
    stopped_by_user: bool = False
    mode: Mode | None = None
    size: int = 0
    block_count: int = 0
    text: str = ""
    tasks: dict[str, Json] = field(default_factory=dict)
    plan: Json | None = None
    first: list[Json] | None = None  # what everybody but the recipient sees in a channel until the end
    expiry: asyncio.TimerHandle | None = None


def payload(markdown_text: str | None, chunks: list[Json] | None, *, task_characters: int | None) -> Payload:
    """What one call brings, checked."""
    if markdown_text is not None and chunks is not None:
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    if markdown_text is not None:
        chunks = [{"type": "markdown_text", "text": markdown_text}]
    for chunk in chunks or []:
        _check(chunk, task_characters)
    if sum(len(chunk["text"]) for chunk in chunks or [] if chunk["type"] == "markdown_text") > MOST_PAYLOAD:
        raise SlackError("msg_too_long")
    return Payload(chunks or [], "text" if markdown_text is not None else "chunks" if chunks else None)


def _check(chunk: Json, task_characters: int | None) -> None:
    kind = chunk.get("type")
    if kind == "markdown_text":
        good = isinstance(chunk.get("text"), str)
    elif kind == "blocks":
        good = isinstance(chunk.get("blocks"), list) and all(isinstance(block, dict) for block in chunk["blocks"])
        if good:
            chunk["blocks"] = checked(chunk["blocks"], too_many="msg_blocks_too_many")
    elif kind == "plan_update":
        good = isinstance(chunk.get("title"), str) and bool(chunk["title"])
    elif kind == "task_update":
        good = all(isinstance(chunk.get(name), str) and chunk[name] for name in ("id", "title"))
        good = good and chunk.get("status", "pending") in TASK_STATUSES
        good = good and all(isinstance(chunk.get(name, ""), str) for name in TASK_WORDS)
    else:
        good = False
    if not good:
        raise SlackError("invalid_chunks", f"not a valid chunk: {kind}")
    if kind in ("plan_update", "task_update") and task_characters is not None:
        for name in TASK_WORDS:
            if len(chunk.get(name, "")) > task_characters:
                raise SlackError("invalid_chunks", f"{name} must be less than {task_characters + 1} characters")


def add(message: Message, piece: Payload, *, most_characters: int) -> None:
    """Draw `piece` into `message`, all of it or, when it is too much or of the other mode, none."""
    stream: Stream = message.stream
    if piece.mode is not None and stream.mode is not None and piece.mode != stream.mode:
        raise SlackError("streaming_mode_mismatch")
    size = stream.size + sum(map(_size, piece.chunks))
    if size > most_characters:
        raise SlackError("msg_too_long")
    count = stream.block_count + sum(len(chunk.get("blocks", ())) for chunk in piece.chunks)
    if count > MOST_BLOCKS:
        raise SlackError("msg_blocks_too_many")
    stream.mode = stream.mode or piece.mode
    stream.size, stream.block_count = size, count
    for chunk in piece.chunks:
        _draw(message, stream, chunk)
    message.text = stream.text


def _size(chunk: Json) -> int:
    return len(chunk["text"]) if chunk["type"] == "markdown_text" else len(json.dumps(chunk))


def _draw(message: Message, stream: Stream, chunk: Json) -> None:
    if chunk["type"] == "markdown_text":
        stream.text += chunk["text"]
        if message.blocks and message.blocks[-1]["type"] == "markdown":
            message.blocks[-1]["text"] += chunk["text"]
        elif chunk["text"]:
            message.blocks.append({"type": "markdown", "text": chunk["text"]})
    elif chunk["type"] == "blocks":
        message.blocks.extend(chunk["blocks"])
    elif chunk["type"] == "plan_update":
        _plan(message, stream)["title"] = chunk["title"]
    else:
        _task(message, stream, chunk)


def _plan(message: Message, stream: Stream) -> Json:
    if stream.plan is None:
        stream.plan = {"type": "plan", "title": "", "tasks": []}
        message.blocks.append(stream.plan)
    return stream.plan


def _task(message: Message, stream: Stream, chunk: Json) -> None:
    """The same id again replaces title and status, appends details, and leaves an output that was written."""
    task = stream.tasks.get(chunk["id"])
    if task is None:
        task = {"task_id": chunk["id"], "title": "", "status": "pending"}
        stream.tasks[chunk["id"]] = task
        if stream.display == "plan":
            _plan(message, stream)["tasks"].append(task)
        else:
            task["type"] = "task_card"
            message.blocks.append(task)
    task["title"] = chunk["title"]
    task["status"] = chunk.get("status", task["status"])
    for name in ("sources", "hide_title", "icon"):
        if name in chunk:
            task[name] = chunk[name]
    if chunk.get("details"):
        task["details"] = plain_rich_text(_words(task.get("details")) + chunk["details"])
    if chunk.get("output") and "output" not in task:
        task["output"] = plain_rich_text(chunk["output"])


def _words(block: Json | None) -> str:
    return "" if block is None else str(block["elements"][0]["elements"][0]["text"])
