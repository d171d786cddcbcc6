"""What a model accepts: which tools, which names, which combinations. Refusals in the words reported."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from playground.agents_api.connectors import catalogue
from playground.agents_api.errors import coded, raw, retired, value_error
from playground.agents_api.ids import Json
from playground.agents_api.switches import Switches

FAMILIES = (
    "mistral-", "magistral-", "ministral-", "codestral-", "devstral-", "open-mistral-", "open-mixtral-", "pixtral-",
    "voxtral-", "labs-",
)  # fmt: skip
WITHOUT_BUILT_INS = ("codestral", "devstral", "ministral")
FUNCTION_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
DRAFT_4 = ("exclusiveMinimum", "exclusiveMaximum")  # booleans in JSON Schema draft 4, numbers since


def check(model: str, tools: Sequence[Json] | None, completion_args: Json | None, switches: Switches) -> None:
    """Raise what the service answers when `model` may not have these tools."""
    if model in switches.retired_models:
        raise retired(model, switches.retired_status)
    if not model.startswith(FAMILIES):
        raise raw(404, f"Invalid model: {model}", "1500", "invalid_model")
    tools = tools or []
    built_in = [tool for tool in tools if tool["type"] != "function"]
    if built_in and model.startswith(WITHOUT_BUILT_INS):
        raise coded(400, f"Model {model} currently does not support builtin connectors", 3004)
    choice = (completion_args or {}).get("tool_choice")
    if built_in and choice in ("any", "required"):
        raise coded(
            400, f"Can't create an agent with 'tool_choice' set to '{choice}' and using built in connectors", 3000
        )
    _check_built_ins(built_in)
    for tool in tools:
        if tool["type"] == "function":
            _check_function(tool["function"])


def check_not_empty(tools: Sequence[object] | None, switches: Switches) -> None:
    """Reported for chat completions only, so it is a switch."""
    if tools is not None and not tools and switches.refuses_empty_tools:
        raise coded(400, "Tools cannot be an empty list", 3000)


def _check_built_ins(tools: Sequence[Json]) -> None:
    seen = set()
    for tool in tools:
        one = tool.get("connector_id") or tool["type"]
        if one in seen:
            raise value_error(f"Connector '{one}' is given more than once", "tools")
        seen.add(one)
        configuration = tool.get("tool_configuration") or {}
        if configuration.get("include") is not None and configuration.get("exclude") is not None:
            raise coded(400, "tool_configuration can have either 'include' or 'exclude', not both", 3000)
    for tool in tools:
        if tool["type"] == "connector":
            catalogue.remote(tool["connector_id"])


def _check_function(function: Json) -> None:
    name = function["name"]
    if not FUNCTION_NAME.fullmatch(name):
        raise coded(
            400,
            f"Function name was {name} but must be a-z, A-Z, 0-9, or contain underscores and dashes, "
            "with a maximum length of 64.",
            3000,
        )
    for key, value in _pairs(function["parameters"]):
        if key in DRAFT_4 and isinstance(value, bool):
            raise coded(400, f"Invalid tool schema for function {name}: {key} must be a number", 3000)


def _pairs(schema: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            yield key, value
            yield from _pairs(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _pairs(value)
