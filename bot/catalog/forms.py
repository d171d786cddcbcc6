"""Checks what an operator wrote against a pydantic form, and says each mistake in a sentence with its line.

Sentences never repeat a whole value that could be a secret: a wrong type is named by its type, and only what breaks
a rule on its look (a range, a choice, a pattern) is quoted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path as FilePath
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

from bot.catalog.problem import Problem, did_you_mean

Path = tuple[str | int, ...]
Lines = Mapping[Path, int]


class Form(BaseModel):
    """What a file may hold. Unknown fields are mistakes: an option that is ignored would promise what nobody does."""

    model_config = ConfigDict(extra="forbid", strict=True)


F = TypeVar("F", bound=Form)

QUOTED = {"literal_error", "string_pattern_mismatch", "value_error"} | {
    f"{what}_than{equal}" for what in ("greater", "less") for equal in ("", "_equal")
}
TYPE_NAMES = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a mapping"}


def mistake(sentence: str) -> PydanticCustomError:
    """For a form's own validators: raised, it becomes the problem's sentence as it stands."""
    return PydanticCustomError("mistake", "{sentence}", {"sentence": sentence})


def check(form: type[F], values: object, *, file: FilePath, lines: Lines, at: Path = ()) -> F | list[Problem]:
    """The filled-in form, or everything that is wrong with `values`, which stand in `file` at `at`."""
    try:
        return form.model_validate(values)
    except ValidationError as mistakes:
        found: dict[Path, list[str]] = {}
        for error in mistakes.errors(include_url=False):
            loc = tuple(error["loc"])
            path = at + (loc if error["type"] in {"missing", "extra_forbidden"} else _in_file(loc, values))
            found.setdefault(path, []).append(_sentence(form, dict(error)))
        return [
            Problem(file, line_of(path, lines), dotted(path), ", or ".join(dict.fromkeys(sentences)))
            for path, sentences in found.items()
        ]


def dotted(path: Iterable[str | int]) -> str:
    """`prompts[0].title`, as people write it."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".")


def line_of(path: Path, lines: Lines) -> int | None:
    """The line of `path`, else of the nearest thing around it that has one."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path)


def yaml_lines(root: yaml.Node | None, *, first_line: int = 1) -> dict[Path, int]:
    """Where every key and list item under `root` stands; `first_line` is the file's line of YAML's line 0."""
    lines: dict[Path, int] = {}
    waiting: list[tuple[Path, yaml.Node]] = [((), root)] if root else []
    if root:
        lines[()] = first_line
    seen: set[int] = set()  # an anchor may point back to its own parent
    while waiting:
        path, node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                step = (*path, str(key.value))
                lines[step] = first_line + key.start_mark.line
                waiting.append((step, value))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                lines[(*path, index)] = first_line + item.start_mark.line
                waiting.append(((*path, index), item))
    return lines


def _in_file(loc: Path, values: object) -> Path:
    """`loc` without what pydantic adds for its own use: names of union members, `[key]`."""
    path: list[str | int] = []
    for step in loc:
        match values:
            case dict() if step in values:
                values = values[step]
            case list() if isinstance(step, int) and step < len(values):
                values = values[step]
            case _:
                continue
        path.append(step)
    return tuple(path)


def _sentence(form: type[Form], error: dict[str, Any]) -> str:
    kind, loc, given = error["type"], error["loc"], error["input"]
    if kind == "mistake":
        return str(error["msg"])
    if kind == "missing":
        return "is missing"
    if kind == "extra_forbidden":
        if len(loc) == 1 and (home := _home(form, str(loc[0]))):
            return f'stands in the wrong place; it belongs below "{home}"'
        return f'this version does not know the field "{loc[-1]}"; {did_you_mean(str(loc[-1]), _fields(form, loc))}'
    if kind in {"too_short", "string_too_short"}:
        return "is empty; fill it in, or leave it out"
    message = str(error["msg"]).removeprefix("Value error, ").replace("Input should", "should")
    message = message[:1].lower() + message[1:]
    if kind == "literal_error" and isinstance(given, str):
        choices = [choice.strip("' ") for choice in error["ctx"]["expected"].replace(" or ", ",").split(",")]
        return f'"{given}" is not one of {", ".join(choices)}; {did_you_mean(given, choices)}'
    if kind in QUOTED and isinstance(given, str | int | float):
        return f"{message}, not {str(given).lower() if isinstance(given, bool) else repr(given)}"
    if kind == "too_long" and isinstance(given, list):
        return f"holds {len(given)}, and {error['ctx']['max_length']} is the most"
    if kind in {"model_type", "dict_type"}:
        message = "should be a mapping"  # pydantic's own words name our classes
    if kind.endswith("_type"):
        return f"{message}, not {TYPE_NAMES.get(type(given), 'empty' if given is None else type(given).__name__)}"
    return message


def _home(form: type[Form], misplaced: str) -> str | None:
    """The field of `form` whose own form knows the `misplaced` one."""
    for name, field in form.model_fields.items():
        if any(misplaced in _fields(inner, ()) for inner in _forms_in(field.annotation)):
            return field.alias or name
    return None


def _fields(form: type[Form], loc: Path) -> list[str]:
    """The fields that are allowed where `loc` points: those of the innermost form on the way there."""
    for step in loc[:-1]:
        if isinstance(step, int) or step not in form.model_fields:
            continue
        for inner in _forms_in(form.model_fields[step].annotation):
            form = inner
    return [field.alias or name for name, field in form.model_fields.items()]


def _forms_in(annotation: Any) -> list[type[Form]]:
    if isinstance(annotation, type) and issubclass(annotation, Form):
        return [annotation]
    return [form for argument in getattr(annotation, "__args__", ()) for form in _forms_in(argument)]
