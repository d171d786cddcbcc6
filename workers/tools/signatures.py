"""The parameters of a Python function as a form for a model to fill in. A rule; `ValueError` names what is wrong."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model
from pydantic_core import PydanticUndefined


@dataclass(frozen=True, slots=True)
class Signature:
    """`filled` is the parameter that we fill in ourselves, None where there is none."""

    arguments: type[BaseModel]
    filled: str | None


def read(function: Callable[..., Any], *, name: str, filled: type) -> Signature:
    """A parameter annotated with the type `filled` is never the model's to give."""
    hints = get_type_hints(function, include_extras=True)
    fields: dict[str, Any] = {}
    ours = None
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise ValueError(f"function tool {name!r}: parameter {parameter.name!r} cannot be passed by its name")
        if parameter.name not in hints:
            raise ValueError(f"function tool {name!r}: parameter {parameter.name!r} has no type")
        if filled in (kinds := set(_kinds(hints[parameter.name]))):
            if kinds - {filled, NoneType}:
                said = f"may be a {filled.__name__} or None alone"
                raise ValueError(f"function tool {name!r}: parameter {parameter.name!r} {said}")
            ours = parameter.name  # whatever stands around the type
            continue
        default = PydanticUndefined if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], default)
    return Signature(create_model(name, __config__=ConfigDict(extra="forbid"), **fields), ours)


def _kinds(hint: Any) -> Iterator[Any]:
    """The types that stand in an annotation, without what only combines them."""
    if not (parts := get_args(hint)):
        yield hint
    elif get_origin(hint) is Annotated:
        yield from _kinds(parts[0])
    elif get_origin(hint) is not Literal:
        for part in parts:
            yield from _kinds(part)
