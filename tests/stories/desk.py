"""A support desk whose agents hand over to each other, pushed to the local Agents API as an operator would."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.world import World
from workers.agents.client import MistralAgents
from workers.agents.reconcile import Reconciler
from workers.agents.sources import gather
from workers.agents.wanted import wanted
from workers.services import Services


def a_file(description: str, **fields: str) -> str:
    """An agent's file, its fields in YAML."""
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\nmodel: mistral-medium-latest\ndescription: {description}\n{lines}---\nHelp.\n"


def a_desk(*, execution: str = "server", **front: str) -> dict[str, str]:
    """front hands over to technical and billing, technical to billing, and billing back to front."""
    own = {"handoff_execution": execution}
    return {
        "assistant": a_file("Helps."),
        "front": a_file(
            "Greets people", **{"handoffs": "[technical, billing]", "display_name": "Front desk", **own, **front}
        ),
        "technical": a_file(
            "Mends what is broken", handoffs="[billing]", icon='":wrench:"', display_name="Technical support", **own
        ),
        "billing": a_file("Knows the invoices", handoffs="[front]", **own),
        "archive": a_file("Keeps old papers", object="true"),
    }


def services_of(world: World) -> Services:
    services: Services = world.workers[-1].ctx["services"]
    return services


async def push(world: World) -> None:
    """What `threadwind agents push` does."""
    services = services_of(world)
    sources = await gather(services.catalogs.now, {}, world.settings.tools_lock, services.libraries)
    described, problems = wanted(sources)
    assert not problems
    await agents_of(world).push(described, tell=lambda step: None)


def agents_of(world: World) -> Reconciler:
    return Reconciler(client_of(world), deployment=world.settings.deployment)


def client_of(world: World) -> MistralAgents:
    return services_of(world).variants.agents


def starts(world: World) -> list[Mapping[str, Any]]:
    return [request.body or {} for request in world.mistral.log.requests("conversations.start")]


def appends(world: World) -> list[Mapping[str, Any]]:
    return [request.body or {} for request in world.mistral.log.requests("conversations.append")]


async def agent_ids(world: World) -> dict[str, str]:
    return {one.name: one.id for one in await client_of(world).all()}
