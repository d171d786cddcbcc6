"""A checked request, ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.agents_api.bookkeeping import Ledger
from playground.agents_api.brains.port import Question
from playground.agents_api.ids import Json
from playground.agents_api.store import Conversation
from playground.agents_api.turns import Turn


@dataclass(kw_only=True)
class Plan:
    """What a request asks for, checked: `ledger` already holds `inputs`. `lock` names the conversation that is busy."""

    conversation: Conversation
    inputs: Sequence[Json]
    ledger: Ledger
    question: Question
    turn: Turn
    keep: bool
    lock: str
    appending: bool = False
    confirmed: Sequence[tuple[Json, str]] = field(default_factory=list)
