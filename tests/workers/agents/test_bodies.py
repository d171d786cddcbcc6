"""What Mistral should hold of an agent: the body from its file, the lock and the libraries; what differs, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalog.connectors import Connector
from bot.catalog.servers import Server
from tests.workers.agents.conftest import a_tool, an_agent
from workers.agents.bodies import body_of, connectors_of, content_hash
from workers.agents.client import Stored
from workers.agents.differences import differences, same
from workers.agents.plan import targets_first
from workers.agents.wanted import Sources, Wanted, libraries, missing, objects, specs_for, wanted

TIME = Server(name="time", transport="stdio", include=("*",))


def sources(*agents: Any, **more: Any) -> Sources:
    return Sources(agents={agent.name: agent for agent in agents}, **more)


def test_a_body_holds_what_is_said_and_nothing_that_is_empty() -> None:
    agent = an_agent("clerk", "back", description="", completion_args={"temperature": 0.0})
    assert body_of(agent, [a_tool("time__now")], {}, ["ag_1"]) == {
        "model": "mistral-medium-latest",
        "name": "clerk",
        "instructions": "You are clerk.",
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "time__now",
                    "description": "Does now.",
                    "parameters": {"type": "object", "properties": {}},
                    "strict": False,
                },
            }
        ],
        "completion_args": {"temperature": 0.0},
        "handoffs": ["ag_1"],
    }


@pytest.mark.parametrize(
    ("connector", "wire"),
    [
        (Connector(type="web_search"), {"type": "web_search"}),
        (
            Connector(type="web_search_premium", include=("news_search",)),
            {"type": "web_search_premium", "tool_configuration": {"include": ["news_search"]}},
        ),
        (
            Connector(type="document_library", libraries=("Handbook", "Menu")),
            {"type": "document_library", "library_ids": ["lib-1", "lib-2"]},
        ),
        (
            Connector(
                type="connector",
                connector_id="gmail",
                exclude=("gmail_send",),
                requires_confirmation=("gmail_search",),
                authorization={"type": "api-key", "value": "secret"},
            ),
            {
                "type": "connector",
                "connector_id": "gmail",
                "authorization": {"type": "api-key", "value": "secret"},
                "tool_configuration": {"exclude": ["gmail_send"], "requires_confirmation": ["gmail_search"]},
            },
        ),
    ],
)
def test_a_connector_in_the_wires_shape(connector: Connector, wire: dict[str, Any]) -> None:
    agent = an_agent("clerk", connectors=(connector,))
    assert connectors_of(agent, {"Handbook": "lib-1", "Menu": "lib-2"}) == (wire,)


def test_the_hash_covers_everything_that_counts_and_no_order_of_keys() -> None:
    base = an_agent("clerk", completion_args={"temperature": 0.1, "top_p": 0.5})
    same_again = replace(base, completion_args={"top_p": 0.5, "temperature": 0.1}, prompts=(), icon=":wave:")
    first = content_hash(body_of(base, [], {}, []))
    assert content_hash(body_of(same_again, [], {}, [])) == first
    others = [
        body_of(replace(base, **change), [], {}, [])
        for change in (
            {"name": "other"},
            {"model": "mistral-large-latest"},
            {"description": "x"},
            {"instructions": "x"},
            {"completion_args": {"temperature": 0.1}},
            {"guardrails": ({"block_on_error": True},)},
            {"connectors": (Connector(type="web_search"),)},
        )
    ]
    others += [body_of(base, [a_tool("time__now")], {}, []), body_of(base, [], {}, ["ag_1"])]
    assert len({first, *map(content_hash, others)}) == len(others) + 1


def test_objects_are_agents_with_handoffs_or_that_ask_for_it_and_all_they_lead_to() -> None:
    agents = [
        an_agent("plain", wants_object=False),
        an_agent("front", "middle", wants_object=False),
        an_agent("middle", "back", wants_object=False),
        an_agent("back", wants_object=False),
        an_agent("asks"),
    ]
    named = [agent.name for agent in objects({agent.name: agent for agent in agents})]
    assert named == ["front", "middle", "back", "asks"]


def test_targets_come_first_and_circles_are_cut_once() -> None:
    def order(*edges: tuple[str, ...]) -> list[str]:
        agents = [an_agent(name, *targets) for name, *targets in edges]
        return [one.name for one in targets_first([Wanted(agent=one, specs=(), library_ids={}) for one in agents])]

    assert order(("a", "b", "c"), ("b", "c"), ("c",)) == ["c", "b", "a"]
    assert order(("a", "b"), ("b", "a"), ("c", "a", "nobody")) == ["b", "a", "c"]


# ---- what is missing ------------------------------------------------------------------------------------------------


def test_tools_come_from_the_lock_within_what_server_and_agent_leave() -> None:
    server = Server(name="time", transport="stdio", exclude=("set_*",))
    agent = an_agent("clerk", tools=("time", "days_until"))
    here = sources(
        agent,
        servers={"time": server},
        locked={"time": tuple(map(a_tool, ("time__now", "time__set_clock")))},
        functions={name: a_tool(name) for name in ("days_until", "other")},
    )
    assert [spec.name for spec in specs_for(agent, here)] == ["days_until", "time__now"]
    assert missing(agent, here) == []


@pytest.mark.parametrize(
    ("tools", "locked", "says"),
    [
        (("time",), {}, 'the tools of the server "time" are not locked yet; run `threadwind tools lock time`'),
        (("time__*",), {}, 'the tools of the server "time" are not locked yet; run `threadwind tools lock time`'),
        (("time__later",), {"time": (a_tool("time__now"),)}, '"time__later" is not among the locked tools'),
        (("time__l*",), {"time": (a_tool("time__now"),)}, None),
    ],
)
def test_a_tool_that_is_not_locked_is_a_problem(tools: tuple[str, ...], locked: Any, says: str | None) -> None:
    agent = an_agent("clerk", tools=tools)
    problems = missing(agent, sources(agent, servers={"time": TIME}, locked=locked))
    assert [problem.field for problem in problems] == ["tools"] * bool(says)
    assert says is None or says in problems[0].message


def test_too_many_tools_and_a_missing_library_take_only_their_own_agent_out() -> None:
    many = tuple(a_tool(f"time__t{number}") for number in range(129))
    crowded = an_agent("crowded", tools=("time",))
    reader = an_agent("reader", connectors=(Connector(type="document_library", libraries=("Handbook",)),))
    found, problems = wanted(
        sources(
            crowded,
            reader,
            an_agent("fine"),
            servers={"time": TIME},
            locked={"time": many},
            library_problems={"Handbook": 'there is no library "Handbook"'},
        )
    )
    assert [one.name for one in found] == ["fine"]
    assert [problem.file for problem in problems] == [Path("agents/crowded.md"), Path("agents/reader.md")]
    assert "it would be given 129 tools" in problems[0].message
    assert libraries([crowded, reader, reader]) == ["Handbook"]


# ---- what differs ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mine", "theirs", "alike"),
    [
        (None, [], True),
        ("text", "text\n", True),
        ({"temperature": 0.3}, {"temperature": 0.3, "tool_choice": "auto", "stop": None}, True),
        ({"temperature": 0.3}, {"temperature": 0.3, "top_p": 0.9}, False),
        ({"temperature": 0.3}, {"temperature": 0}, False),
        ({"max_tokens": 0}, {}, False),
        (None, {"temperature": 0.3}, False),
        ([{"type": "web_search"}], [{"type": "web_search", "tool_configuration": None}], True),
        ([{"type": "web_search"}], [{"type": "web_search"}, {"type": "code_interpreter"}], False),
        ([{"block_on_error": False}], [{"block_on_error": True}], False),
        ("1", ["1"], False),
    ],
)
def test_what_is_shown_may_say_more_where_that_is_a_default(mine: Any, theirs: Any, alike: bool) -> None:
    assert same(mine, theirs) is alike


def test_differences_read_well_and_show_no_secret() -> None:
    connector = Connector(type="connector", connector_id="gmail", authorization={"type": "api-key", "value": "hush"})
    agent = an_agent(
        "clerk",
        instructions="One.\nTwo.\nThree.\nFour.",
        completion_args={"temperature": 0.5},
        connectors=(connector,),
        guardrails=({"block_on_error": True},),
    )
    body = body_of(agent, [a_tool("time__now", description="Newer.")], {}, ["ag_back"])
    older = a_tool("time__now")
    shown = body_of(agent, [older, a_tool("time__gone")], {}, [])["tools"]
    stored = Stored(
        id="ag_1",
        name="clerk",
        version=3,
        model="mistral-small-latest",
        description=agent.description,
        instructions="One.\nTwo.\nFour.",
        tools=(*shown[:2], {"type": "connector", "connector_id": "gmail"}),
        completion_args={"temperature": 0.5, "top_p": 0.1, "tool_choice": "auto"},
        handoffs=("ag_old", "ag_back"),
    )
    names = {"ag_back": "back", "ag_old": "old"}
    told = {change.field: change.lines for change in differences(body, stored, name=lambda id_: names[id_])}
    assert told == {
        "model": ("- mistral-small-latest", "+ mistral-medium-latest"),
        "instructions": ("  Two.", "+ Three.", "  Four."),
        "tools": ("~ time__now: description", "- time__gone", "~ connector gmail: authorization"),
        "completion_args": ("- top_p: 0.1",),
        "guardrails": ('+ [{"block_on_error": true}]',),
        "handoffs": ("- old",),
    }
    assert "hush" not in str(told)
