"""Conversations with the playground's Mistral: what is said, called, stored and found again."""

from __future__ import annotations

import asyncio

import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.steps import AddChunk, CallFunction, RunTool, SendUnknown
from playground.agents_api.brains.steps import Say as SayStep
from tests.workers.conversations.heard import OPENING, done, everything, said, until
from workers.conversations.client import MistralConversations
from workers.conversations.errors import Bookkeeping, Refused, Vanished
from workers.conversations.port import (
    Answer,
    Call,
    Confirm,
    Conversations,
    Delta,
    Done,
    Execution,
    ExecutionDone,
    ExecutionStarted,
    Message,
    Opening,
    Other,
    Reference,
    Result,
    Say,
    Started,
    Stored,
    Text,
)
from workers.conversations.wire import SILENT_TOKENS


async def test_an_answer_comes_in_pieces_and_then_whole(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    mistral.script.will_say("The 14:02 deploy.", pieces=3)

    heard = await everything(conversations.start(OPENING, [Say("what broke?")]))

    started, *deltas, end = heard
    assert isinstance(started, Started)
    assert isinstance(end, Done)
    assert end.conversation_id == started.conversation_id
    assert (
        "".join(d.part.text for d in deltas if isinstance(d, Delta) and isinstance(d.part, Text)) == "The 14:02 deploy."
    )
    assert len(deltas) == 3
    assert said(end.entries) == ["assistant: The 14:02 deploy."]
    assert end.usage.completion_tokens > 0
    history = await conversations.history(end.conversation_id)
    assert said(history) == ["user: what broke?", "assistant: The 14:02 deploy."]


async def test_a_second_message_continues_the_same_conversation(conversations: MistralConversations) -> None:
    first = await done(conversations.start(OPENING, [Say("one")]))
    second = await done(conversations.append(first.conversation_id, [Say("two")]))

    assert second.conversation_id == first.conversation_id
    messages = await conversations.messages(first.conversation_id)
    assert [message.text for message in messages] == ["one", "answer to: one", "two", "answer to: two"]


async def test_the_id_in_the_newest_answer_counts(conversations: MistralConversations, mistral: AgentsApi) -> None:
    mistral.switch(id_changes_on_append=True)
    first = await done(conversations.start(OPENING, [Say("one")]))
    second = await done(conversations.append(first.conversation_id, [Say("two")]))
    third = await done(conversations.append(second.conversation_id, [Say("three")]))

    assert len({first.conversation_id, second.conversation_id, third.conversation_id}) == 3
    assert said(await conversations.history(third.conversation_id))[-1] == "assistant: answer to: three"


async def test_calls_come_whole_and_all_results_go_in_one_append(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    mistral.script.will(
        SayStep(text="Let me look."),
        CallFunction(name="time__convert", arguments={"to": "Asia/Tokyo"}, fragments=5),
        CallFunction(name="time__convert", arguments="{not json"),
        CallFunction(name="nobody__knows", arguments=""),
    )
    asked = await done(conversations.start(OPENING, [Say("what time is it in Tokyo?")]))

    calls = [entry for entry in asked.entries if isinstance(entry, Call)]
    assert [(call.name, call.arguments) for call in calls] == [
        ("time__convert", '{"to": "Asia/Tokyo"}'),
        ("time__convert", "{not json"),
        ("nobody__knows", ""),
    ]
    results = [Result(call.tool_call_id, f"result {n}") for n, call in enumerate(calls)]
    answered = await done(conversations.append(asked.conversation_id, results))
    assert "result 0; result 1; result 2" in said(answered.entries)[0]
    history = await conversations.history(asked.conversation_id)
    assert [entry.text for entry in history if isinstance(entry, Answer)] == ["result 0", "result 1", "result 2"]


async def test_results_that_do_not_match_the_calls_are_a_matter_of_bookkeeping(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    mistral.script.will_call("time__convert", {"to": "UTC"})
    asked = await done(conversations.start(OPENING, [Say("time?")]))

    with pytest.raises(Bookkeeping) as caught:
        await everything(conversations.append(asked.conversation_id, [Say("never mind")]))
    assert (caught.value.status, caught.value.code) == (400, "3230")


async def test_a_silent_append_closes_open_calls_with_few_tokens_and_no_tools(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    mistral.script.will_call("time__convert", {"to": "UTC"})
    asked = await done(conversations.start(OPENING, [Say("time?")]))
    (call,) = [entry for entry in asked.entries if isinstance(entry, Call)]

    await everything(conversations.append(asked.conversation_id, [Result(call.tool_call_id, "cancelled")], silent=True))

    body = mistral.requests("conversations.append")[-1].body
    assert body is not None
    assert body["completion_args"] == {"tool_choice": "none", "max_tokens": SILENT_TOKENS}
    await done(conversations.append(asked.conversation_id, [Say("still there?")]))


async def test_a_connectors_call_waits_for_a_yes(conversations: MistralConversations, mistral: AgentsApi) -> None:
    mistral.script.will(CallFunction(name="gmail_search", arguments={"limit": 1}, pending=True))
    asked = await done(conversations.start(OPENING, [Say("any mail?")]))
    (call,) = [entry for entry in asked.entries if isinstance(entry, Call)]
    assert (call.pending, call.decided) == (True, False)

    await done(conversations.append(asked.conversation_id, [Confirm(call.tool_call_id, allowed=True)]))

    history = await conversations.history(asked.conversation_id)
    decided = next(entry for entry in history if isinstance(entry, Call))
    assert (decided.pending, decided.decided) == (False, True)


async def test_tools_that_mistral_runs_are_heard_from_start_to_end(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    source = {"type": "tool_reference", "tool": "web_search", "title": "Winners", "url": "https://example.org/w"}
    mistral.script.will(
        RunTool(name="web_search", arguments={"query": "euro"}, info={"hits": 3}, tokens=7),
        SayStep(text="Spain won", pieces=2),
        AddChunk(chunk=source),
        AddChunk(chunk={"type": "hologram", "data": "?"}),
        SayStep(text=".", pieces=1),
    )
    heard = await everything(conversations.start(OPENING, [Say("who won?")]))

    assert [type(event) for event in heard[1:3]] == [ExecutionStarted, ExecutionDone]
    end = heard[-1]
    assert isinstance(end, Done)
    execution, message = end.entries
    assert isinstance(execution, Execution)
    assert (execution.name, execution.arguments, execution.info) == ("web_search", '{"query": "euro"}', {"hits": 3})
    assert isinstance(message, Message)
    assert message.text == "Spain won."
    assert message.parts[1] == Reference("web_search", "Winners", "https://example.org/w")
    assert message.parts[2] == Other("hologram", {"type": "hologram", "data": "?"})
    assert end.usage.connectors == {"web_search": 1}


async def test_types_from_the_future_are_kept_and_passed_over(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    event, entry = {"type": "mood.changed", "mood": "sunny"}, {"type": "mood", "mood": "sunny"}
    mistral.script.will(SendUnknown(event=event, entry=entry), SayStep(text="Hello."))
    heard = await everything(conversations.start(OPENING, [Say("hi")]))

    assert [e.raw["mood"] for e in heard if isinstance(e, Other)] == ["sunny"]
    end = heard[-1]
    assert isinstance(end, Done)
    assert said(end.entries) == ["assistant: Hello."]
    kept = [e for e in await conversations.history(end.conversation_id) if isinstance(e, Other)]
    assert [one.type for one in kept] == ["mood"]


async def test_what_is_folded_from_a_stream_equals_the_plain_answer(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    steps = (
        RunTool(name="web_search", arguments={"query": "x"}),
        SayStep(text="It says ", pieces=3),
        AddChunk(chunk={"type": "tool_reference", "tool": "web_search", "title": "t", "url": None}),
        AddChunk(chunk={"type": "tool_file", "tool": "image", "file_id": "f1", "file_type": "png"}),
        SayStep(text="so.", pieces=2),
        CallFunction(name="time__convert", arguments={"to": "UTC"}, tool_call_id="abc123XYZ"),
    )
    mistral.script.will(*steps)
    mistral.script.will(*steps)
    streamed = await done(conversations.start(OPENING, [Say("look")]))
    plain = await conversations.start_plain(OPENING, [Say("look")])

    def shape(end: Done) -> list[object]:
        return [
            (type(e), e.parts) if isinstance(e, Message)
            else (type(e), e.name, e.arguments) if isinstance(e, Call | Execution)
            else type(e)
            for e in end.entries
        ]  # fmt: skip

    assert shape(streamed) == shape(plain)
    assert streamed.usage == plain.usage


async def test_a_branch_goes_on_from_an_entry_under_a_new_id(conversations: MistralConversations) -> None:
    first = await conversations.start_plain(OPENING, [Say("one")])
    await conversations.append_plain(first.conversation_id, [Say("two")])
    history = await conversations.history(first.conversation_id)
    fork = history[1].raw["id"] if isinstance(history[1], Other) else history[1].id

    streamed = await everything(
        conversations.branch(first.conversation_id, fork, [Say("three")], metadata={"thread": "branch"})
    )
    plain = await conversations.branch_plain(first.conversation_id, fork, [Say("four")])

    assert isinstance(streamed[0], Started)
    branch = streamed[0].conversation_id
    assert len({first.conversation_id, branch, plain.conversation_id}) == 3
    assert said(await conversations.history(branch)) == [
        "user: one",
        "assistant: answer to: one",
        "user: three",
        "assistant: answer to: three",
    ]
    assert (await conversations.get(branch)).metadata == {"thread": "branch"}


async def test_a_lost_mapping_is_found_again_by_its_metadata_newest_first(
    conversations: MistralConversations,
) -> None:
    mine = [(await conversations.start_plain(OPENING, [Say("hi")])).conversation_id for _ in range(2)]
    other = Opening(model="mistral-medium-latest", metadata={"team": "T2"})
    await conversations.start_plain(other, [Say("hi")])

    assert await conversations.find({"team": "T1", "thread": "1731.0001"}) == mine[::-1]
    assert await conversations.find({"team": "T3"}) == []
    assert len(await conversations.page()) == 3


async def test_a_conversation_tells_what_it_was_started_with(conversations: MistralConversations) -> None:
    end = await conversations.start_plain(OPENING, [Say("hi")])
    stored = await conversations.get(end.conversation_id)

    assert isinstance(stored, Stored)
    assert (stored.model, stored.agent_id, stored.instructions) == ("mistral-medium-latest", None, "Be brief.")
    assert stored.name == OPENING.name
    assert stored.metadata == OPENING.metadata
    assert [tool["function"]["name"] for tool in stored.tools] == ["time__convert"]


async def test_deleting_is_done_once_and_fine_twice(conversations: MistralConversations) -> None:
    end = await conversations.start_plain(OPENING, [Say("hi")])
    await conversations.delete(end.conversation_id)
    await conversations.delete(end.conversation_id)

    with pytest.raises(Vanished):
        await conversations.history(end.conversation_id)
    with pytest.raises(Vanished):
        await everything(conversations.append(end.conversation_id, [Say("hi")]))


async def test_the_connection_stays_warm_from_stream_to_stream(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    """A turn has several rounds; each new connection would cost it two round trips and a TLS handshake."""
    first = await done(conversations.start(OPENING, [Say("one")]))
    for word in ("two", "three"):
        await done(conversations.append(first.conversation_id, [Say(word)]))
    await conversations.history(first.conversation_id)

    assert len(conversations._exchange._http._transport._pool.connections) == 1  # type: ignore[attr-defined]  # httpx2 shows its pool nowhere else


async def test_whoever_stops_listening_at_the_end_of_an_answer_leaves_the_connection_warm(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    """A turn returns with `Done`; the next one must not pay for a connection of its own."""
    await until(conversations.start(OPENING, [Say("hi")]), Done)

    assert len(conversations._exchange._http._transport._pool.connections) == 1  # type: ignore[attr-defined]  # see above


async def test_as_many_streams_may_be_open_as_there_are_turns(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    """A limit of the client's own made the turns beyond it wait, and say that Mistral was away."""
    mistral.script.hold(after=1)
    async with asyncio.TaskGroup() as streams:
        tasks = [streams.create_task(done(conversations.start(OPENING, [Say("hi")]))) for _ in range(150)]
        await mistral.script.until_held(150)
        mistral.script.release()
    assert len({task.result().conversation_id for task in tasks}) == 150


async def test_whoever_stops_listening_gives_the_connection_up_at_once(
    conversations: MistralConversations, mistral: AgentsApi
) -> None:
    mistral.script.hold(after=2)
    await until(conversations.start(OPENING, [Say("tell me everything")]), Delta)

    assert conversations._exchange._http._transport._pool.connections == []  # type: ignore[attr-defined]  # see above


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (Opening(), "exactly one"),
        (Opening(model="m", agent_id="a"), "exactly one"),
        (Opening(agent_id="a", instructions="x"), "brings its own"),
        (Opening(model="m", agent_version=1), "agent_version"),
    ],
)
def test_combinations_the_api_refuses_are_never_sent(
    opening: Opening, words: str, conversations: MistralConversations
) -> None:
    with pytest.raises(ValueError, match=words):
        conversations.start(opening, [Say("hi")])


def test_inputs_that_belong_elsewhere_are_never_sent(conversations: MistralConversations) -> None:
    with pytest.raises(ValueError, match="at least one input"):
        conversations.start(OPENING, [])
    with pytest.raises(ValueError, match="only be appended"):
        conversations.start(OPENING, [Confirm("c1", allowed=True)])
    with pytest.raises(ValueError, match="conversation id"):
        conversations.append("", [Say("hi")])


async def test_a_body_the_api_refuses_is_refused_with_its_words(conversations: MistralConversations) -> None:
    opening = Opening(model="mistral-medium-latest", completion_args={"temperature": 7.0})
    with pytest.raises(Refused, match="temperature") as caught:
        await everything(conversations.start(opening, [Say("my secret plan")]))
    assert caught.value.status == 422
    assert "secret plan" not in str(caught.value)


def test_the_adapter_is_what_a_turn_expects(conversations: MistralConversations) -> None:
    expected: Conversations = conversations
    assert expected is conversations
