"""Calls that come back with a question: begun anew where the server forgot them, refused where it is not for people."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest
from mcp import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolResult,
    ElicitRequest,
    ElicitRequestFormParams,
    InputRequiredResult,
    ListRootsRequest,
    TextContent,
)

from workers.tools import inquiries
from workers.tools.asked import Ask
from workers.tools.asking import OpenCalls, finished
from workers.tools.errors import Needed, Rejected
from workers.tools.inquiries import Answer, Question
from workers.tools.needs import Input


def asks(message: str, state: str) -> InputRequiredResult:
    form = ElicitRequestFormParams(message=message, requested_schema={"type": "object", "properties": {}})
    return InputRequiredResult(input_requests={"a": ElicitRequest(params=form)}, request_state=state)


class Forgetful:
    """A server that knows only the newest state it gave out."""

    def __init__(self, *questions: str) -> None:
        self.questions = list(questions)
        self.state = ""
        self.sent: list[dict[str, Any]] = []

    async def __call__(self, **sent: Any) -> CallToolResult | InputRequiredResult:
        self.sent.append(sent)
        if state := sent.get("request_state"):
            if state != self.state:
                raise MCPError(INVALID_PARAMS, "Invalid or expired requestState")
            return CallToolResult(content=[TextContent(type="text", text="done")])
        self.state = f"state-{len(self.sent)}"
        return asks(self.questions.pop(0), self.state)


async def needed(server: Forgetful, given: str = "") -> str:
    with pytest.raises(Needed) as error:
        await finished(server, server="odd", given=given)
    assert isinstance(error.value.need, Input)
    return error.value.need.asked


async def test_what_the_server_forgot_is_begun_anew_with_the_same_answers() -> None:
    server = Forgetful("Your name?", "Your name?")
    asked = await needed(server)
    server.state = "another, after a restart"
    given = inquiries.given(asked, {"a": Answer(action="accept", content={"name": "Ada"})})
    result = await finished(server, server="odd", given=given)
    assert result.content == [TextContent(type="text", text="done")]
    assert server.sent[-1]["input_responses"]["a"].content == {"name": "Ada"}


async def test_another_question_than_before_is_asked_again() -> None:
    server = Forgetful("Your name?", "Your age?")
    asked = await needed(server)
    server.state = "another, after a restart"
    again = await needed(server, inquiries.given(asked, {"a": Answer(action="accept", content={"name": "Ada"})}))
    assert [question.message for question in inquiries.questions(again).values()] == ["Your age?"]


async def test_what_no_person_can_answer_is_refused() -> None:
    async def send(**_: Any) -> InputRequiredResult:
        return InputRequiredResult(input_requests={"a": ListRootsRequest()}, request_state="s")

    with pytest.raises(Rejected) as error:
        await finished(send, server="odd", given="")
    assert error.value.ran == "no"


async def test_a_link_by_error_is_repeated_without_an_answer() -> None:
    asked = json.dumps({"inputRequests": {}, "byError": True})
    assert inquiries.given(asked, {}) == "{}"


@pytest.mark.parametrize(("others", "action"), [(["ada"], "accept"), (["grace"], "cancel"), ([None], "cancel")])
async def test_a_question_that_may_be_another_persons_is_put_to_nobody(others: list[str | None], action: str) -> None:
    """Over the older protocols a server does not say for which of its open calls it asks."""

    async def put(question: Question) -> Answer:
        return Answer(action="accept", content={})

    calls = OpenCalls("odd")
    form = ElicitRequestFormParams(message="Your name?", requested_schema={"type": "object", "properties": {}})
    async with AsyncExitStack() as stack:
        for who in ["ada", *others]:
            await stack.enter_async_context(calls.call(Ask(who=who, put=put) if who else None, 30))
        answer = await calls.elicited(cast("Any", None), form)
    assert answer.action == action
