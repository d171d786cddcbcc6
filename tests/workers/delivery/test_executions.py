"""Cards of Mistral's own tools: plain words, from the execution's own arguments and result."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.texts import words_for
from workers.conversations.port import Execution, Message, Reference, Speaker, Text
from workers.delivery.executions import card, cited_in, long_code, prompt_of, readable

EN, FR = words_for("en-GB"), words_for("fr-FR")


def execution(name: str, arguments: Any = "", **info: Any) -> Execution:
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return Execution(id="tool_exec_1", name=name, arguments=text, info=info)


@pytest.mark.parametrize(
    ("ran", "english", "french"),
    [
        (execution("web_search", {"query": "a  b"}), "Searching the web: a b", "Recherche sur le web\u00a0: a b"),
        (execution("web_search_premium"), "Searching the web", "Recherche sur le web"),
        (execution("news_search", {"query": "x"}), "Searching the news: x", "Recherche dans l’actualité\u00a0: x"),
        (execution("code_interpreter", code="1"), "Running code", "Exécution de code"),
        (execution("image_generation", {"prompt": "x"}), "Drawing an image: x", "Création d’une image\u00a0: x"),
        (execution("document_library", "not json"), "Searching the documents", "Recherche dans les documents"),
        (execution("gmail_search__all"), "Using gmail search all", "Utilisation de gmail search all"),
        (execution("web_search", {"query": 7}), "Searching the web", "Recherche sur le web"),
        (execution("web_search", [1]), "Searching the web", "Recherche sur le web"),
    ],
)
def test_a_card_says_what_is_done(ran: Execution, english: str, french: str) -> None:
    running, done = card(ran, EN, is_done=False), card(ran, FR, is_done=True)
    assert (running.title, running.status) == (english, "in_progress")
    assert (done.title, done.status) == (french, "complete")


def test_code_and_output_are_on_the_card_and_long_ones_in_files_too() -> None:
    short = execution("code_interpreter", code="print(1)", code_output="1")
    assert (card(short, EN, is_done=True).details, card(short, EN, is_done=True).output) == ("print(1)", "1")
    assert long_code(short, 1) == []
    long = execution("code_interpreter", {"code": "x" * 300}, code_output={"rows": ["y" * 300]})
    assert [file.name for file in long_code(long, 2)] == ["code-2.py", "output-2.txt"]
    assert long_code(execution("web_search", {"code": "x" * 300}), 1) == []


def test_cited_documents_stand_on_the_librarys_card() -> None:
    cites = Reference("document_library", "Handbook.pdf")
    entries = [
        Message(id="m", speaker=Speaker.ASSISTANT, parts=(Text("a"), cites, cites, Reference("web_search", "Web", "u")))
    ]
    task = card(execution("document_library"), EN, is_done=True, cited=cited_in(entries))
    assert task.output == "Cited: Handbook.pdf"


def test_a_picture_is_described_by_its_prompt_else_by_its_maker() -> None:
    assert prompt_of(execution("image_generation", {"prompt": " a\ncat "}), EN) == "a cat"
    assert prompt_of(execution("code_interpreter"), EN) == "Running code"


@pytest.mark.parametrize(
    ("words", "shown"),
    [('{"zone": "Asia/Tokyo", "n": 2}', "zone: Asia/Tokyo\nn: 2"), ("[1]", "[1]"), ("x", "x"), ("", "")],
)
def test_arguments_are_readable(words: str, shown: str) -> None:
    assert readable(words) == shown
