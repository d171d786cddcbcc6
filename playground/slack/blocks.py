"""Which blocks Slack takes, in messages and in views: known types and documented sizes, as Slack keeps them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

from playground.slack import elements
from playground.slack.elements import length, text
from playground.slack.models import Json
from playground.slack.web_api.errors import SlackError

MOST_BLOCKS = 50
MOST_MARKDOWN = 12_000
MOST_TABLE, MOST_DATA_TABLE = 10_000, 20_000
IN_MESSAGES = frozenset(
    [
        *("actions", "card", "carousel", "container", "context", "context_actions", "data_table"),
        *("data_visualization", "divider", "file", "header", "image", "input", "markdown", "plan", "rich_text"),
        *("section", "table", "task_card", "video", "auth_provider"),
    ]
)
IN_VIEWS = frozenset(
    {"actions", "alert", "context", "divider", "header", "image", "input", "rich_text", "section", "video"}
)
MOST_ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")


def checked(blocks: list[Json] | None, *, too_many: str = "invalid_blocks") -> list[Json]:
    """`blocks` with the ids Slack adds.

    Raises `invalid_blocks` with the reasons, `too_many` over 50 of them, `msg_blocks_too_long` over the markdown sum.
    """
    if blocks is None:
        return []
    if len(blocks) > MOST_BLOCKS:
        raise SlackError(too_many, f"no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]")
    faults = list(wrong(blocks, IN_MESSAGES, at="/blocks"))
    if faults:
        raise SlackError("invalid_blocks", *faults)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        raise SlackError("msg_blocks_too_long")
    for kind, most in (("table", MOST_TABLE), ("data_table", MOST_DATA_TABLE)):
        if sum(_characters(block.get("rows")) for block in blocks if block["type"] == kind) > most:
            raise SlackError("invalid_blocks", f"{kind} text exceeds {most} characters")
    return kept(blocks)


def wrong(blocks: list[Json], known: frozenset[str], *, at: str) -> Iterator[str]:
    """Slack's words for what is wrong, each with where."""
    for number, block in enumerate(blocks):
        for fault in _faults(block, known):
            yield f"{fault} [json-pointer:{at}/{number}]"
    yield from _repeated(block["block_id"] for block in blocks if block.get("block_id"))


def kept(blocks: list[Json]) -> list[Json]:
    """Checked blocks as Slack keeps them: whatever may be used has its ids, a `markdown` block has none."""
    return [_kept(block) for block in blocks]


def _kept(block: Json) -> Json:
    if block["type"] == "markdown":
        return {name: value for name, value in block.items() if name != "block_id"}
    block = {"block_id": secrets.token_urlsafe(4), **block}
    for name in ("accessory", "element"):
        if name in block:
            block[name] = _named(block[name])
    if block["type"] in ("actions", "context_actions"):
        block["elements"] = [_named(element) for element in block["elements"]]
    return block


def _named(element: Json) -> Json:
    usable = element.get("type") != "image"
    return {"action_id": secrets.token_urlsafe(4), **element} if usable else element


def _faults(block: Json, known: frozenset[str]) -> Iterator[str]:
    kind = block.get("type")
    if kind not in known:
        yield f"unsupported type: {kind}"
        return
    yield from length(block.get("block_id"), elements.MOST_ID, "block_id")
    if kind == "section":
        if "text" not in block and not block.get("fields"):
            yield "section needs text or fields"
        if "text" in block:
            yield from text(block["text"], 3000)
        fields = block.get("fields", [])
        if len(fields) > 10:
            yield "no more than 10 fields"
        for field in fields:
            yield from text(field, 2000)
        if "accessory" in block:
            yield from elements.faults(block["accessory"])
    elif kind == "header":
        yield from text(block.get("text"), 150)
    elif kind == "markdown":
        if not isinstance(block.get("text"), str) or not block["text"]:
            yield "markdown needs text"
    elif kind == "image":
        if not block.get("alt_text") or not (block.get("image_url") or block.get("slack_file")):
            yield "image needs alt_text and image_url or slack_file"
        yield from length(block.get("image_url"), 3000, "image_url")
    elif kind == "input":
        yield from _input(block)
    elif kind == "alert":
        yield from text(block.get("text"), 200)
    elif kind == "rich_text":
        if not isinstance(block.get("elements"), list):
            yield "rich_text needs elements"
    elif kind == "task_card":
        if not block.get("task_id") or not block.get("title"):
            yield "task_card needs task_id and title"
    elif kind == "plan":
        if not block.get("title") or len(block.get("tasks", [])) > 50:
            yield "plan needs a title and at most 50 tasks"
    elif kind == "table":
        rows = block.get("rows")
        if not isinstance(rows, list) or len(rows) > 100 or any(len(row) > 20 for row in rows):
            yield "table needs rows: at most 100 of at most 20 cells"
    if kind in MOST_ELEMENTS:
        yield from _elements(block, kind)


def _input(block: Json) -> Iterator[str]:
    yield from text(block.get("label"), 2000, only_plain=True)
    if block.get("hint"):
        yield from text(block["hint"], 2000, only_plain=True)
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") not in elements.IN_INPUTS:
        yield f"unsupported element in input: {element.get('type') if isinstance(element, dict) else element}"
    else:
        yield from elements.faults(element)


def _elements(block: Json, kind: str) -> Iterator[str]:
    listed = block.get("elements")
    if not isinstance(listed, list) or not listed:
        yield f"{kind} needs elements"
        return
    if len(listed) > MOST_ELEMENTS[kind]:
        yield f"no more than {MOST_ELEMENTS[kind]} elements"
    for element in listed:
        if kind == "context":
            if element.get("type") != "image":
                yield from text(element, 3000)
        elif kind == "context_actions" and element.get("type") not in CONTEXT_ACTIONS:
            yield f"unsupported element in context_actions: {element.get('type')}"
        elif kind == "actions" and element.get("type") not in elements.IN_ACTIONS:
            yield f"unsupported element in actions: {element.get('type')}"
        else:
            yield from elements.faults(element)
    yield from _repeated(element["action_id"] for element in listed if element.get("action_id"))


def _repeated(names: Iterator[str]) -> list[str]:
    seen: set[str] = set()
    return [f"`{name}` already exists for another element" for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]  # the usual idiom


def _characters(cells: Any) -> int:
    if isinstance(cells, dict):
        return sum(
            len(value) if name == "text" and isinstance(value, str) else _characters(value)
            for name, value in cells.items()
        )
    return sum(map(_characters, cells)) if isinstance(cells, list) else 0
