"""Agent objects over bare HTTP: what is shown is more than what was sent."""

from __future__ import annotations

from collections.abc import Callable

import httpx2

from tests.playground.agents_api.talk import MODEL, Json


async def test_an_agent_is_shown_with_the_defaults_that_nobody_set(
    http: httpx2.AsyncClient, tool: Callable[..., Json]
) -> None:
    """Whoever compares what is there with what it sent finds a difference that is none."""
    sent = {"model": MODEL, "name": "one", "tools": [tool("f", "a")], "completion_args": {"temperature": 0.2}}
    shown = (await http.post("/v1/agents", json=sent)).json()

    assert shown["completion_args"] == {"stop": None, "temperature": 0.2, "tool_choice": "auto"}
    (function,) = [one["function"] for one in shown["tools"]]
    assert (function["name"], function["description"], function["strict"]) == ("f", "", False)
    assert {name for name, value in shown.items() if value is None} == {
        "description",
        "instructions",
        "guardrails",
        "handoffs",
        "metadata",
        "version_message",
        "owner_id",
    }
