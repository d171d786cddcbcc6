"""Who answers when a server asks something of us while a call runs.

Always holds: a server is told of an ability only where somebody answers; whatever else it asks is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mcp.client.session import ElicitationFnT, ListRootsFnT, SamplingFnT


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """`elicitation` asks a person, `sampling` gives a model's words, `roots` names the folders a server may see."""

    elicitation: ElicitationFnT | None = None
    sampling: SamplingFnT | None = None
    roots: ListRootsFnT | None = None


NOBODY = Answering()
