"""What Mistral's API would refuse of an agent as a whole is refused at load, in a sentence with the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog import agents, refusals
from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from tests.bot.catalog.conftest import Files
from tests.bot.catalog.test_agents import only


@pytest.mark.parametrize(
    ("front", "line", "field", "sentence"),
    [
        ("model: codestral-latest\nconnectors: [web_search]", 2, "model", 'models of the family "codestral" take no'),
        ("model: devstral-small-2507\nconnectors: [code_interpreter]", 2, "model", "choose another model"),
        ("model: ministral-8b-latest\nconnectors: [connector: {id: a}]", 2, "model", "or leave the connectors out"),
        (
            "model: m\nconnectors: [web_search]\ncompletion_args:\n  tool_choice: required",
            5,
            "completion_args.tool_choice",
            '"required" does not go together with connectors; write auto',
        ),
        (
            "model: m\ncompletion_args: {tool_choice: any}\nconnectors: [web_search]",
            3,
            "completion_args.tool_choice",
            "or leave the connectors out",
        ),
        (
            "model: m\nconnectors:\n  - web_search\n  - web_search",
            5,
            "connectors[1]",
            "web_search is listed 2 times; keep one",
        ),
        (
            "model: m\nconnectors:\n  - document_library: [a]\n  - document_library: [b]",
            5,
            "connectors[1]",
            "name all libraries in one item",
        ),
        ("model: m\nconnectors: [connector: {id: a}, connector: {id: a}]", 3, "connectors[1]", "a is listed 2 times"),
        (
            "model: m\nconnectors:\n  - connector:\n      id: a\n      include: [b]\n      exclude: [c]",
            7,
            "connectors[0].connector.exclude",
            "has both include and exclude",
        ),
        (
            "model: m\nhandoffs: [other]\nconnectors:\n  - code_interpreter\n  - web_search",
            6,
            "connectors[1]",
            "give web_search to an agent of its own and hand off to that",
        ),
        ("model: m\nhandoffs: [other]\nconnectors: [web_search_premium]", 4, "connectors[0]", "error 500, code 3000"),
        ("model: m\nhandoff_execution: server", 3, "handoff_execution", "counts only with handoffs"),
        ("model: m\nhandoff_policy: {other: deny}", 3, "handoff_policy", "counts only with handoffs"),
        (
            "model: m\nhandoffs: [other]\nhandoff_policy: {other: deny}",
            4,
            "handoff_policy",
            "write: handoff_execution: client",
        ),
        ("model: m\nhandoffs: [other]\nstore: false", 4, "store", "leave out the handoffs, or store: false"),
        (
            "model: m\nstore: false\nconnectors:\n  - connector: {id: a, requires_confirmation: [send]}",
            5,
            "connectors[0].connector.requires_confirmation",
            "leave out one of the two",
        ),
        ("model: m\nhandoffs: [other]\nobject: false", 4, "object", "leave the field out, or write true"),
    ],
)
def test_what_the_api_would_refuse_is_not_loaded(
    files: Files, front: str, line: int, field: str, sentence: str
) -> None:
    files.agent("other", "model: m\ndescription: d")
    file = files.agent("helper", front)
    found, problems = agents.load(files.agents)
    problem = only(problems)
    assert set(found) == {"other"}
    assert (problem.file, problem.line, problem.field) == (file, line, field)
    assert sentence in problem.message


@pytest.mark.parametrize(
    "front",
    [
        "model: codestral-latest\ncompletion_args: {tool_choice: required}",
        "model: m\nconnectors: [web_search, web_search_premium, connector: {id: a}, connector: {id: b}]",
        "model: m\nconnectors: [web_search]\ncompletion_args: {tool_choice: none}",
        "model: m\nhandoffs: [other]\nconnectors: [code_interpreter]",
        "model: m\nhandoffs: [other]\nobject: true\nhandoff_execution: server",
        "model: m\nobject: true\nstore: false\nconnectors: [web_search]",
    ],
)
def test_what_it_takes_is_loaded(files: Files, front: str) -> None:
    files.agent("other", "model: m\ndescription: d")
    files.agent("helper", front)
    found, problems = agents.load(files.agents)
    assert problems == []
    assert set(found) == {"helper", "other"}


def test_an_agent_that_the_api_would_refuse_takes_no_part(files: Files) -> None:
    files.agent("assistant")
    files.agent("coder", "model: devstral-latest\nconnectors: [web_search]")
    catalog = Catalog.load(files.settings(), {})
    assert catalog.find("coder") is None
    assert only(list(catalog.problems)).file.name == "coder.md"


@pytest.mark.parametrize(("tools", "refused"), [(None, False), (128, False), (129, True)])
def test_more_tools_than_the_api_takes_are_refused_once_their_number_is_known(tools: int | None, refused: bool) -> None:
    agent = Agent(name="a", description="", model="m", instructions="i", source=Path("a.md"))
    sentences = [refusal.sentence for refusal in refusals.of(agent, tools=tools)]
    assert [sentence.startswith("it would be given 129 tools, and 128 is the most") for sentence in sentences] == (
        [True] if refused else []
    )
