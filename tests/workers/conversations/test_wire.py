"""The bodies of requests that an agent's file can ask for."""

from __future__ import annotations

import json

import pytest

from workers.conversations import wire
from workers.conversations.port import Attachment, Called, Input, Opening, Result, Say


def test_a_message_with_files_is_words_and_chunks() -> None:
    picture = Attachment(name="plot.png", mimetype="image/png", content=b"png")
    paper = Attachment(name="terms.pdf", mimetype="application/pdf", content=b"pdf")
    body = json.loads(wire.append([Say("what is this?", attachments=(picture, paper))], stream=True).body())

    assert body["inputs"][0]["content"] == [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": "data:image/png;base64,cG5n"},
        {"type": "document_url", "document_url": "data:application/pdf;base64,cGRm", "document_name": "terms.pdf"},
    ]


def test_a_conversation_that_mistral_does_not_keep_replays_calls_and_results() -> None:
    inputs: list[Input] = [Say("time?"), Called("c1", "clock", "{}"), Result("c1", "noon")]
    body = json.loads(wire.start(Opening(model="m", store=False), inputs, stream=False).body())

    assert body["store"] is False
    assert [entry["type"] for entry in body["inputs"]] == ["message.input", "function.call", "function.result"]
    assert body["inputs"][1] | {"object": "entry"} == {
        "object": "entry",
        "type": "function.call",
        "tool_call_id": "c1",
        "name": "clock",
        "arguments": "{}",
    }


def test_an_agent_starts_with_its_version_and_says_who_executes_handoffs() -> None:
    opening = Opening(
        agent_id="ag_1", agent_version=3, handoff_execution="client", guardrails=({"block_on_error": True},)
    )
    body = json.loads(wire.start(opening, [Say("hi")], stream=True).body())

    assert body["agent_id"] == "ag_1"
    assert body["agent_version"] == 3
    assert body["handoff_execution"] == "client"
    assert body["guardrails"] == [{"block_on_error": True}]


def test_a_model_never_says_who_executes_handoffs() -> None:
    with pytest.raises(ValueError, match="handoff_execution needs agent_id"):
        wire.start(Opening(model="m", handoff_execution="server"), [Say("hi")], stream=True)


def test_a_conversation_goes_on_by_itself_after_a_handoff_on_our_side() -> None:
    body = json.loads(wire.append([], stream=True, handoff_execution="client").body())

    assert body == {"stream": True, "handoff_execution": "client"}
