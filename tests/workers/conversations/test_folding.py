"""Events of a stream folded into entries, in tables."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workers.conversations.errors import CutShort
from workers.conversations.events import read_event
from workers.conversations.folding import Fold
from workers.conversations.port import (
    Call,
    Delta,
    Done,
    Entry,
    Event,
    Execution,
    ExecutionDone,
    FileMade,
    Handoff,
    HandoffDone,
    HandoffStarted,
    Message,
    Other,
    Reference,
    Speaker,
    Text,
    Thinking,
    Usage,
)

STARTED = {"type": "conversation.response.started", "conversation_id": "conv_1"}
DONE = {"type": "conversation.response.done", "usage": {"prompt_tokens": 3, "connector_tokens": None}}
SOURCE = {"type": "tool_reference", "tool": "web_search", "title": "Winners", "url": "https://example.org/w"}


def say(content: Any, *, id: str = "msg_1", output: int = 0, part: int = 0) -> dict[str, Any]:
    return {"type": "message.output.delta", "id": id, "output_index": output, "content_index": part, "content": content}


def call(arguments: Any, *, id: str = "c1", output: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "type": "function.call.delta", "id": f"fc_{id}", "output_index": output, "tool_call_id": id, "name": "f",
        "arguments": arguments, **more,
    }  # fmt: skip


def heard(*raws: dict[str, Any], known_id: str | None = None) -> list[Event]:
    fold = Fold(known_id)
    events = [fold.take(read_event(raw["type"], json.dumps(raw))) for raw in raws]
    fold.at_end_of_stream()
    return [event for event in events if event is not None]


def folded(*raws: dict[str, Any]) -> tuple[Entry, ...]:
    end = heard(STARTED, *raws, DONE)[-1]
    assert isinstance(end, Done)
    return end.entries


def message(*parts: Any, id: str = "msg_1") -> Message:
    return Message(id=id, speaker=Speaker.ASSISTANT, parts=parts)


REFERENCE = Reference("web_search", "Winners", "https://example.org/w")

TABLE: list[tuple[str, list[dict[str, Any]], list[Entry]]] = [
    ("nothing", [], []),
    ("text of one index is one part", [say("Sp"), say("ain")], [message(Text("Spain"))]),
    (
        "text goes on after a reference",
        [say("Spain"), say(SOURCE, part=1), say(".", part=2)],
        [message(Text("Spain"), REFERENCE, Text("."))],
    ),
    (
        "text goes on after a reference, without any index",
        [say("Spain"), say(SOURCE), say(".")],
        [message(Text("Spain"), REFERENCE, Text("."))],
    ),
    ("two texts", [say("a", part=0), say("b", part=1)], [message(Text("a"), Text("b"))]),
    ("an empty piece is none", [say(""), say("a"), say(None)], [message(Text("a"))]),
    ("an empty message is one", [say("")], [message()]),
    (
        "reasoning is no answer",
        [
            say({"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}),
            say({"type": "thinking", "thinking": [{"type": "text", "text": "m."}, {"type": "reference"}]}),
            say("Yes.", part=1),
        ],
        [message(Thinking("Hmm."), Text("Yes."))],
    ),
    (
        "a file",
        [
            say(
                {
                    "type": "tool_file",
                    "tool": "image_generation",
                    "file_id": "f1",
                    "file_name": "i_0",
                    "file_type": "png",
                }
            )
        ],
        [message(FileMade("image_generation", "f1", "i_0", "png"))],
    ),
    ("an unknown chunk", [say({"type": "smell", "x": 1})], [message(Other("smell", {"type": "smell", "x": 1}))]),
    (
        "two messages in the order of their index",
        [say("b", id="msg_2", output=1), say("a", id="msg_1", output=0), say("B", id="msg_2", output=1)],
        [message(Text("a")), message(Text("bB"), id="msg_2")],
    ),
    (
        "two messages without an index stay as they came",
        [say("a", id="msg_2"), say("b", id="msg_1")],
        [message(Text("a"), id="msg_2"), message(Text("b"), id="msg_1")],
    ),
    (
        "parallel calls, interleaved",
        [call('{"a"', id="c1"), call('{"b"', id="c2", output=1), call(":1}", id="c1"), call(":2}", id="c2", output=1)],
        [
            Call(id="fc_c1", tool_call_id="c1", name="f", arguments='{"a":1}'),
            Call(id="fc_c2", tool_call_id="c2", name="f", arguments='{"b":2}'),
        ],
    ),
    (
        "a call with an object, one without arguments",
        [call({"a": "é"}, id="c1"), call(None, id="c2")],
        [
            Call(id="fc_c1", tool_call_id="c1", name="f", arguments='{"a":"é"}'),
            Call(id="fc_c2", tool_call_id="c2", name="f", arguments=""),
        ],
    ),
    (
        "a pending call keeps its status over pieces that do not repeat it",
        [call("{", confirmation_status="pending"), call("}", confirmation_status=None)],
        [Call(id="fc_c1", tool_call_id="c1", name="f", arguments="{}", pending=True)],
    ),
    (
        "a later piece that names only the entry",
        [call("{", id="c1"), {**call("}", id="c1"), "tool_call_id": ""}],
        [Call(id="fc_c1", tool_call_id="c1", name="f", arguments="{}")],
    ),
    (
        "a call that nothing could answer",
        [{**call("{}", id="c1"), "tool_call_id": None}],
        [Other("function.call", {"type": "function.call", "id": "fc_c1", "name": "f", "arguments": "{}"})],
    ),
    (
        "an execution",
        [
            {"type": "tool.execution.started", "id": "t1", "name": "web_search"},
            {"type": "tool.execution.delta", "id": "t1", "name": "web_search", "arguments": '{"q":'},
            {"type": "tool.execution.delta", "id": "t1", "name": "web_search", "arguments": "1}"},
            {"type": "tool.execution.done", "id": "t1", "name": "web_search", "info": {"code": "x"}},
        ],
        [Execution(id="t1", name="web_search", arguments='{"q":1}', info={"code": "x"})],
    ),
    (
        "a handoff before a message of the other agent",
        [
            {"type": "agent.handoff.started", "id": "h", "previous_agent_id": "ag_1", "previous_agent_name": "triage"},
            {"type": "agent.handoff.done", "id": "h", "next_agent_id": "ag_2", "next_agent_name": "search"},
            {**say("Hi", output=1), "agent_id": "ag_2"},
        ],
        [
            Handoff(id="h", from_id="ag_1", from_name="triage", to_id="ag_2", to_name="search"),
            Message(id="msg_1", speaker=Speaker.ASSISTANT, parts=(Text("Hi"),), agent_id="ag_2"),
        ],
    ),
]


@pytest.mark.parametrize(("raws", "entries"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_what_is_folded(raws: list[dict[str, Any]], entries: list[Entry]) -> None:
    assert list(folded(*raws)) == entries


def test_listeners_hear_text_tools_and_handoffs_as_they_come() -> None:
    events = heard(
        STARTED,
        {"type": "agent.handoff.started", "id": "h", "previous_agent_id": "a", "previous_agent_name": "triage"},
        {"type": "agent.handoff.done", "id": "h", "next_agent_id": "b", "next_agent_name": "search"},
        {"type": "tool.execution.started", "id": "t", "name": "web_search", "arguments": '{"q":1}'},
        {"type": "tool.execution.done", "id": "t", "name": "web_search"},
        say("Hi"),
        call("{}", output=4),
        {"type": "mood.changed"},
        DONE,
    )
    assert events[1:4:2] + events[2:3] == [
        HandoffStarted("h", "a", "triage"),
        events[3],
        HandoffDone("h", "b", "search"),
    ]
    assert ExecutionDone("t", "web_search", '{"q":1}', {}) in events
    assert Delta("msg_1", Text("Hi")) in events
    assert Other("mood.changed", {"type": "mood.changed"}) in events


def test_what_came_after_the_end_does_not_count() -> None:
    end = heard(STARTED, say("a"), DONE, say("b"))[-1]
    assert isinstance(end, Done)
    assert end.entries == (message(Text("a")),)
    assert end.usage == Usage(prompt_tokens=3)


def test_an_unreadable_bill_does_not_cost_the_answer() -> None:
    end = heard(STARTED, say("a"), {"type": "conversation.response.done", "usage": {"prompt_tokens": "many"}})[-1]
    assert isinstance(end, Done)
    assert end.usage == Usage()


def test_the_id_of_the_answer_replaces_the_one_that_was_asked() -> None:
    changed = heard(STARTED, DONE, known_id="conv_0")[-1]
    unnamed = heard(DONE, known_id="conv_0")[-1]
    assert isinstance(changed, Done)
    assert isinstance(unnamed, Done)
    assert (changed.conversation_id, unnamed.conversation_id) == ("conv_1", "conv_0")


@pytest.mark.parametrize("raws", [[], [STARTED], [STARTED, say("half")]])
def test_the_end_of_a_stream_without_done_is_cut_short(raws: list[dict[str, Any]]) -> None:
    with pytest.raises(CutShort):
        heard(*raws)


def test_an_answer_of_an_unnamed_conversation_is_cut_short() -> None:
    with pytest.raises(CutShort):
        heard(say("a"), DONE)


@pytest.mark.parametrize(
    ("data", "kept"),
    [
        ("[DONE]", Other("message", {"data": "[DONE]"})),
        ("[1]", Other("message", {"data": [1]})),
        ("{}", Other("message", {})),
        ('{"type": 5}', Other("message", {"type": 5})),
        ('{"type": "new.thing", "a": 1}', Other("new.thing", {"type": "new.thing", "a": 1})),
    ],
)
def test_frames_that_say_nothing_known_are_kept(data: str, kept: Other) -> None:
    assert read_event("message", data) == kept
