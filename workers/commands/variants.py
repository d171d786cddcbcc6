"""What `threadwind agents` says of variants, and which it removes: see `workers/agents/variants.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workers.agents import variants
from workers.agents.client import Stored

if TYPE_CHECKING:
    from workers.commands.mistral import Mistral


async def tidy(at: Mistral) -> list[str]:
    """Remove those that fit no agent any more and are old; a line for each."""
    stale = variants.stale(await at.agents.all(), at.settings.deployment, now=datetime.now(UTC))
    return await _removed(at, stale)


async def remove_of(at: Mistral, name: str) -> list[str]:
    """Remove all of one agent, which is retired; a line for each."""
    return await _removed(at, of(await at.agents.all(), at.settings.deployment, name))


def of(stored: Sequence[Stored], deployment: str, name: str) -> list[Stored]:
    return [one for one in stored if variants.is_variant(one, deployment) and variants.agent_in(one) == name]


def lines(stored: Sequence[Stored], deployment: str) -> list[str]:
    """One for each variant, with whom it hands over to."""
    names = {one.id: one.name for one in stored}
    return [
        f"Variant of {variants.agent_in(one)} ({one.id}), for threads with other handoffs: "
        f"{', '.join(names.get(target, target) for target in one.handoffs) or 'none'}."
        for one in stored
        if variants.is_variant(one, deployment)
    ]


async def _removed(at: Mistral, stored: Sequence[Stored]) -> list[str]:
    for one in stored:
        await at.agents.delete(one.id)
    return [f"removed    the variant {one.id} of {variants.agent_in(one)}" for one in stored]
