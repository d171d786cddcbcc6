"""What changed in a workspace, as the acts tell it: the values from which webhooks are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from playground.services.linear.models import Comment, Issue, Project, Thing, User

Action = Literal["create", "update", "remove"]


@dataclass(frozen=True, slots=True)
class Changed:
    """`before` is a copy of the thing from before an update."""

    action: Action
    thing: Issue | Comment | Project
    by: User
    before: Thing | None = None


Tell = Callable[[Changed], None]


def nobody_hears(changed: Changed) -> None:
    """While a Linear is sown."""


def nowhere(url: str) -> bool:
    """A Linear by itself reaches no address."""
    return False
