"""The Python functions there are: our own, and those marked with `@tool` in the modules that FUNCTIONS names.

A module or a function that cannot be used is a problem in a sentence; the others stay in use.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

from bot.catalog.modules import NotUsable, in_short, module_of
from bot.catalog.problem import Problem
from workers.follow_ups.functions import FUNCTIONS as FOLLOW_UPS
from workers.handoffs.person import BUILT_IN
from workers.tools.functions import Functions, is_marked
from workers.tools.rests import read_more

FIELD = "FUNCTIONS"


class Named(Protocol):
    """The settings that say which there are."""

    @property
    def functions(self) -> str | None: ...

    @property
    def tool_timeout(self) -> timedelta: ...


def load(settings: Named) -> tuple[Functions, list[Problem]]:
    """The functions there are, and what is wrong with the rest."""
    functions: dict[str, Callable[..., Any]] = {one.__name__: one for one in (*BUILT_IN, *FOLLOW_UPS, read_more)}
    problems: list[Problem] = []
    for name in dict.fromkeys(filter(None, map(str.strip, (settings.functions or "").split(",")))):
        try:
            module = module_of(name)
        except NotUsable as exc:
            problems.append(Problem(Path(name), exc.line, FIELD, str(exc)))
            continue
        marked = list(_marked(module))
        if not marked:
            message = "has no function marked with @tool (from workers.tools.functions import tool)"
            problems.append(Problem(Path(name), None, FIELD, message))
        for function in marked:
            line = function.__code__.co_firstlineno if name.endswith(".py") else None
            if said := _wrong(function, functions, settings):
                problems.append(Problem(Path(name), line, FIELD, said))
            else:
                functions[function.__name__] = function
    return Functions(functions.values(), timeout=settings.tool_timeout), problems


def _marked(module: ModuleType) -> Iterator[Callable[..., Any]]:
    """Each once, in the order in which the module defines or imports them."""
    yield from {id(value): value for value in vars(module).values() if is_marked(value)}.values()


def _wrong(function: Callable[..., Any], known: dict[str, Callable[..., Any]], settings: Named) -> str:
    """Why it cannot be a tool; empty where it can, or is one already."""
    twin = known.get(function.__name__)
    if twin is not None and twin is not function:
        return f"{function.__name__} is the name of a function of {twin.__module__} as well; rename one"
    try:
        Functions([function], timeout=settings.tool_timeout)
    except ValueError as exc:
        return str(exc)
    except Exception as exc:  # an annotation may be anything
        return f"{function.__name__} cannot be described to a model: {in_short(exc)}"
    return ""
