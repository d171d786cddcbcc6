"""Which blocks Slack takes: known types and documented sizes. `checked` returns them as Slack keeps them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

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
MOST_ELEMENTS = {"actions": 25, "context": 10, "context_actions": 5}
CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")
MOST_ID = 255


def checked(blocks: list[Json] | None, *, too_many: str = "invalid_blocks") -> list[Json]:
    """`blocks` with the ids Slack adds.

    Raises `invalid_blocks` with the reasons, `too_many` over 50 of them, `msg_blocks_too_long` over the markdown sum.
    """
    if blocks is None:
        return []
    if len(blocks) > MOST_BLOCKS:
        raise SlackError(too_many, f"no more than {MOST_BLOCKS} items allowed [json-pointer:/blocks]")
    faults = [f"{fault} [json-pointer:/blocks/{at}]" for at, block in enumerate(blocks) for fault in _faults(block)]
    faults += _repeated(block["block_id"] for block in blocks if block.get("block_id"))
    if faults:
        raise SlackError("invalid_blocks", *faults)
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MOST_MARKDOWN:
        raise SlackError("msg_blocks_too_long")
    for kind, most in (("table", MOST_TABLE), ("data_table", MOST_DATA_TABLE)):
        if sum(_characters(block.get("rows")) for block in blocks if block["type"] == kind) > most:
            raise SlackError("invalid_blocks", f"{kind} text exceeds {most} characters")
    return [_kept(block) for block in blocks]


def _kept(block: Json) -> Json:
    if block["type"] == "markdown":
        return {name: value for name, value in block.items() if name != "block_id"}
    return block if "block_id" in block else block | {"block_id": secrets.token_urlsafe(4)}


def _faults(block: Json) -> Iterator[str]:
    kind = block.get("type")
    if kind not in IN_MESSAGES:
        yield f"unsupported type: {kind}"
        return
    yield from _length(block.get("block_id"), MOST_ID, "block_id")
    if kind == "section":
        if "text" not in block and not block.get("fields"):
            yield "section needs text or fields"
        if "text" in block:
            yield from _text(block["text"], 3000)
        fields = block.get("fields", [])
        if len(fields) > 10:
            yield "no more than 10 fields"
        for field in fields:
            yield from _text(field, 2000)
        if "accessory" in block:
            yield from _element(block["accessory"])
    elif kind == "header":
        yield from _text(block.get("text"), 150)
    elif kind == "markdown":
        if not isinstance(block.get("text"), str) or not block["text"]:
            yield "markdown needs text"
    elif kind == "image":
        if not block.get("alt_text") or not (block.get("image_url") or block.get("slack_file")):
            yield "image needs alt_text and image_url or slack_file"
        yield from _length(block.get("image_url"), 3000, "image_url")
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


def _elements(block: Json, kind: str) -> Iterator[str]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements:
        yield f"{kind} needs elements"
        return
    if len(elements) > MOST_ELEMENTS[kind]:
        yield f"no more than {MOST_ELEMENTS[kind]} elements"
    for element in elements:
        if kind == "context":
            if element.get("type") != "image":
                yield from _text(element, 3000)
        elif kind == "context_actions" and element.get("type") not in CONTEXT_ACTIONS:
            yield f"unsupported element in context_actions: {element.get('type')}"
        else:
            yield from _element(element)
    yield from _repeated(element["action_id"] for element in elements if element.get("action_id"))


def _element(element: Json) -> Iterator[str]:
    kind = element.get("type")
    yield from _length(element.get("action_id"), MOST_ID, "action_id")
    if kind == "button":
        yield from _text(element.get("text"), 75, only_plain=True)
        yield from _length(element.get("value"), 2000, "value")
        yield from _length(element.get("url"), 3000, "url")
        if element.get("style", "primary") not in ("primary", "danger"):
            yield "style must be primary or danger"
        confirm = element.get("confirm")
        if confirm:
            for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
                if name in confirm or name == "text":
                    yield from _text(confirm.get(name), most)
    elif kind == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            button = element.get(side) or {}
            yield from _text(button.get("text"), 75, only_plain=True)
            yield from _length(button.get("value"), 2000, "value")
    elif kind == "icon_button":
        yield from _text(element.get("text"), 75, only_plain=True)
        if len(element.get("visible_to_user_ids", [])) > 10:
            yield "no more than 10 visible_to_user_ids"
    elif kind in ("static_select", "multi_static_select", "radio_buttons", "checkboxes", "overflow"):
        most = {"radio_buttons": 10, "checkboxes": 10, "overflow": 5}.get(kind, 100)
        options = element.get("options", [])
        if len(options) > most:
            yield f"no more than {most} options"
        for option in options:
            yield from _text(option.get("text"), 75)
            yield from _length(option.get("value"), 150, "value")
    elif not isinstance(kind, str):
        yield "element needs a type"


def _text(value: Any, most: int, *, only_plain: bool = False) -> Iterator[str]:
    kinds = ("plain_text",) if only_plain else ("plain_text", "mrkdwn")
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)}"
    elif not isinstance(value.get("text"), str) or not value["text"]:
        yield "must be more than 0 characters"
    elif len(value["text"]) > most:
        yield f"must be less than {most + 1} characters"


def _length(value: Any, most: int, name: str) -> Iterator[str]:
    if value is not None and (not isinstance(value, str) or len(value) > most):
        yield f"{name} must be less than {most + 1} characters"


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
