"""Who may hand over to whom in a thread, in tables."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.catalog.agents import Agent, HandoffPolicy
from bot.catalog.catalog import Catalog
from bot.slack.voices import APP, Voice
from workers.handoffs import person
from workers.handoffs.opening import runs_as_object
from workers.handoffs.rules import (
    Guests,
    Hop,
    allows,
    execution_of,
    handoffs_of,
    is_back,
    is_like_a_handoff,
    reachable,
    voice_for,
)

NOBODY = Guests()


def agent(name: str, *handoffs: str) -> Agent:
    return Agent(name=name, description="", model="m", instructions="i", source=Path("x"), handoffs=handoffs)


@pytest.mark.parametrize(
    ("record", "guests"),
    [
        ({}, NOBODY),
        ({"added": "", "removed": ""}, NOBODY),
        ({"added": "a b a"}, Guests(added=("a", "b"))),
        ({"added": "a b", "removed": "b c"}, Guests(added=("a",), removed=frozenset("bc"))),
    ],
)
def test_the_record_tells_who_was_added_and_removed_and_removed_wins(record: dict[str, str], guests: Guests) -> None:
    assert Guests.of(record) == guests


@pytest.mark.parametrize(
    ("guests", "expected"),
    [
        (NOBODY, ("b", "c")),
        (Guests(added=("d", "b")), ("b", "c", "d")),
        (Guests(removed=frozenset("b")), ("c",)),
        (Guests(added=("a",)), ("b", "c")),  # nobody hands over to itself
        (Guests(removed=frozenset("bc")), ()),
    ],
)
def test_a_threads_handoffs_are_the_files_without_the_removed_and_with_the_added(
    guests: Guests, expected: tuple[str, ...]
) -> None:
    assert handoffs_of(agent("a", "b", "c"), guests) == expected


@pytest.mark.parametrize(
    ("policy", "guests", "allowed"),
    [
        ({}, NOBODY, True),
        ({"b": "deny"}, NOBODY, False),
        ({"*": "deny"}, NOBODY, False),
        ({"*": "deny", "b": "allow"}, NOBODY, True),
        ({"*": "allow", "b": "deny"}, NOBODY, False),
        ({"c": "deny"}, NOBODY, True),
        ({"*": "deny"}, Guests(added=("b",)), True),
        ({"b": "allow"}, Guests(removed=frozenset("b")), False),
    ],
)
def test_the_files_policy_decides_unless_people_added_or_removed(
    policy: dict[str, HandoffPolicy], guests: Guests, allowed: bool
) -> None:
    assert allows(replace(agent("a", "b"), handoff_policy=policy), "b", guests) is allowed


def test_who_removes_somebody_gets_handoffs_on_our_side() -> None:
    assert execution_of(agent("a", "b"), NOBODY) == "server"
    assert execution_of(agent("a", "b"), Guests(added=("c",))) == "server"
    assert execution_of(agent("a", "b"), Guests(removed=frozenset("b"))) == "client"
    assert execution_of(replace(agent("a", "b"), handoff_execution="client"), NOBODY) == "client"


@pytest.mark.parametrize(
    "name", ["handoff", "handoff_to_billing", "hand_off", "handover", "transfer_to_billing", "agent.handoff"]
)
def test_names_that_stand_for_a_handoff(name: str) -> None:
    assert is_like_a_handoff(name)


@pytest.mark.parametrize("name", ["hand", "time__now", "get_transfers", "bank__transfer", "hand_to_person", ""])
def test_names_that_do_not(name: str) -> None:
    assert not is_like_a_handoff(name)


def test_everybody_reachable_is_found_also_in_circles() -> None:
    agents = {one.name: one for one in (agent("a", "b"), agent("b", "c"), agent("c", "a"), agent("d"))}
    assert reachable(agents, "a", NOBODY) == {"a", "b", "c"}
    assert reachable(agents, "a", Guests(removed=frozenset("c"))) == {"a", "b"}
    assert reachable(agents, "b", Guests(added=("d",))) == {"a", "b", "c", "d"}


def test_an_agent_is_an_object_when_it_may_hand_over_here() -> None:
    assert not runs_as_object(agent("a"), NOBODY)
    assert runs_as_object(agent("a"), Guests(added=("b",)))
    assert runs_as_object(agent("a", "b"), NOBODY)


def test_under_which_name_an_agent_speaks() -> None:
    catalog = Catalog(agents={}, default_name="Assistant")
    named = replace(agent("clerk"), display_name="The clerk", icon=":pen:")
    assert voice_for(named, catalog) == Voice(name="The clerk", icon=":pen:")
    assert voice_for(agent("clerk"), catalog) == Voice(name="clerk")
    assert voice_for(replace(agent("assistant"), display_name="Ariadne"), catalog) == APP
    own = replace(agent("assistant"), display_name="Ariadne", icon=":thread:")
    assert voice_for(own, catalog) == Voice(name="Ariadne", icon=":thread:")


def test_a_circle_is_seen() -> None:
    hops = [Hop(id="1", source="a", target="b", part=0, row="r"), Hop(id="2", source="b", target="c", part=1, row="r")]
    assert [is_back(hops, name) for name in "abcd"] == [True, True, True, False]


@pytest.mark.parametrize("arguments", ["", "{}", "[]", "{not json", '{"reason": ""}', '{"reason": "x", "to": "me"}'])
def test_what_is_no_call_for_a_person_is_told_to_the_model(arguments: str) -> None:
    assert str(person.read(arguments)).startswith("Error: ")


def test_urgency_is_normal_when_nothing_is_said() -> None:
    assert person.read('{"reason": "Lost."}') == person.Wish(reason="Lost.", urgency="normal")
