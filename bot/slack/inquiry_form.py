"""A server's form as a modal of Slack's, and what was put into it. No I/O.

Closing the modal is no answer, and we do not ask to hear of it: it covers the thread, so people close it to look
something up, and they may open it again. What MCP calls a cancel comes of silence.

https://docs.slack.dev/reference/block-kit/blocks/input-block
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.inquiries.checking import Held, default_of
from bot.inquiries.form import Field
from bot.slack import blocks, views
from bot.slack.text import shortened

FILL_IN = "fill_in"  # the modal's callback id, too
VALUE = "value"
YES = "yes"
LABEL_LIMIT, HINT_LIMIT, OPTION_LIMIT, TEXT_LIMIT = 2_000, 2_000, 75, 3_000
MOMENTS = range(10**9, 10**10)  # seconds since the epoch, of which Slack takes ten digits

Element = dict[str, Any]


def block_id(number: int) -> str:
    return f"field-{number}"


def inputs(fields: Sequence[Field], *, yes: str) -> blocks.Blocks:
    """An input for each field; `yes` is what a box to tick says. A server's rules are checked when it is sent.

    Slack refuses the whole form for one value that does not fit, so a default that does not is left out.
    """
    fitting = [replace(field, default=default_of(field)) for field in fields]
    return [_input(number, field, yes) for number, field in enumerate(fitting)]


def held(fields: Sequence[Field], state: Mapping[str, Any]) -> dict[str, Held]:
    """What the view's state holds, by field."""
    found: dict[str, Held] = {}
    for number, field in enumerate(fields):
        holder = state.get(block_id(number))
        element = holder.get(VALUE) if isinstance(holder, Mapping) else None
        found[field.name] = _held(field, element) if isinstance(element, Mapping) else None
    return found


def modal(
    title: str, body: blocks.Blocks, *, submit: str, close: str, external_id: str, private_metadata: str
) -> views.View:
    view = views.modal(title, body, close=close, external_id=external_id, private_metadata=private_metadata)
    return view | {"callback_id": FILL_IN, "submit": _plain(submit, views.TITLE_LIMIT)}


def _input(number: int, field: Field, yes: str) -> Element:
    made: Element = {
        "type": "input",
        "block_id": block_id(number),
        "label": _plain(field.label, LABEL_LIMIT),
        "element": {"action_id": VALUE, **_element(field, yes)},
        "optional": not field.required or field.kind == "boolean" or (field.kind == "choices" and not field.least),
    }
    return made | ({"hint": _plain(field.hint, HINT_LIMIT)} if field.hint else {})


def _element(field: Field, yes: str) -> Element:
    options = [
        {"text": _plain(title, OPTION_LIMIT), "value": str(place)} for place, (_, title) in enumerate(field.options)
    ]
    chosen = [option for option, (value, _) in zip(options, field.options, strict=True) if value in _listed(field)]
    match field.kind:
        case "choice":
            return {"type": "static_select", "options": options} | ({"initial_option": chosen[0]} if chosen else {})
        case "choices":
            found = {"type": "multi_static_select", "options": options}
            return found | ({"initial_options": chosen} if chosen else {})
        case "boolean":
            box = {"text": _plain(yes, OPTION_LIMIT), "value": YES}
            return {"type": "checkboxes", "options": [box]} | ({"initial_options": [box]} if field.default else {})
        case "number" | "integer":
            return {"type": "number_input", "is_decimal_allowed": field.kind == "number"} | _initial(field)
        case "text":
            return _text(field)


def _text(field: Field) -> Element:
    match field.format:
        case "date":
            return {"type": "datepicker"} | ({"initial_date": field.default} if field.default else {})
        case "date-time":
            moment = _moment(field.default)
            return {"type": "datetimepicker"} | ({"initial_date_time": moment} if moment is not None else {})
        case "email":
            return {"type": "email_text_input"} | _initial(field)
        case "uri":
            return {"type": "url_text_input"} | _initial(field)
        case _:
            return {"type": "plain_text_input"} | _initial(field)


def _listed(field: Field) -> list[Any]:
    return field.default if isinstance(field.default, list) else [field.default]


def _initial(field: Field) -> Element:
    if field.default in (None, ""):
        return {}
    value = f"{field.default:.15g}" if isinstance(field.default, int | float) else str(field.default)
    if field.kind in ("number", "integer") and "e" in value:  # nobody types a number so
        return {}
    return {"initial_value": shortened(value, TEXT_LIMIT)}


def _moment(value: object) -> int | None:
    try:
        seconds = int(datetime.fromisoformat(str(value)).timestamp()) if value else None
    except (ValueError, OverflowError):
        return None
    return seconds if seconds in MOMENTS else None


def _held(field: Field, element: Mapping[str, Any]) -> Held:
    """As Slack says it; a choice by its place, for a server's own values may be longer than Slack's."""
    match field.kind:
        case "boolean":
            return bool(element.get("selected_options"))
        case "choice":
            return next(iter(_values(field, [element.get("selected_option")])), None)
        case "choices":
            return _values(field, element.get("selected_options"))
    given = next((element[name] for name in ("selected_date", "selected_date_time", "value") if name in element), None)
    return given if isinstance(given, str | int) else None


def _values(field: Field, options: object) -> list[str]:
    listed = options if isinstance(options, list) else []
    chosen = [option.get("value") for option in listed if isinstance(option, Mapping)]
    return [value for place, (value, _) in enumerate(field.options) if str(place) in chosen]


def _plain(words: str, limit: int) -> Element:
    return {"type": "plain_text", "text": shortened(words, limit) or "…", "emoji": False}
