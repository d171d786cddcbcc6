"""What makes a modal's definition good. Rules only."""

from __future__ import annotations

import json
from collections.abc import Iterator

from playground.slack import elements
from playground.slack.blocks import IN_VIEWS, kept, wrong
from playground.slack.models import Json
from playground.slack.web_api.errors import SlackError

MOST_BLOCKS, MOST_TITLE, MOST_METADATA, MOST_BYTES = 100, 24, 3000, 250_000
KEPT = ("type", "callback_id", "title", "submit", "close", "private_metadata", "external_id")
SWITCHES = ("clear_on_close", "notify_on_close", "submit_disabled")


def checked(view: object) -> Json:
    """`view` as Slack keeps it; raises `view_too_large` or `invalid_arguments` with the reasons."""
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", "must provide an object [json-pointer:/view]")
    if len(json.dumps(view, ensure_ascii=False).encode()) > MOST_BYTES:
        raise SlackError("view_too_large")
    faults = list(_faults(view))
    if faults:
        raise SlackError("invalid_arguments", *faults)
    definition = {name: view[name] for name in KEPT if view.get(name) is not None}
    definition |= {name: bool(view.get(name)) for name in SWITCHES}
    return definition | {"blocks": kept(view["blocks"])}


def _faults(view: Json) -> Iterator[str]:
    if view.get("type") != "modal":
        yield "must be one of: modal [json-pointer:/view/type]"
        return
    yield from _at("title", elements.text(view.get("title"), MOST_TITLE, only_plain=True))
    for name in ("submit", "close"):
        if view.get(name) is not None:
            yield from _at(name, elements.text(view[name], MOST_TITLE, only_plain=True))
    yield from _at("private_metadata", elements.length(view.get("private_metadata"), MOST_METADATA, "private_metadata"))
    for name in ("callback_id", "external_id"):
        yield from _at(name, elements.length(view.get(name), elements.MOST_ID, name))
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "missing required field: blocks [json-pointer:/view]"
        return
    if len(blocks) > MOST_BLOCKS:
        yield f"no more than {MOST_BLOCKS} items allowed [json-pointer:/view/blocks]"
    yield from wrong(blocks, IN_VIEWS, at="/view/blocks")
    if any(block.get("type") == "input" for block in blocks) and not view.get("submit"):
        yield "missing required field: submit, which a view with input blocks needs [json-pointer:/view]"


def _at(name: str, faults: Iterator[str]) -> Iterator[str]:
    for fault in faults:
        yield f"{fault} [json-pointer:/view/{name}]"
