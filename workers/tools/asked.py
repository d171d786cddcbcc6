"""Who answers when a server asks something of us while a call runs.

Always holds: a server is told of an ability only where somebody answers; whatever else it asks is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workers.tools.inquiries import Answer, Question

if TYPE_CHECKING:
    from mcp.client.session import ElicitationFnT, ListRootsFnT, SamplingFnT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """`elicitation` answers by itself, `sampling` gives a model's words, `roots` names the folders a server may see.

    With `people`, what a server wants to know is asked of the person whose call it is.
    """

    people: bool = False
    elicitation: ElicitationFnT | None = None
    sampling: SamplingFnT | None = None
    roots: ListRootsFnT | None = None


NOBODY = Answering()
PEOPLE = Answering(people=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """How one call asks its person while it is open. Calls with the same `who` are one person's, in one turn.

    `put` always answers in the end, within its own limit; cancelling it takes the question back.
    """

    who: str
    put: Callable[[Question], Awaitable[Answer]]
