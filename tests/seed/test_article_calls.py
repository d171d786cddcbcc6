"""Each cURL call of the article works against the stand-in, in the article's order, with only the host replaced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playground.agents_api.app import AgentsApi
from playground.agents_api.brains.einstein import SAID
from tests.seed import article
from tests.seed.conftest import Paste

Json = dict[str, Any]


def answer(output: str) -> Json:
    """The JSON that curl got with a 200."""
    body, _, got = output.rpartition("\n")
    assert got == "200 application/json", output
    read: Json = json.loads(body)
    return read


@pytest.fixture
async def agent_id(paste: Paste) -> str:
    return str(answer(await paste(article.CREATE))["id"])


async def test_an_agent_is_created(paste: Paste) -> None:
    made = answer(await paste(article.CREATE))

    assert made["object"] == "agent"
    assert made["id"].startswith("ag_")
    assert (made["model"], made["name"], made["description"], made["version"], made["versions"]) == (
        "mistral-medium-latest",
        "Simple Agent",
        "A simple Agent with persistent state.",
        0,
        [0],
    )


async def test_an_agent_is_updated_with_the_articles_post(paste: Paste, agent_id: str, api: AgentsApi) -> None:
    """The schema says PATCH, and so do we; the article's own call is understood all the same, as a new version."""
    changed = answer(await paste(article.UPDATE, agent_id=agent_id))

    assert [seen.method for seen in api.requests("agents.update")] == ["POST"]
    assert (changed["id"], changed["version"], changed["versions"]) == (agent_id, 1, [0, 1])
    assert changed["description"] == "An edited simple agent."
    assert changed["name"] == "Simple Agent"
    assert changed["completion_args"]["temperature"] == 0.3
    assert changed["completion_args"]["top_p"] == 0.95


async def test_a_conversation_is_started_with_the_agent(paste: Paste, agent_id: str) -> None:
    started = answer(await paste(article.START, agent_id=agent_id))

    assert started["object"] == "conversation.response"
    assert started["conversation_id"].startswith("conv_")
    (message,) = started["outputs"]
    assert (message["type"], message["role"], message["agent_id"]) == ("message.output", "assistant", agent_id)
    assert message["content"] == SAID["en"]
    assert started["usage"]["total_tokens"] > 0


async def test_a_conversation_is_continued(paste: Paste, agent_id: str) -> None:
    """The answer is the French for what was said before. The id stays, though the article says otherwise."""
    started = answer(await paste(article.START, agent_id=agent_id))

    continued = answer(await paste(article.CONTINUE, conv_id=started["conversation_id"]))

    assert continued["conversation_id"] == started["conversation_id"]
    assert [message["content"] for message in continued["outputs"]] == [SAID["fr"]]


async def test_a_conversation_is_started_as_a_stream(paste: Paste, agent_id: str) -> None:
    body, _, got = (await paste(article.STREAM, agent_id=agent_id)).rpartition("\n")

    assert got.startswith("200 text/event-stream")
    frames = [frame.split("\n") for frame in body.strip().split("\n\n")]
    assert {(len(frame), frame[0][:7], frame[1][:6]) for frame in frames} == {(2, "event: ", "data: ")}
    events = [json.loads(frame[1].removeprefix("data: ")) for frame in frames]
    assert [frame[0].removeprefix("event: ") for frame in frames] == [event["type"] for event in events]
    assert events[0]["type"] == "conversation.response.started"
    assert events[-1]["type"] == "conversation.response.done"
    assert {event["type"] for event in events[1:-1]} == {"message.output.delta"}
    assert "".join(event["content"] for event in events[1:-1]) == SAID["en"]


async def test_a_streamed_conversation_is_continued_by_the_id_that_came_first(paste: Paste, agent_id: str) -> None:
    streamed = await paste(article.STREAM, agent_id=agent_id)
    conversation_id = json.loads(streamed.splitlines()[1].removeprefix("data: "))["conversation_id"]

    continued = answer(await paste(article.CONTINUE, conv_id=conversation_id))

    assert [message["content"] for message in continued["outputs"]] == [SAID["fr"]]
