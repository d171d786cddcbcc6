"""What can be tried with an agent: a line for each thing that the tools it holds make possible."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from playground.agents_api.brains import offered
from playground.agents_api.brains.own_tools import SERVING, OwnTools
from playground.agents_api.brains.port import AgentView
from playground.agents_api.brains.understanding import Intent
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.connectors import catalogue
from playground.agents_api.ids import Json

PERSON = re.compile(r"human|person|escalat|humain")
ALWAYS = ("try_long", "try_error", "try_think", "try_second")
# Which prompts go with a tool of the service that is offered.
WITH_TOOLS = {
    Intent.SEARCH: ("try_search",),
    Intent.NEWS: ("try_news",),
    Intent.CODE: ("try_code", "try_plot"),
    Intent.DRAW: ("try_draw",),
    Intent.LIBRARY: ("try_library",),
}

# With tools of the client's.
OF_ERRANDS = {
    "list_projects": "try_projects",
    "issue_write": "try_issue",
    "schedule_follow_up": "try_later",
    "list_follow_ups": "try_follow_ups",
    "cancel_follow_up": "try_cancel",
}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who answers now: the agent whose turn it is, or the bare model."""

    agent: AgentView | None
    tools: Sequence[Json]
    completion_args: Json

    @property
    def response_format(self) -> Json | None:
        given: Json = self.completion_args.get("response_format") or {"type": "text"}
        return None if given["type"] == "text" else given


def listed(speaker: Speaker, own: OwnTools, find: Callable[[str], AgentView | None], language: str) -> str:
    words = WORDS[language]
    tried = [words["try_time"]] if time_tool(speaker.tools) else []
    tried += [words["try_convert"]] if convert_tool(speaker.tools) else []
    tried += [words[key] for tool, key in OF_ERRANDS.items() if offered.fitting(speaker.tools, tool)]
    tried += [*_of_tools(speaker, own, words), *_of_targets(speaker, find, words)]
    return "\n".join(f"- {one}" for one in [*tried, *(words[key] for key in ALWAYS)])


def _of_tools(speaker: Speaker, own: OwnTools, words: dict[str, str]) -> Iterator[str]:
    for intent, keys in WITH_TOOLS.items():
        if own.serving(intent) is not None:
            yield from (words[key] for key in keys)
    for _, remote in own.remotes():
        yield words["try_remote"].format(title=remote.title)
    if serves(speaker.tools, Intent.HUMAN):
        yield words["try_human"]


def _of_targets(speaker: Speaker, find: Callable[[str], AgentView | None], words: dict[str, str]) -> Iterator[str]:
    for id_ in speaker.agent.handoffs if speaker.agent else ():
        if (target := find(id_)) is not None:
            yield words["try_target"].format(name=target.name, description=target.description or "…")


def serves(tools: Sequence[Json], intent: Intent) -> bool:
    """Whether some tool is there for `intent`: a client's function, or a tool of the service."""
    match intent:
        case Intent.TIME:
            return time_tool(tools) is not None
        case Intent.CONVERT:
            return convert_tool(tools) is not None
        case Intent.HUMAN:
            return any(fetches_person(tool.name) for tool in offered.functions(tools))
    return any(catalogue.holding(tools, name) is not None for name in SERVING.get(intent, ()))


def time_tool(tools: Sequence[Json]) -> offered.Offered | None:
    return offered.fitting(tools, "get_current_time", "timezone")


def convert_tool(tools: Sequence[Json]) -> offered.Offered | None:
    return offered.fitting(tools, "convert_time", "source_timezone", "time", "target_timezone")


def fetches_person(name: str) -> bool:
    """Whether a function of that name hands over to a person."""
    return bool(PERSON.search(name.lower()))
