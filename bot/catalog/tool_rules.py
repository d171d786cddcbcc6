"""Who may have a tool called where, narrower than the agent's own access: an entry's `rules`, a function's `access`.

Rules: no I/O. Each access that is said of a tool must allow the person; a tool of which none is said is for everybody
whom the agent is for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from bot.catalog.access import Access
from bot.catalog.agent_form import AccessForm
from bot.catalog.forms import check
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
        return ToolRule(tools=tuple(self.tools), access=self.access)


def read(written: Mapping[str, object]) -> Access:
    """A function's `access`, as its file has it; `ValueError` says what is wrong."""
    form = check(AccessForm, written, file=Path(), lines={}, at=("access",))
    if isinstance(form, AccessForm):
        return form.access
    raise ValueError(f"{form[0].field}: {form[0].message}")


def said_of(tool: str, rules: Iterable[ToolRule]) -> tuple[Access, ...]:
    """What these rules say of `tool`."""
    return tuple(rule.access for rule in rules if matches(tool, rule.tools))


def broken(accesses: Iterable[Access], person: Person, channel: str, groups: Collection[str]) -> Access | None:
    """The first that keeps a tool from `person`, a member of `groups`, in `channel`."""
    return next((access for access in accesses if not access.allows(person, channel, groups=groups)), None)


def named_groups(accesses: Iterable[Access]) -> frozenset[str]:
    """The user groups whose members have to be known."""
    return frozenset().union(*(access.groups for access in accesses))


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
