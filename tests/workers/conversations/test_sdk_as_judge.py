"""The official SDK judges: its models take every body we send, and read from each answer what we read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from mistralai.client import models as sdk
from pydantic import BaseModel, SecretStr, TypeAdapter, ValidationError

from playground.agents_api.app import KEY, AgentsApi
from playground.agents_api.brains.steps import AddChunk, AnyStep, CallFunction, HandOff, RunTool
from playground.agents_api.brains.steps import Say as SayStep
from tests.workers.conversations.heard import OPENING
from workers.conversations import events, wire
from workers.conversations.entries import read_entries, read_entry
from workers.conversations.http import http_client
from workers.conversations.port import (
    Answer,
    Call,
    Confirm,
    Entry,
    Execution,
    FileMade,
    Handoff,
    Message,
    Opening,
    Part,
    Reference,
    Result,
    Say,
    Speaker,
    Text,
    Thinking,
)

INPUTS = [Say("hi"), Say("hello", "assistant"), Say("how are you?")]
AGENT = Opening(agent_id="ag_1", agent_version="prod", metadata={"team": "T1"}, completion_args={"max_tokens": 5})
CONNECTED = Opening(
    model="mistral-medium-latest",
    connectors=(
        {"type": "web_search"},
        {"type": "document_library", "library_ids": ["l1"]},
        {"type": "connector", "connector_id": "gmail", "tool_configuration": {"requires_confirmation": ["send"]}},
    ),
)

BODIES: list[tuple[str, wire.Sent, type[BaseModel]]] = [
    ("start", wire.start(OPENING, INPUTS, stream=False), sdk.ConversationRequest),
    ("start, streamed", wire.start(OPENING, INPUTS, stream=True), sdk.ConversationStreamRequest),
    ("start of an agent", wire.start(AGENT, INPUTS, stream=True), sdk.ConversationStreamRequest),
    ("start with connectors", wire.start(CONNECTED, INPUTS, stream=True), sdk.ConversationStreamRequest),
    ("append", wire.append(INPUTS, stream=False), sdk.ConversationAppendRequest),
    ("append, streamed", wire.append(INPUTS, stream=True), sdk.ConversationAppendStreamRequest),
    (
        "results, silent",
        wire.append([Result("c1", "x"), Result("c2", "")], stream=True, silent=True),
        sdk.ConversationAppendStreamRequest,
    ),
    (
        "decisions",
        wire.append([Confirm("c1", True), Confirm("c2", False)], stream=True),
        sdk.ConversationAppendStreamRequest,
    ),
    ("an append of nothing", wire.append([], stream=True), sdk.ConversationAppendStreamRequest),
    ("restart", wire.restart("msg_1", INPUTS, stream=False), sdk.ConversationRestartRequest),
    (
        "restart, streamed",
        wire.restart("msg_1", INPUTS, stream=True, metadata={"team": "T1"}),
        sdk.ConversationRestartStreamRequest,
    ),
]


@pytest.mark.parametrize(("sent", "judge"), [row[1:] for row in BODIES], ids=[row[0] for row in BODIES])
def test_the_sdk_reads_every_word_of_our_requests(sent: wire.Sent, judge: type[BaseModel]) -> None:
    body = json.loads(sent.body())
    read = judge.model_validate(body).model_dump(mode="json", by_alias=True)
    assert_within(body, read)


def assert_within(ours: Any, theirs: Any) -> None:
    """All of ours came through; a model that ignores a field would have dropped it."""
    if isinstance(ours, dict):
        assert isinstance(theirs, dict)
        assert ours.keys() <= theirs.keys()
        for name, value in ours.items():
            assert_within(value, theirs[name])
    elif isinstance(ours, list):
        assert isinstance(theirs, list)
        assert len(ours) == len(theirs)
        for mine, other in zip(ours, theirs, strict=True):
            assert_within(mine, other)
    else:
        assert ours == theirs


def test_nothing_is_sent_that_was_not_set() -> None:
    assert json.loads(wire.append([], stream=True).body()) == {"stream": True}
    assert json.loads(wire.start(Opening(model="m"), [Say("hi")], stream=False).body()) == {
        "model": "m",
        "stream": False,
        "inputs": [{"object": "entry", "type": "message.input", "role": "user", "content": "hi"}],
    }


# ---- answers: what the SDK's models read, in our words -------------------------------------------------------------


def none(value: Any) -> Any:
    """The SDK's UNSET is our None."""
    return value or None


def part(chunk: Any) -> Part:
    match chunk:
        case sdk.TextChunk():
            return Text(chunk.text)
        case sdk.ThinkChunk():
            return Thinking("".join(piece.text for piece in chunk.thinking if isinstance(piece, sdk.TextChunk)))
        case sdk.ToolReferenceChunk():
            return Reference(chunk.tool, chunk.title, none(chunk.url), none(chunk.description))
        case sdk.ToolFileChunk():
            return FileMade(chunk.tool, chunk.file_id, none(chunk.file_name), none(chunk.file_type))
    raise AssertionError(chunk)


def parts(content: Any) -> tuple[Part, ...]:
    return (Text(content),) if isinstance(content, str) else tuple(part(chunk) for chunk in content)


def entry(theirs: Any) -> Entry:
    match theirs:
        case sdk.MessageInputEntry():
            return Message(id=theirs.id or "", speaker=Speaker(theirs.role), parts=parts(theirs.content))
        case sdk.MessageOutputEntry():
            return Message(
                id=theirs.id or "",
                speaker=Speaker.ASSISTANT,
                parts=parts(theirs.content),
                agent_id=none(theirs.agent_id),
            )
        case sdk.FunctionCallEntry():
            arguments = theirs.arguments
            return Call(
                id=theirs.id or "",
                tool_call_id=theirs.tool_call_id,
                name=theirs.name,
                arguments=arguments if isinstance(arguments, str) else json.dumps(arguments, separators=(",", ":")),
                pending=theirs.confirmation_status == "pending",
                decided=theirs.confirmation_status in ("allowed", "denied"),
                agent_id=none(theirs.agent_id),
            )
        case sdk.FunctionResultEntry():
            return Answer(id=theirs.id or "", tool_call_id=theirs.tool_call_id, text=theirs.result)
        case sdk.ToolExecutionEntry():
            return Execution(
                id=theirs.id or "",
                name=theirs.name,
                arguments=theirs.arguments,
                info=theirs.info or {},
                agent_id=none(theirs.agent_id),
            )
        case sdk.AgentHandoffEntry():
            return Handoff(
                id=theirs.id or "",
                from_id=theirs.previous_agent_id,
                from_name=theirs.previous_agent_name,
                to_id=theirs.next_agent_id,
                to_name=theirs.next_agent_name,
            )
    raise AssertionError(theirs)


STEPS: tuple[AnyStep, ...] = (
    AddChunk(chunk={"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}),
    SayStep(text="Spain won", pieces=3),
    AddChunk(
        chunk={"type": "tool_reference", "tool": "web_search", "title": "W", "url": "https://e.org", "description": "d"}
    ),
    AddChunk(chunk={"type": "tool_file", "tool": "image", "file_id": "f1", "file_name": "i", "file_type": "png"}),
    SayStep(text=".", pieces=1),
    RunTool(name="code_interpreter", arguments={"code": "1"}, info={"code": "1", "code_output": "1"}, tokens=3),
    SayStep(text="plain", pieces=2),
    CallFunction(name="time__convert", arguments={"to": "UTC"}, tool_call_id="c11111111", fragments=3),
    CallFunction(name="gmail_search", arguments="{}", tool_call_id="c22222222", pending=True),
)


@pytest.fixture
def http(mistral_url: str) -> httpx2.AsyncClient:
    return http_client(mistral_url, SecretStr(KEY))


async def test_the_sdk_reads_the_same_from_answers_and_histories(mistral: AgentsApi, http: httpx2.AsyncClient) -> None:
    mistral.script.will(*STEPS)
    async with http:
        body = wire.start(OPENING, [Say("who won?")], stream=False).body()
        answer = (await http.post("/v1/conversations", content=body)).content
        theirs = sdk.ConversationResponse.model_validate_json(answer)
        ours = wire.ResponseHeard.model_validate_json(answer)
        results = wire.append([Result("c11111111", "12:00"), Confirm("c22222222", True)], stream=False)
        path = f"/v1/conversations/{theirs.conversation_id}"
        await http.post(path, content=results.body())
        history = (await http.get(f"{path}/history")).content
        messages = (await http.get(f"{path}/messages")).content
        stored = (await http.get(path)).content
        page = (await http.get("/v1/conversations")).content

    assert ours.conversation_id == theirs.conversation_id
    assert read_entries(ours.outputs) == tuple(map(entry, theirs.outputs))
    assert len(theirs.outputs) == 5
    usage = ours.usage.to_usage()
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens, usage.connector_tokens) == (
        theirs.usage.prompt_tokens,
        theirs.usage.completion_tokens,
        theirs.usage.total_tokens,
        theirs.usage.connector_tokens,
    )
    assert usage.connectors == theirs.usage.connectors
    assert_same(wire.HistoryHeard.model_validate_json(history).entries, sdk.ConversationHistory, history, "entries")
    assert_same(
        wire.MessagesHeard.model_validate_json(messages).messages, sdk.ConversationMessages, messages, "messages"
    )
    kept, judged = wire.ConversationHeard.model_validate_json(stored), sdk.ModelConversation.model_validate_json(stored)
    assert (kept.id, kept.model, kept.name, kept.metadata, kept.instructions) == (
        judged.id,
        judged.model,
        judged.name,
        judged.metadata,
        judged.instructions,
    )
    (listed,) = TypeAdapter(list[sdk.ModelConversation]).validate_json(page)
    assert [each.id for each in wire.ConversationsHeard.model_validate_json(page).root] == [listed.id]


def assert_same(raws: Sequence[Any], judge: type[BaseModel], answer: bytes, field: str) -> None:
    theirs = getattr(judge.model_validate_json(answer), field)
    assert len(theirs) >= 2
    assert read_entries(raws) == tuple(map(entry, theirs))


def piece(theirs: Any) -> events.Heard:
    """One of the SDK's events, in our words."""
    match theirs:
        case sdk.ResponseStartedEvent():
            return events.Began(theirs.conversation_id)
        case sdk.MessageOutputEvent():
            content = theirs.content
            said = Text(content) if isinstance(content, str) else part(content)
            agent_id, index = none(theirs.agent_id), theirs.output_index or 0
            return events.MessagePiece(theirs.id, index, agent_id, theirs.content_index or 0, said)
        case sdk.FunctionCallEvent():
            agent_id, index = none(theirs.agent_id), theirs.output_index or 0
            status = theirs.confirmation_status or ""
            return events.CallPiece(
                theirs.id, index, agent_id, theirs.tool_call_id, theirs.name, theirs.arguments, str(status)
            )
        case sdk.ToolExecutionStartedEvent() | sdk.ToolExecutionDeltaEvent() | sdk.ToolExecutionDoneEvent():
            return events.ExecutionPiece(
                theirs.id,
                theirs.output_index or 0,
                none(getattr(theirs, "agent_id", None)),
                theirs.name,
                getattr(theirs, "arguments", ""),
                isinstance(theirs, sdk.ToolExecutionStartedEvent),
                isinstance(theirs, sdk.ToolExecutionDoneEvent),
                getattr(theirs, "info", None) or {},
            )
        case sdk.ResponseDoneEvent():
            return events.Ended(wire.UsageHeard.model_validate(theirs.usage.model_dump()).to_usage())
        case sdk.ResponseErrorEvent():
            return events.Failed(theirs.message, str(theirs.code))
        case sdk.AgentHandoffStartedEvent():
            return events.HandoffPiece(
                theirs.id, theirs.output_index or 0, None, theirs.previous_agent_id, theirs.previous_agent_name, False
            )
        case sdk.AgentHandoffDoneEvent():
            return events.HandoffPiece(
                theirs.id, theirs.output_index or 0, None, theirs.next_agent_id, theirs.next_agent_name, True
            )
    raise AssertionError(theirs)


async def frames(http: httpx2.AsyncClient, body: bytes) -> list[httpx2.ServerSentEvent]:
    async with http.stream("POST", "/v1/conversations", content=body) as response:
        return [frame async for frame in httpx2.EventSource(response)]


async def test_the_sdk_reads_the_same_from_every_event(mistral: AgentsApi, http: httpx2.AsyncClient) -> None:
    async with http:
        search = {"model": "mistral-medium-latest", "name": "search", "description": "Searches"}
        search_id = (await http.post("/v1/agents", json=search)).json()["id"]
        triage = {**search, "name": "triage", "handoffs": [search_id]}
        triage_id = (await http.post("/v1/agents", json=triage)).json()["id"]
        mistral.script.will(HandOff(to="search"), *STEPS)
        mistral.script.will_error("it failed", after="half")
        body = wire.start(Opening(agent_id=triage_id), [Say("who won?")], stream=True).body()
        heard = await frames(http, body) + await frames(http, body)

    types = set()
    for frame in heard:
        theirs = sdk.ConversationEvents.model_validate({"event": frame.event, "data": json.loads(frame.data)}).data
        types.add(theirs.type)
        assert events.read_event(frame.event, frame.data) == piece(theirs)
    assert types == set(events._EVENTS)


REFUSED_BY_THE_SDK: list[tuple[str, dict[str, Any], Entry]] = [
    (
        "an execution without arguments",
        {"type": "tool.execution", "id": "t1", "name": "web_search"},
        Execution(id="t1", name="web_search", arguments="", info={}),
    ),
    (
        "a chunk of an unknown type",
        {"type": "message.output", "id": "m1", "content": [{"type": "text", "text": "a"}, {"type": "smell"}]},
        read_entry({"type": "message.output", "id": "m1", "content": ["a", {"type": "smell"}]}),
    ),
    ("an entry of an unknown type", {"type": "mood", "id": "x"}, read_entry({"type": "mood", "id": "x"})),
]


@pytest.mark.parametrize(
    ("raw", "kept"), [row[1:] for row in REFUSED_BY_THE_SDK], ids=[row[0] for row in REFUSED_BY_THE_SDK]
)
def test_what_the_sdk_refuses_is_kept(raw: dict[str, Any], kept: Entry) -> None:
    with pytest.raises(ValidationError):
        sdk.ConversationHistory.model_validate({"conversation_id": "c", "entries": [raw]})
    assert read_entry(raw) == kept
