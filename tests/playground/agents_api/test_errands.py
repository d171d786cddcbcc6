"""What the rules have done at other services: only what the words ask for, and told in words again."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.agents_api.brains import errands
from playground.agents_api.brains.offered import Mistake, Wanted
from playground.agents_api.brains.results import in_words
from tests.playground.agents_api.talk import Json

PROJECT = {
    "name": "Help center",
    "url": "https://linear.example/help",
    "status": {"name": "Planned"},
    "lead": {"name": "Camille Claudel"},
}


def tool(name: str, *parameters: str) -> Json:
    properties = {one: {"type": "string"} for one in parameters}
    return {"type": "function", "function": {"name": name, "parameters": {"properties": properties}}}


TOOLS = [tool("linear__list_projects", "limit"), tool("github__issue_write", "method", "owner", "repo", "title")]


def issue(title: str) -> Wanted:
    asked = {"method": "create", "owner": "playground", "repo": "storefront", "title": title}
    return Wanted("github__issue_write", asked)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Tell me which projects do I have in my Linear workspace?", Wanted("linear__list_projects", {})),
        ("quels projets ai-je ?", Wanted("linear__list_projects", {})),
        ("open an issue in playground/storefront: The tea is gone", issue("The tea is gone")),
        ("Please create a GitHub issue “No tea” in playground/storefront", issue("No tea")),
        ("ouvre une issue dans playground/storefront : Plus de thé", issue("Plus de thé")),
        ("open an issue: No tea", Mistake("which_issue", {})),
        ("open an issue in playground/storefront", Mistake("which_issue", {})),
        ("the projects were late", None),
        ("there is an issue in playground/storefront: No tea", None),
    ],
)
def test_only_what_the_words_ask_for_is_called(text: str, wanted: Wanted | Mistake | None) -> None:
    assert errands.wanted(text, TOOLS) == wanted


def test_without_the_tool_there_is_no_errand() -> None:
    assert errands.wanted("list my projects", TOOLS[1:]) is None


@pytest.mark.parametrize(
    ("name", "value", "language", "words"),
    [
        (
            "list_projects",
            {"projects": [PROJECT]},
            "en",
            "- [Help center](https://linear.example/help): Planned, led by",
        ),
        ("list_projects", {"projects": [{**PROJECT, "lead": None}]}, "fr", "sous la conduite de personne"),
        ("list_projects", {"projects": []}, "en", "There are no projects in your workspace."),
        ("issue_write", {"id": "7", "url": "https://github.example/a/b/issues/3"}, "en", "Done: [issue 3]("),
        ("list_projects", {"projects": "none"}, "en", "answered:"),
    ],
)
def test_an_answer_is_told_in_words_and_another_one_is_quoted(name: str, value: Any, language: str, words: str) -> None:
    assert words in in_words({"name": f"there__{name}"}, json.dumps(value), language, [])
