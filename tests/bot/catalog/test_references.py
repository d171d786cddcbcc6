"""What agents name outside of their own files is looked up; what is not there is told, and the agent stays."""

from __future__ import annotations

import pytest

from bot.catalog import agents, references
from bot.catalog.catalog import Catalog, Catalogs
from tests.bot.catalog.conftest import Files
from tests.bot.catalog.test_agents import only

PLAIN = "model: m\ndescription: d"


@pytest.mark.parametrize(
    ("front", "line", "field", "sentence"),
    [
        ("handoffs: [biling]", 4, "handoffs", '"biling" is no agent that could be read; did you mean "billing"?'),
        ("handoffs:\n  - billing\n  - nobody", 6, "handoffs", '"nobody" is no agent'),
        ("handoffs: [front, billing]", 4, "handoffs", "an agent cannot hand off to itself"),
        (
            "handoffs: [billing]\nhandoff_execution: client\nhandoff_policy:\n  biling: deny",
            7,
            "handoff_policy.biling",
            'none of this agent\'s handoffs; did you mean "billing"?',
        ),
        ("handoffs: [strict]", 4, "handoffs", "the handoff_policy of strict does not hold"),
        (
            "handoffs: [leads-to-strict]\nhandoff_execution: server",
            5,
            "handoff_execution",
            "write: handoff_execution: client",
        ),
    ],
)
def test_a_handoff_that_leads_nowhere_is_told_and_the_agent_stays(
    files: Files, front: str, line: int, field: str, sentence: str
) -> None:
    files.agent("billing", PLAIN)
    strict = f"{PLAIN}\nhandoffs: [billing]\nhandoff_execution: client\nhandoff_policy: {{billing: deny}}"
    if "strict" in front:
        files.agent("strict", strict)
        files.agent("leads-to-strict", f"{PLAIN}\nhandoffs: [strict]\nhandoff_execution: client")
    file = files.agent("front", f"{PLAIN}\n{front}")
    catalog = Catalog.load(files.settings(default_agent="front"), {})
    problem = only(list(catalog.problems))
    assert catalog.find("front")
    assert (problem.file, problem.line, problem.field) == (file, line, field)
    assert sentence in problem.message


def test_circles_and_private_targets_are_fine(files: Files) -> None:
    files.agent("assistant", f"{PLAIN}\nhandoffs: [billing]")
    files.agent("billing", f"{PLAIN}\nhandoffs: [assistant]\naccess: {{users: [U012AB]}}")
    catalog = Catalog.load(files.settings(), {})
    assert catalog.problems == ()
    assert references.reachable(catalog.agents["assistant"], catalog.agents) == {"billing"}


def test_an_agent_that_is_handed_to_needs_a_description(files: Files) -> None:
    files.agent("assistant", f"{PLAIN}\nhandoffs: [billing]")
    file = files.agent("billing")
    problem = only(list(Catalog.load(files.settings(), {}).problems))
    assert (problem.file, problem.field) == (file, "description")
    assert "other agents read it" in problem.message


def test_a_tool_that_nobody_has_is_told_with_its_line(files: Files) -> None:
    files.agent("assistant", "model: m\ntools:\n  - roll_dice\n  - roll_dize")
    problem = only(list(Catalog.load(files.settings(), {}, functions=["roll_dice"]).problems))
    assert (problem.line, problem.field) == (5, "tools")


def test_a_target_whose_file_has_just_become_wrong_is_still_there(files: Files) -> None:
    files.agent("assistant", f"{PLAIN}\nhandoffs: [billing]")
    files.agent("billing", PLAIN)
    catalogs = Catalogs(files.settings(), {})
    files.agent("billing", "model: [")
    catalog = catalogs.reload()
    assert [problem.file.name for problem in catalog.problems] == ["billing.md"]
    assert catalog.find("billing")


def test_conversations_kept_on_our_side_need_keys(files: Files) -> None:
    files.agent("private", "model: m\nstore: false")
    files.agent("plain")
    found, _ = agents.load(files.agents)
    problem = only(references.without_vault(found, has_keys=False))
    assert (problem.line, problem.field) == (3, "store")
    assert "VAULT_KEYS" in problem.message
    assert references.without_vault(found, has_keys=True) == []
