"""Who may use an agent. A rule: no I/O.

Everyone means the members of this workspace. Guests, and people of other organisations (Slack Connect), are let in only
where the agent's file says so, whatever else it says: `users`, `groups` and `channels` narrow who is meant, they never
widen it to them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bot.slack.models import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """`users` and `groups` (Slack ids) name people, `channels` places; what is empty does not narrow.

    A person named by either list may use the agent; in a channel that is not among `channels` nobody may.
    """

    users: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    guests: bool = False
    other_organisations: bool = False

    @property
    def names_groups(self) -> bool:
        """Whether membership of user groups has to be looked up before `allows` can be asked."""
        return bool(self.groups)

    def allows(self, person: Person, channel: str, *, groups: Collection[str] = ()) -> bool:
        """Whether `person`, a member of `groups`, may use the agent in `channel`."""
        if person.is_guest and not self.guests:
            return False
        if person.is_stranger and not self.other_organisations:
            return False
        if self.channels and channel not in self.channels:
            return False
        if not self.users and not self.groups:
            return True
        return person.id in self.users or not self.groups.isdisjoint(groups)
