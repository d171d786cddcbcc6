"""A conversation for people to read: who spoke, what is hidden from others, and what is never told."""

from __future__ import annotations

import json

import pytest

from workers.conversations.port import (
    Answer,
    Call,
    Entry,
    Execution,
    Handoff,
    Message,
    Other,
    Reference,
    Speaker,
    Text,
    Thinking,
)
from workers.conversations.telling import HIDDEN, Told, as_json, as_markdown, told


def said(text: str, speaker: Speaker = Speaker.ASSISTANT) -> Message:
    return Message(id="m", speaker=speaker, parts=(Text(text),))


SEARCH = Execution(id="e1", name="web_search", arguments='{"query": "euro"}', info={})
MAIL = Execution(id="e2", name="gmail_search", arguments='{"from": "SECRET"}', info={"found": "SECRET"})
CALL = Call(id="c", tool_call_id="c1", name="desk__look", arguments='{"id": "SECRET"}')
RESULT = Answer(id="a", tool_call_id="c1", text="SECRET")
NEW = Other("quantum", {"type": "quantum", "content": "SECRET"})
HISTORY: list[Entry] = [said("hello", Speaker.USER), SEARCH, MAIL, CALL, RESULT, NEW, said("done")]


@pytest.mark.parametrize("with_calls", [True, False])
def test_what_may_be_one_persons_is_hidden_from_others(with_calls: bool) -> None:
    lines = str(told(HISTORY, with_calls=with_calls))
    assert ("SECRET" in lines) is with_calls
    assert ("SECRET" in as_json("conv_1", HISTORY, with_calls=with_calls)) is with_calls
    assert "euro" in lines, "Mistral's own tools act for nobody"


def test_reasoning_is_never_told() -> None:
    parts = (Thinking("SECRET"), Text("Yes"), Reference("web_search", "A page", "https://example.com"))
    history = [Message(id="m", speaker=Speaker.ASSISTANT, parts=parts)]
    [line] = told(history, with_calls=True)
    assert line.words == "Yes [A page](https://example.com)"
    [entry] = json.loads(as_json("conv_1", history, with_calls=True))["entries"]
    assert [part["type"] for part in entry["parts"]] == ["text", "reference"]


def test_after_a_handoff_the_one_who_took_over_speaks() -> None:
    handoff = Handoff(id="h", from_id="ag_1", from_name="front", to_id="ag_2", to_name="billing")
    history: list[Entry] = [
        said("hi", Speaker.USER),
        said("One moment."),
        handoff,
        said("Nothing."),
        said("thanks", Speaker.USER),
    ]
    assert [(line.kind, line.name) for line in told(history, with_calls=True)] == [
        ("user", ""),
        ("assistant", ""),
        ("handoff", "billing"),
        ("assistant", "billing"),
        ("user", ""),
    ]


def test_in_markdown_what_programs_said_is_code_that_it_cannot_end() -> None:
    lines = [("Said", Told("user", "", "hello")), ("Result", Told("result", "x", "```\n# no heading\n```"))]
    assert as_markdown("A talk", lines) == (
        "# A talk\n\n## Said\n\nhello\n\n## Result\n\n````\n```\n# no heading\n```\n````\n"
    )


def test_a_hidden_result_still_has_its_place() -> None:
    assert [line.words for line in told([CALL, RESULT], with_calls=False)] == [HIDDEN, HIDDEN]
