"""Who may have a server's tools called where, narrower than the agent's own access: the entry's `rules`, `internal`.

Rules: no I/O. Each rule whose patterns match a tool must allow the person; what no rule names is everybody's whom the
agent is for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from pydantic import Field

from bot.catalog.access import Access
from bot.catalog.agent_form import AccessForm
from bot.catalog.toolset import matches
from bot.slack.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRule:
    """`tools` are patterns of the server's own names."""

    tools: tuple[str, ...]
    access: Access


class ToolRuleForm(AccessForm):
    tools: list[str] = Field(min_length=1)

    @property
    def rule(self) -> ToolRule:
        return ToolRule(
            tools=tuple(self.tools),
            access=Access(
                users=frozenset(self.users),
                groups=frozenset(self.groups),
                channels=frozenset(self.channels),
                guests=self.guests,
                other_organisations=self.other_organisations,
            ),
        )


def broken(
    rules: Iterable[ToolRule], tool: str, person: Person, channel: str, groups: Collection[str]
) -> ToolRule | None:
    """The first rule that keeps `tool` from `person`, a member of `groups`, in `channel`."""
    for rule in rules:
        if matches(tool, rule.tools) and not rule.access.allows(person, channel, groups=groups):
            return rule
    return None


def named_groups(rules: Iterable[ToolRule], tool: str) -> frozenset[str]:
    """The user groups whose members have to be known for `tool`."""
    return frozenset().union(*(rule.access.groups for rule in rules if matches(tool, rule.tools)))


def who_may(access: Access) -> str:
    """`members of the user group S1, in the channel C1`: whom the rule lets, by Slack's ids."""
    people = [f"<@{user}>" for user in sorted(access.users)]
    people += [f"members of the user group {group}" for group in sorted(access.groups)]
    who = " and ".join(people) or "members of this workspace"
    others = [
        name
        for name, let in (("guests", access.guests), ("people of other organisations", access.other_organisations))
        if let
    ]
    who += f" ({' and '.join(others)} among them)" if others else " (no guests, nobody of another organisation)"
    return (
        f"{who}, in {' or '.join(f'<#{channel}>' for channel in sorted(access.channels))}" if access.channels else who
    )
