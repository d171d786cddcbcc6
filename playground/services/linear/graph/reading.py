"""What a thing answers to a name of Linear's schema, for results and for filters.

What is not in the table of answers is an attribute of the thing, under the same name in snake_case.
"""

from __future__ import annotations

import re
from typing import Any

from playground.services.linear.graph.answers import TABLE, Eyes
from playground.services.linear.models import Label, Milestone, State
from playground.services.linear.store import Linear

NAMES: dict[type[Any], str] = {State: "WorkflowState", Label: "IssueLabel", Milestone: "ProjectMilestone"}


def name_of(thing: Any) -> str:
    """How Linear's schema calls this kind of thing."""
    return "Organization" if isinstance(thing, Linear) else NAMES.get(type(thing), type(thing).__name__)


def read(eyes: Eyes, thing: Any, name: str) -> Any:
    if isinstance(thing, dict):
        return thing.get(name)
    if reader := TABLE.get(name_of(thing), {}).get(name):
        return reader(eyes, thing)
    return getattr(thing, snake(name))


def knows(kind: str, name: str, attributes: set[str]) -> bool:
    """Whether `read` has an answer for a name of a type with these attributes."""
    return name in TABLE.get(kind, {}) or snake(name) in attributes


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
