"""What people put into elements, as Slack tells the app: entries of `state.values`, and what cannot be sent yet.

People (the page, the control API) give bare values: a text, an option's value, an id, a date, or a list of these.
"""

from __future__ import annotations

from typing import Any

from playground.slack import elements, sentences
from playground.slack.elements import MOST_TYPED, OPTIONS, PICKED, TEXTS
from playground.slack.models import Json

Values = dict[str, dict[str, Json]]
Wrong = tuple[str, dict[str, Any]]  # the sentence's key, and what it names
MANY = ("checkboxes", "multi_")


class NotOffered(Exception):
    """A value the element does not have."""


def entry(element: Json, value: Any) -> Json:
    """What the element holds with `value` in it; raises `NotOffered`."""
    kind = element["type"]
    if kind in TEXTS:
        return {"type": kind, "value": None if value in (None, "") else str(value)}
    if kind in OPTIONS:
        offered = {option["value"]: option for option in elements.options_of(element)}
        wanted = _listed(value)
        if any(each not in offered for each in wanted):
            raise NotOffered(f"{element.get('action_id')} does not offer {value!r}.")
        chosen = [_option(offered[each]) for each in wanted]
        if kind.startswith(MANY):
            return {"type": kind, "selected_options": chosen}
        return {"type": kind, "selected_option": chosen[0] if chosen else None}
    if kind.startswith(MANY):
        return {"type": kind, PICKED[kind]: _listed(value)}
    if kind == "datetimepicker":
        return {"type": kind, PICKED[kind]: None if value in (None, "") else int(value)}
    return {"type": kind, PICKED[kind]: value or None}


def initial(blocks: list[Json]) -> Values:
    """What stands in the elements before anybody touched them."""
    values: Values = {}
    for block, element in elements.of(blocks):
        if element["type"] in TEXTS | OPTIONS.keys() | PICKED.keys() and element["type"] != "overflow":
            values.setdefault(block["block_id"], {})[element["action_id"]] = entry(element, _initial(element))
    return values


def given(blocks: list[Json], values: dict[str, Any], before: Values) -> Values:
    """`before` with the bare `values`, `{block_id: {action_id: …}}` or `{block_id or action_id: …}`, put in."""
    after = {block: dict(held) for block, held in before.items()}
    unknown = set(values)
    for block, element in elements.of(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        if action_id not in after.get(block_id, {}):
            continue
        inner = values.get(block_id)
        if isinstance(inner, dict):
            unknown.discard(block_id)
            if action_id in inner:
                after[block_id][action_id] = entry(element, inner[action_id])
            continue
        for name in (block_id, action_id):
            if name in values:
                unknown.discard(name)
                after[block_id][action_id] = entry(element, values[name])
    if unknown:
        raise NotOffered(f"There is nothing to fill in called {', '.join(sorted(unknown))}.")
    return after


def kept(blocks: list[Json], before: Values) -> Values:
    """What a changed view starts with: its own beginnings, and what was typed into elements that stayed."""
    values = initial(blocks)
    for block_id, held in values.items():
        for action_id, now in held.items():
            was = before.get(block_id, {}).get(action_id)
            if was is not None and was["type"] == now["type"]:
                held[action_id] = was
    return values


def missing(blocks: list[Json], values: Values, *, locale: str) -> dict[str, str]:
    """Slack's own words at each input that cannot be sent as it is, by block."""
    wrong: dict[str, str] = {}
    for block in blocks:
        if block["type"] == "input":
            element = block["element"]
            why = _wrong(
                element, values[block["block_id"]][element["action_id"]], optional=block.get("optional", False)
            )
            if why:
                key, limits = why
                wrong[block["block_id"]] = sentences.say(f"form.{key}", locale, **limits)
    return wrong


def _wrong(element: Json, held: Json, *, optional: bool) -> Wrong | None:
    value = next(held[name] for name in held if name != "type")
    if value in (None, "", []):
        return None if optional else ("required", {})
    if element["type"] == "number_input":
        return _wrong_number(element, value)
    if element["type"] not in TEXTS:
        most = element.get("max_selected_items")
        return ("many", {"most": most}) if most and isinstance(value, list) and len(value) > most else None
    if len(value) < element.get("min_length", 0):
        return "short", {"least": element["min_length"]}
    most = element.get("max_length", MOST_TYPED)
    return ("long", {"most": most}) if len(value) > most else None


def _wrong_number(element: Json, value: str) -> Wrong | None:
    try:
        number = float(value)
    except ValueError:
        return "number", {}
    if not element["is_decimal_allowed"] and not number.is_integer():
        return "whole", {}
    if "min_value" in element and number < float(element["min_value"]):
        return "least", {"least": element["min_value"]}
    if "max_value" in element and number > float(element["max_value"]):
        return "most", {"most": element["max_value"]}
    return None


def _initial(element: Json) -> Any:
    for name, value in element.items():
        if name.startswith("initial_"):
            if name == "initial_option":
                return value["value"]
            return [option["value"] for option in value] if name == "initial_options" else value
    return None


def _option(option: Json) -> Json:
    return {name: option[name] for name in ("text", "value", "description") if name in option}


def _listed(value: Any) -> list[Any]:
    if value in (None, ""):
        return []
    return value if isinstance(value, list) else [value]
