"""What a history says about a request that nobody heard the answer of, in tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workers.conversations.port import (
    Answer,
    Call,
    Confirm,
    Entry,
    Execution,
    FileMade,
    Handoff,
    Input,
    Message,
    Other,
    Part,
    Reference,
    Result,
    Say,
    Speaker,
    Text,
    Thinking,
)
from workers.conversations.recovery import Absent, Finished, Outcome, Unfinished, open_calls, outcome, replay


def user(id: str, text: str) -> Message:
    return Message(id=id, speaker=Speaker.USER, parts=(Text(text),))


def bot(id: str, *parts: str | Part) -> Message:
    return Message(
        id=id, speaker=Speaker.ASSISTANT, parts=tuple(Text(part) if isinstance(part, str) else part for part in parts)
    )


def call(id: str, *, pending: bool = False, decided: bool = False) -> Call:
    return Call(id=f"fc_{id}", tool_call_id=id, name="clock", arguments="{}", pending=pending, decided=decided)


def answer(id: str, text: str = "12:00") -> Answer:
    return Answer(id=f"fr_{id}", tool_call_id=id, text=text)


def ran(id: str) -> Execution:
    return Execution(id=id, name="web_search", arguments='{"q":1}', info={})


HI, HELLO, YES, SURE = user("u1", "hi"), bot("b1", "hello"), user("u2", "yes"), bot("b2", "sure")
AGAIN, AGAIN_SURE = user("u3", "yes"), bot("b3", "sure again")

OUTCOMES: list[tuple[str, list[Entry], str | None, list[Input], Outcome]] = [
    ("nothing is there", [], None, [Say("hi")], Absent()),
    ("the first message was answered", [HI, HELLO], None, [Say("hi")], Finished((HELLO,))),
    ("the first message alone", [HI], None, [Say("hi")], Unfinished()),
    ("the message is not there", [HI, HELLO], "b1", [Say("yes")], Absent()),
    ("the message was answered", [HI, HELLO, YES, SURE], "b1", [Say("yes")], Finished((SURE,))),
    ("an old message of the same words", [HI, HELLO, YES, SURE], "b2", [Say("yes")], Absent()),
    (
        "the same words twice",
        [HI, HELLO, YES, SURE, AGAIN, AGAIN_SURE],
        "b2",
        [Say("yes")],
        Finished((AGAIN_SURE,)),
    ),
    ("an unknown newest entry", [HI, HELLO, YES, SURE], "elsewhere", [Say("yes")], Absent()),
    (
        "results after an unknown newest entry",
        [call("c1"), answer("c1"), SURE],
        "?",
        [Result("c1", "x")],
        Finished((SURE,)),
    ),
    ("blanks around the words", [user("u", " hi \n"), HELLO], None, [Say("hi")], Finished((HELLO,))),
    ("two messages", [HI, YES, SURE], None, [Say("hi"), Say("yes")], Finished((SURE,))),
    ("somebody went on afterwards", [HI, HELLO, YES, SURE], None, [Say("hi")], Finished((HELLO,))),
    ("calls end an answer", [HI, call("c1"), call("c2")], None, [Say("hi")], Finished((call("c1"), call("c2")))),
    ("a preamble and a call", [HI, HELLO, call("c1")], None, [Say("hi")], Finished((HELLO, call("c1")))),
    ("a tool of Mistral's still at work", [HI, ran("t1")], None, [Say("hi")], Unfinished()),
    ("a tool of Mistral's and its answer", [HI, ran("t1"), SURE], None, [Say("hi")], Finished((ran("t1"), SURE))),
    ("a decided call runs", [HI, call("c1", decided=True)], None, [Say("hi")], Unfinished()),
    (
        "something unknown after the answer",
        [HI, HELLO, Other("mood", {"id": "m1"})],
        None,
        [Say("hi")],
        Finished((HELLO, Other("mood", {"id": "m1"}))),
    ),
    ("something unknown alone", [HI, Other("mood", {})], None, [Say("hi")], Unfinished()),
    (
        "something unknown as the newest",
        [HI, Other("mood", {"id": "m1"}), YES, SURE],
        "m1",
        [Say("yes")],
        Finished((SURE,)),
    ),
    ("results are not there", [HI, call("c1")], "fc_c1", [Result("c1", "x")], Absent()),
    ("results alone", [HI, call("c1"), answer("c1")], "fc_c1", [Result("c1", "x")], Unfinished()),
    (
        "results and the next round",
        [HI, call("c1"), call("c2"), answer("c1"), answer("c2"), call("c3")],
        "fc_c2",
        [Result("c1", "x"), Result("c2", "y")],
        Finished((call("c3"),)),
    ),
    ("a decision is not there", [HI, call("c1", pending=True)], "fc_c1", [Confirm("c1", True)], Absent()),
    (
        "one decision of two, answered with nothing yet",
        [HI, call("c1", decided=True), call("c2", pending=True)],
        "fc_c2",
        [Confirm("c1", True)],
        Unfinished(),
    ),
    (
        "a decision and its answer",
        [HI, call("c1", decided=True), ran("t1"), SURE],
        "fc_c1",
        [Confirm("c1", True)],
        Finished((ran("t1"), SURE)),
    ),
    ("a replay", [HI, HELLO, YES, SURE], None, [Say("hi"), Say("hello", "assistant"), Say("yes")], Finished((SURE,))),
]


@pytest.mark.parametrize(
    ("history", "after", "inputs", "expected"), [row[1:] for row in OUTCOMES], ids=[row[0] for row in OUTCOMES]
)
def test_what_became_of_a_request(
    history: list[Entry], after: str | None, inputs: list[Input], expected: Outcome
) -> None:
    assert outcome(history, after=after, inputs=inputs) == expected


def test_open_calls_are_those_that_wait_for_us() -> None:
    history: list[Entry] = [
        HI,
        call("c1"),
        call("c2"),
        answer("c1"),
        call("c3", pending=True),
        call("c4", decided=True),
    ]
    assert [one.tool_call_id for one in open_calls(history)] == ["c2", "c3"]
    assert open_calls([]) == ()


def test_a_replay_tells_the_conversation_in_words() -> None:
    history: list[Entry] = [
        HI,
        bot("b1", Thinking("Hm."), "Let me look.", Reference("web_search", "Somewhere")),
        call("c1"),
        answer("c1", "x" * 5000),
        call("c2"),
        ran("t1"),
        Handoff(id="h", from_id="a", from_name="triage", to_id="b", to_name="search"),
        bot("b2", "Noon.", FileMade("image", "f1", "plot.png")),
        Other("mood", {}),
        Message(id="u2", speaker=Speaker.USER, parts=(Text("See "), Other("image_url", {}))),
        user("u3", "Thanks."),
    ]
    assert replay(history) == [
        Say("hi"),
        Say(
            "Let me look.\n\n"
            f"[tool clock({{}}), result: {'x' * 4000} [cut]]\n\n"
            "[tool clock({}), no result came back]\n\n"
            '[tool web_search({"q":1})]\n\n'
            "[passed on to search]\n\n"
            "Noon.[file plot.png]",
            "assistant",
        ),
        Say("See [image]\n\nThanks."),
    ]


PASSED = Handoff(id="h1", from_id="ag_1", from_name="a", to_id="ag_2", to_name="b")


@pytest.mark.parametrize(
    ("history", "ours", "expected"),
    [
        ([user("m1", "hi"), PASSED], True, Absent()),
        ([user("m1", "hi"), PASSED, bot("m2", "done")], True, Finished((bot("m2", "done"),))),
        ([user("m1", "hi"), PASSED, call("c1")], True, Finished((call("c1"),))),
        ([user("m1", "hi"), PASSED, replace(PASSED, id="h2")], True, Finished((replace(PASSED, id="h2"),))),
        ([user("m1", "hi"), PASSED, replace(PASSED, id="h2")], False, Unfinished()),
        ([user("m1", "hi")], True, Absent()),
    ],
)
def test_a_request_that_brings_nothing_was_taken_when_anything_follows(
    history: list[Entry], ours: bool, expected: Outcome
) -> None:
    assert outcome(history, after="h1", inputs=[], handoff_ends=ours) == expected


def test_an_answer_may_end_in_a_handoff_where_it_is_executed_on_our_side() -> None:
    history = [user("m1", "hi"), PASSED]
    assert outcome(history, after=None, inputs=[Say("hi")], handoff_ends=True) == Finished((PASSED,))
    assert outcome(history, after=None, inputs=[Say("hi")]) == Unfinished()
