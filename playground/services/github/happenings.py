"""What happened in a repository, as the acts tell it: the values from which webhooks are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playground.services.github.models import Comment, Hook, Issue, Repository

NOTHING = "0" * 40  # the commit of a branch that is not there

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """A branch or tag (`refs/heads/main`) went from one commit to another."""

    ref: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """`event` and `action` are GitHub's names, `by` a login. `only`: the one hook that is to hear of it. `label`,
    `assignee`, `changes`, `before` and `after` are what an action says more."""

    event: str
    repository: Repository
    by: str
    action: str = ""
    issue: Issue | None = None
    comment: Comment | None = None
    push: Push | None = None
    only: Hook | None = None
    label: str = ""
    assignee: str = ""
    before: str = ""
    after: str = ""
    changes: Json = field(default_factory=dict)


Tell = Callable[[Happened], None]


def nobody_hears(happened: Happened) -> None:
    """While a GitHub is sown."""
