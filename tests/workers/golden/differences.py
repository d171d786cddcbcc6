"""Where our requests are not the official SDK's (3.7.0), and why. What is not in this table is the same.

`where` is a pattern over "intent: place" (see `recorder.flat`); `ours` and `theirs` are the values, ABSENT for a part
that is not sent, ANY where the value itself does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any


class _Word:
    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name


ABSENT, ANY = _Word("ABSENT"), _Word("ANY")


@dataclass(frozen=True, kw_only=True)
class Difference:
    where: str
    ours: Any
    theirs: Any
    why: str

    def fits(self, place: str, ours: Any, theirs: Any) -> bool:
        return fnmatchcase(place, self.where) and self.ours in (ANY, ours) and self.theirs in (ANY, theirs)


DIFFERENCES = [
    Difference(
        where="*: header.user-agent",
        ours="threadwind",
        theirs="mistral-client-python/3.7.0",
        why="The name is free, and whoever reads a log should find us by ours.",
    ),
    Difference(
        where="*: body.inputs.*.prefix",
        ours=ABSENT,
        theirs=False,
        why="The default; only what was set is sent, so that a body says what was meant and no more.",
    ),
    Difference(
        where="start by model: body.tools.*.function.strict",
        ours=False,
        theirs=ABSENT,
        why="Explicit: MCP schemas seldom conform to the strict subset. (The SDK's own MCP client says true.)",
    ),
    Difference(
        where="start *: body.guardrails.*.moderation_llm_v2.ignore_other_categories",
        ours=ABSENT,
        theirs=False,
        why="The default; a guardrail is sent as the agent's file has it.",
    ),
    Difference(
        where="start *: body.guardrails.*.moderation_llm_v2.model_name",
        ours=ABSENT,
        theirs="mistral-moderation-2603",
        why="The SDK fixes the moderation model of its release; without it the service takes its current one.",
    ),
    Difference(
        where="append *: body.store",
        ours=ABSENT,
        theirs=True,
        why="The default. What is not to be kept is never appended to: it is started anew with a replay.",
    ),
    Difference(
        where="restart*: body.store",
        ours=ABSENT,
        theirs=True,
        why="The default, as on append.",
    ),
    Difference(
        where="append *: body.handoff_execution",
        ours=ABSENT,
        theirs="server",
        why="The default; it is only sent where the agent's file says `client`, because with a model it means nothing.",
    ),
    Difference(
        where="restart*: body.handoff_execution",
        ours=ABSENT,
        theirs="server",
        why="The default, as on append.",
    ),
    Difference(
        where="list: query.metadata",
        ours=ABSENT,
        theirs='"~?~unset~?~sentinel~?~"',
        why="A slip of the SDK: its mark for a filter that was not given leaves the house. We send no such parameter.",
    ),
]
