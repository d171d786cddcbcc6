"""Who may have which tool called where, bare."""

from __future__ import annotations

import re

import pytest

from bot.catalog.access import Access
from bot.catalog.tool_rules import ToolRule, broken, named_groups, read, said_of, who_may
from bot.slack.models import Person

ADA = Person(id="U0ADA", team="T1", name="Ada")
GUEST = Person(id="U0GUEST", team="T1", name="Gus", is_guest=True)
STRANGER = Person(id="U0FAR", team="T2", name="Fay", is_stranger=True)
DELETE = ToolRule(tools=("delete_*",), access=Access(groups=frozenset({"S1"})))
HERE = ToolRule(tools=("*",), access=Access(channels=frozenset({"C1"}), guests=True))


@pytest.mark.parametrize(
    ("rules", "tool", "person", "channel", "groups", "keeps"),
    [
        ((), "delete_all", ADA, "C1", (), None),
        ((DELETE,), "list", ADA, "C1", (), None),
        ((DELETE,), "delete_all", ADA, "C1", (), DELETE),
        ((DELETE,), "delete_all", ADA, "C1", ("S1",), None),
        ((DELETE,), "delete_all", GUEST, "C1", ("S1",), DELETE),
        ((HERE,), "list", GUEST, "C1", (), None),
        ((HERE,), "list", STRANGER, "C1", (), HERE),
        ((HERE,), "list", ADA, "C2", (), HERE),
        ((HERE, DELETE), "delete_all", ADA, "C1", (), DELETE),
        ((DELETE, HERE), "delete_all", ADA, "C2", ("S1",), HERE),
    ],
)
def test_each_rule_that_speaks_of_a_tool_must_let_the_person(
    rules: tuple[ToolRule, ...],
    tool: str,
    person: Person,
    channel: str,
    groups: tuple[str, ...],
    keeps: ToolRule | None,
) -> None:
    assert broken(said_of(tool, rules), person, channel, groups) is (keeps.access if keeps else None)


def test_only_groups_that_matter_for_a_tool_are_looked_up() -> None:
    assert named_groups(said_of("delete_all", (DELETE, HERE))) == {"S1"}
    assert named_groups(said_of("list", (DELETE, HERE))) == frozenset()


def test_a_function_says_its_access_as_an_agents_file_does() -> None:
    assert read({"groups": ["S0ONE"], "channels": ["C0ONE"], "guests": True}) == Access(
        groups=frozenset({"S0ONE"}), channels=frozenset({"C0ONE"}), guests=True
    )


@pytest.mark.parametrize(
    ("written", "wrong"),
    [
        ({}, 'access: should be "everyone", or say who'),
        ({"groups": []}, "access.groups: is empty"),
        ({"groups": ["support"]}, 'access.groups[0]: "support" is no id of a user group'),
        ({"group": ["S0ONE"]}, 'access.group: this version does not know the field "group"'),
    ],
)
def test_what_is_wrong_with_it_is_a_sentence(written: dict[str, object], wrong: str) -> None:
    with pytest.raises(ValueError, match=re.escape(wrong)):
        read(written)


@pytest.mark.parametrize(
    ("access", "who"),
    [
        (Access(), "members of this workspace (no guests, nobody of another organisation)"),
        (Access(guests=True), "members of this workspace (guests among them)"),
        (
            Access(users=frozenset({"U1"}), groups=frozenset({"S1"}), channels=frozenset({"C1", "C2"})),
            "<@U1> and members of the user group S1 (no guests, nobody of another organisation), in <#C1> or <#C2>",
        ),
    ],
)
def test_whoever_is_refused_reads_who_may(access: Access, who: str) -> None:
    assert who_may(access) == who
