"""What Mistral's API would refuse, or break on, of an agent as a whole: said at load, with the way out. No I/O.

A wrong value alone (a range, a word) is a matter of the forms; here are the values that do not go together. Sections
2.2 to 2.8, 3.2 and 10 of the Agents API's reference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.catalog.connectors import WEB_SEARCHES
from bot.catalog.forms import Path

if TYPE_CHECKING:
    from bot.catalog.agents import Agent

MOST_TOOLS = 128  # of one agent: functions and connectors together
WITHOUT_CONNECTORS = ("codestral", "devstral", "ministral")  # families of models; 400, code 3004
FORCED = frozenset({"any", "required"})


@dataclass(frozen=True, slots=True)
class Refusal:
    """`path` is the field that it is about, as the agent's file writes it."""

    path: Path
    sentence: str


def of(agent: Agent, *, tools: int | None = None) -> list[Refusal]:
    """Everything that would be refused of `agent`. `tools` is how many it is given in all, where that is known."""
    return [refusal for rule in RULES for refusal in rule(agent)] + list(_too_many(tools))


def _model_without_connectors(agent: Agent) -> Iterator[Refusal]:
    family = next((family for family in WITHOUT_CONNECTORS if family in agent.model.lower()), None)
    if agent.connectors and family:
        yield Refusal(
            ("model",),
            f'models of the family "{family}" take no connectors; choose another model, such as '
            "mistral-medium-latest, or leave the connectors out",
        )


def _forced_tools(agent: Agent) -> Iterator[Refusal]:
    choice = agent.completion_args.get("tool_choice")
    if agent.connectors and choice in FORCED:
        yield Refusal(
            ("completion_args", "tool_choice"),
            f'"{choice}" does not go together with connectors; write auto, or leave the connectors out',
        )


def _same_connector_twice(agent: Agent) -> Iterator[Refusal]:
    counts = Counter((connector.type, connector.connector_id) for connector in agent.connectors)
    for (kind, name), count in counts.items():
        if count > 1:
            last = max(i for i, one in enumerate(agent.connectors) if (one.type, one.connector_id) == (kind, name))
            way = "name all libraries in one item" if kind == "document_library" else "keep one"
            yield Refusal(("connectors", last), f"{name or kind} is listed {count} times; {way}")


def _include_and_exclude(agent: Agent) -> Iterator[Refusal]:
    for number, connector in enumerate(agent.connectors):
        if connector.include and connector.exclude:
            path = ("connectors", number, connector.type, "exclude")
            yield Refusal(path, "has both include and exclude; keep the shorter of the two")


def _router_that_searches(agent: Agent) -> Iterator[Refusal]:
    for number, connector in enumerate(agent.connectors):
        if agent.handoffs and connector.type in WEB_SEARCHES:
            yield Refusal(
                ("connectors", number),
                f"an agent with handoffs that has {connector.type} as well is reported to fail at Mistral (error 500, "
                f"code 3000); give {connector.type} to an agent of its own and hand off to that",
            )


def _handoff_fields_without_handoffs(agent: Agent) -> Iterator[Refusal]:
    for field in ("handoff_execution", "handoff_policy"):
        if not agent.handoffs and agent.says(field):
            yield Refusal((field,), "counts only with handoffs; name some, or leave it out")


def _policy_that_nobody_asks(agent: Agent) -> Iterator[Refusal]:
    if agent.handoffs and agent.handoff_policy and agent.handoff_execution == "server":
        yield Refusal(
            ("handoff_policy",),
            "counts only where handoffs are executed on our side; write: handoff_execution: client",
        )


def _forgotten_in_between(agent: Agent) -> Iterator[Refusal]:
    """Nothing of an unkept conversation can be gone on with: each request replays it to the agent it began with."""
    if agent.store:
        return
    if agent.handoffs:
        yield Refusal(
            ("store",),
            "a conversation that Mistral does not keep begins again with its first agent at each request, so a handoff "
            "would be forgotten in the middle of a turn; leave out the handoffs, or store: false",
        )
    for number, connector in enumerate(agent.connectors):
        if connector.requires_confirmation:
            yield Refusal(
                ("connectors", number, connector.type, "requires_confirmation"),
                "a call that waits for a yes is kept at Mistral, which store: false forbids; leave out one of the two",
            )


def _not_an_object(agent: Agent) -> Iterator[Refusal]:
    if not agent.is_object or agent.wants_object or not agent.says("object"):
        return
    yield Refusal(("object",), "an agent with handoffs is an agent object; leave the field out, or write true")


def _too_many(tools: int | None) -> Iterator[Refusal]:
    if tools is not None and tools > MOST_TOOLS:
        yield Refusal(
            ("tools",),
            f"it would be given {tools} tools, and {MOST_TOOLS} is the most; name single tools (server__tool), or "
            "narrow a server with include in mcp.json",
        )


RULES: tuple[Callable[[Agent], Iterator[Refusal]], ...] = (
    _model_without_connectors,
    _forced_tools,
    _same_connector_twice,
    _include_and_exclude,
    _router_that_searches,
    _handoff_fields_without_handoffs,
    _policy_that_nobody_asks,
    _forgotten_in_between,
    _not_an_object,
)
