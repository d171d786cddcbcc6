"""Tools that not everybody may have called everywhere: hidden or refused with a sentence, and never run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from playground.slack.settings import ALL_SCOPES
from tests.stories.conftest import MakeWorld
from tests.stories.desk import starts
from tests.stories.tools import ODD_JOBS_APART, agent, results, runs
from tests.world import ADA, CAMILLE, GENERAL, World

PARTNERS = "C0PARTNERS"  # shared with another company

FUNCTION = """
from pathlib import Path
from bot.catalog.policy import Policy
from workers.tools.functions import tool

@tool(policy=Policy.AUTO, access={"groups": ["S0SUPPORT"]}, internal=True)
def count(journal: str) -> str:
    \"\"\"Count.\"\"\"
    with Path(journal).open("a") as file:
        file.write("ran\\n")
    return "counted"
"""

pytestmark = pytest.mark.usefixtures("servers_may_start_slowly")


def odd(**fields: Any) -> dict[str, Any]:
    return {"odd": {**ODD_JOBS_APART["odd"], **fields}}


async def counted(
    world: World, journal: Path, *, tool: str = "odd__count", user: str = ADA, channel: str = GENERAL
) -> str:
    """What the model reads when somebody has `tool` called."""
    world.mistral.script.will_call(tool, {"journal": str(journal)})
    world.mistral.script.will_say("Done.")
    thread = await world.mention("count", user=user, channel=channel)
    await thread.answered()
    return results(world)[-1]


async def test_a_rule_of_the_server_decides_for_whom_a_tool_runs_whatever_the_agent_may(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    rules = [{"tools": ["count"], "groups": ["S0SUPPORT"]}]
    world = await make_world(agents=agent(), servers=odd(rules=rules))
    journal = tmp_path / "ran"
    assert "it is only for members of the user group S0SUPPORT" in await counted(world, journal)
    assert runs(journal) == 0
    assert "counted" in await counted(world, journal, user=CAMILLE)
    assert runs(journal) == 1


async def test_a_group_that_cannot_be_read_lets_nobody(make_world: MakeWorld, tmp_path: Path) -> None:
    rules = [{"tools": ["count"], "groups": ["S0SUPPORT"]}]
    scopes = ALL_SCOPES - {"usergroups:read"}
    world = await make_world(agents=agent(), servers=odd(rules=rules), slack={"scopes": scopes})
    assert "it is only for" in await counted(world, tmp_path / "ran", user=CAMILLE)
    assert runs(tmp_path / "ran") == 0


async def test_an_internal_tool_is_hidden_and_refused_where_another_organisation_reads_along(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    world = await make_world(agents=agent(), servers=odd(internal=["count"]))
    assert "counted" in await counted(world, tmp_path / "here")
    refused = await counted(world, tmp_path / "there", channel=PARTNERS)
    assert "is internal: it is not called where people of other organisations may read along" in refused
    assert (runs(tmp_path / "here"), runs(tmp_path / "there")) == (1, 0)
    here, there = ({tool["function"]["name"] for tool in start["tools"]} for start in starts(world))
    assert here - there == {"odd__count"}


async def test_a_channel_nobody_knows_about_counts_as_shared(make_world: MakeWorld, tmp_path: Path) -> None:
    world = await make_world(
        agents=agent(), servers=odd(internal=True), slack={"scopes": ALL_SCOPES - {"channels:read"}}
    )
    assert "is internal" in await counted(world, tmp_path / "ran")
    assert runs(tmp_path / "ran") == 0


async def test_a_functions_own_access_is_kept_as_a_servers_rule_is(make_world: MakeWorld, tmp_path: Path) -> None:
    (tmp_path / "counting.py").write_text(FUNCTION)
    world = await make_world(agents=agent("{}", tools="[count]"), servers={}, functions=str(tmp_path / "counting.py"))
    journal = tmp_path / "ran"
    refused = await counted(world, journal, tool="count")
    assert 'The tool "count" was not called: it is only for members of the user group S0SUPPORT' in refused
    assert "is internal" in await counted(world, journal, tool="count", channel=PARTNERS)
    assert runs(journal) == 0
    assert "counted" in await counted(world, journal, tool="count", user=CAMILLE)
    assert runs(journal) == 1
    offered = [{tool["function"]["name"] for tool in start.get("tools", ())} for start in starts(world)]
    assert [names >= {"count"} for names in offered] == [True, False, True]
