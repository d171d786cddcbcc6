"""Block Kit's interactive elements: which there are, their documented sizes, where they may stand. Rules only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playground.slack.models import Json

MOST_ID = 255
PRESSED = frozenset({"button", "icon_button", "feedback_buttons", "workflow_button"})
TEXTS = frozenset({"plain_text_input", "number_input", "email_text_input", "url_text_input"})
OPTIONS = {"static_select": 100, "multi_static_select": 100, "radio_buttons": 10, "checkboxes": 10, "overflow": 5}
PICKED = {
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
IN_INPUTS = (TEXTS | OPTIONS.keys() | PICKED.keys()) - {"overflow"}
ELSEWHERE = frozenset({"external_select", "multi_external_select"})  # taken and shown, but no options are asked for
IN_ACTIONS = (PRESSED | OPTIONS.keys() | PICKED.keys() | ELSEWHERE | {"plain_text_input"}) - {
    "feedback_buttons",
    "icon_button",
}
MOST_TYPED = 3000


def of(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    """Every element of `blocks` that people can use, with its block."""
    for block in blocks:
        found = [block[name] for name in ("accessory", "element") if isinstance(block.get(name), dict)]
        for element in [*block.get("elements", []), *found]:
            if isinstance(element, dict) and element.get("type") in PRESSED | OPTIONS.keys() | PICKED.keys() | TEXTS:
                yield block, element


def faults(element: Json) -> Iterator[str]:
    """What is wrong with one element."""
    kind = element.get("type")
    yield from length(element.get("action_id"), MOST_ID, "action_id")
    if "placeholder" in element:
        yield from text(element["placeholder"], 150, only_plain=True)
    if kind == "button":
        yield from _button(element)
    elif kind == "feedback_buttons":
        for side in ("positive_button", "negative_button"):
            button = element.get(side) or {}
            yield from text(button.get("text"), 75, only_plain=True)
            yield from length(button.get("value"), 2000, "value")
    elif kind == "icon_button":
        yield from text(element.get("text"), 75, only_plain=True)
        if len(element.get("visible_to_user_ids", [])) > 10:
            yield "no more than 10 visible_to_user_ids"
    elif kind in OPTIONS:
        yield from _options(element, OPTIONS[kind])
    elif kind in TEXTS:
        yield from _text_input(element)
    elif not isinstance(kind, str):
        yield "element needs a type"


def _button(element: Json) -> Iterator[str]:
    yield from text(element.get("text"), 75, only_plain=True)
    yield from length(element.get("value"), 2000, "value")
    yield from length(element.get("url"), 3000, "url")
    if element.get("style", "primary") not in ("primary", "danger"):
        yield "style must be primary or danger"
    confirm = element.get("confirm")
    if confirm:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            if name in confirm or name == "text":
                yield from text(confirm.get(name), most)


def _options(element: Json, most: int) -> Iterator[str]:
    groups = element.get("option_groups")
    options = options_of(element)
    if not options:
        yield "must provide options"
    if not groups and len(options) > most:
        yield f"no more than {most} options"
    if groups and (len(groups) > 100 or any(len(group.get("options", [])) > 100 for group in groups)):
        yield "no more than 100 option_groups of 100 options"
    for option in options:
        yield from text(option.get("text"), 75)
        yield from length(option.get("value"), 150, "value")
        if not option.get("value"):
            yield "option needs a value"
    chosen = [element["initial_option"]] if element.get("initial_option") else element.get("initial_options", [])
    known = [option.get("value") for option in options]
    if any(option.get("value") not in known for option in chosen):
        yield "initial option must be one of the options"


def options_of(element: Json) -> list[Json]:
    if element.get("option_groups"):
        return [option for group in element["option_groups"] for option in group.get("options", [])]
    return list(element.get("options", []))


def _text_input(element: Json) -> Iterator[str]:
    if len(str(element.get("initial_value") or "")) > MOST_TYPED:
        yield f"initial_value must be less than {MOST_TYPED + 1} characters"
    for name in ("min_length", "max_length"):
        value = element.get(name)
        if value is not None and not (isinstance(value, int) and 0 <= value <= MOST_TYPED):
            yield f"{name} must be between 0 and {MOST_TYPED}"
    if element["type"] == "number_input" and not isinstance(element.get("is_decimal_allowed"), bool):
        yield "missing required field: is_decimal_allowed"


def text(value: Any, most: int, *, only_plain: bool = False) -> Iterator[str]:
    """What is wrong with one text object."""
    kinds = ("plain_text",) if only_plain else ("plain_text", "mrkdwn")
    if not isinstance(value, dict) or value.get("type") not in kinds:
        yield f"must be a text object of type {' or '.join(kinds)}"
    elif not isinstance(value.get("text"), str) or not value["text"]:
        yield "must be more than 0 characters"
    elif len(value["text"]) > most:
        yield f"must be less than {most + 1} characters"


def length(value: Any, most: int, name: str) -> Iterator[str]:
    if value is not None and (not isinstance(value, str) or len(value) > most):
        yield f"{name} must be less than {most + 1} characters"
