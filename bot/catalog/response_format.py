"""An agent's completion arguments as the wire takes them, the form of its answers among them.

A pydantic model becomes a response format as Mistral's SDK makes it: strict, and no object with more fields. The model
is the operator's own code, found and imported by `modules.py`. The SDK's rule:
https://github.com/mistralai/client-python/blob/main/src/mistralai/extra/utils/response_format.py
"""

from __future__ import annotations

import inspect
from typing import Any, TypeGuard

from pydantic import BaseModel

from bot.catalog.completion_forms import CompletionArgs
from bot.catalog.modules import NotUsable, in_short, module_of
from bot.catalog.problem import did_you_mean


def in_wire_shape(completion_args: CompletionArgs) -> dict[str, Any]:
    """In the wire's shape; a response format that is a model's path becomes the model's schema."""
    args = completion_args.model_dump(exclude_unset=True, by_alias=True)
    written = completion_args.response_format
    if written is None:
        return args
    if written.pydantic is not None:
        return args | {"response_format": of_model(written.pydantic)}
    if written.json_schema is not None:
        args["response_format"]["type"] = "json_schema"
    return args


def of_model(path: str) -> dict[str, Any]:
    """The response format for the model at `path`; `NotUsable` says why there is none."""
    where, _, name = path.rpartition(":")
    module = module_of(where)
    found = getattr(module, name, None)
    if not _is_model(found):
        models = [known for known, value in vars(module).items() if _is_model(value)]
        raise NotUsable(f'"{where}" has no pydantic model "{name}"; {did_you_mean(name, models)}')
    try:
        schema = found.model_json_schema()
    except Exception as exc:  # a field that JSON Schema cannot describe, or code of the model's own
        raise NotUsable(f'"{path}" has no JSON Schema: {in_short(exc)}') from None
    definition = {"name": found.__name__, "schema": _strict(schema), "strict": True}
    return {"type": "json_schema", "json_schema": definition}


def _is_model(value: object) -> TypeGuard[type[BaseModel]]:
    return inspect.isclass(value) and issubclass(value, BaseModel) and value is not BaseModel


def _strict(node: Any) -> Any:
    match node:
        case dict():
            strict = {name: _strict(value) for name, value in node.items()}
            return strict | {"additionalProperties": False} if node.get("type") == "object" else strict
        case list():
            return [_strict(value) for value in node]
        case _:
            return node
