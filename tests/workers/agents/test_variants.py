"""Variants of agent objects: which are removed when they fit no agent any more. In a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from workers.agents import ownership
from workers.agents.client import Stored
from workers.agents.variants import LIFE, VARIANT, VARIANT_OF, stale

NOW = datetime(2026, 11, 27, tzinfo=UTC)
OLD = (NOW - LIFE - timedelta(days=1)).isoformat()
AGENT = Stored(
    id="ag_1", name="front", version=0, model="m", metadata={ownership.DEPLOYMENT: "d", ownership.AGENT: "front"}
)
FITS = replace(
    AGENT,
    id="ag_2",
    handoffs=("ag_9",),
    created_at=OLD,
    metadata={ownership.DEPLOYMENT: "d", VARIANT_OF: "front", VARIANT: "h"},
)
OTHER_MODEL = replace(FITS, id="ag_3", model="another")
YOUNG = replace(OTHER_MODEL, id="ag_4", created_at=NOW.isoformat())
OF_NOBODY = replace(FITS, id="ag_5", metadata={**FITS.metadata, VARIANT_OF: "gone"})
ELSEWHERE = replace(OTHER_MODEL, id="ag_6", metadata={**FITS.metadata, ownership.DEPLOYMENT: "e"})


def test_only_old_variants_that_fit_no_agent_go() -> None:
    there = [AGENT, FITS, OTHER_MODEL, YOUNG, OF_NOBODY, ELSEWHERE]
    assert [one.id for one in stale(there, "d", now=NOW)] == ["ag_3", "ag_5"]


def test_a_variant_is_no_agent_of_its_own() -> None:
    assert ownership.owned([AGENT, FITS], "d") == {"front": [AGENT]}
