"""Who may have which tool called where, bare."""

from __future__ import annotations

import pytest

from bot.catalog.access import Access
from bot.catalog.tool_rules import ToolRule, broken, named_groups, who_may
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
    assert broken(rules, tool, person, channel, groups) is keeps


def test_only_groups_that_matter_for_a_tool_are_looked_up() -> None:
    assert named_groups((DELETE, HERE), "delete_all") == {"S1"}
    assert named_groups((DELETE, HERE), "list") == frozenset()


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
