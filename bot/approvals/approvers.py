"""Who may decide about a call. A rule: no I/O.

Fails closed: where an agent's file and a server's entry both name approvers, a person has to be meant by both; guests,
people of other organisations and bots decide nothing, unless they are named or the call acts for them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.slack.mentions import is_group
from bot.slack.models import Person

ASKER, OTHERS = "asker", "others"  # the person a call acts for; anyone else in the workspace
WORDS = frozenset({ASKER, OTHERS})


@dataclass(frozen=True, slots=True)
class Approvers:
    """`lists` are those of the agent's file and of the server's entry, where they name any; else the asker decides.

    An item is `asker`, `others`, or the id of a person or of a user group.
    """

    lists: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, *named: Sequence[str]) -> Approvers:
        return cls(tuple(tuple(names) for names in named if names) or ((ASKER,),))

    @property
    def groups(self) -> tuple[str, ...]:
        """The user groups whose members have to be known before `allow` can be asked."""
        return tuple(dict.fromkeys(name for names in self.lists for name in names if is_group(name)))

    @property
    def called(self) -> tuple[str, ...]:
        """The people and groups that are named, to be told that they are asked."""
        return tuple(dict.fromkeys(name for names in self.lists for name in names if name not in WORDS))

    def allow(self, person: Person, *, asker: str, groups: Collection[str] = ()) -> bool:
        """Whether `person`, a member of `groups`, may decide about a call that acts for `asker`."""
        return all(self._among(names, person, asker, groups) for names in self.lists)

    def may_include(self, asker: str) -> bool:
        """Whether `asker` may be one of them, as far as can be said without asking for groups."""
        return all(ASKER in names or asker in names or any(map(is_group, names)) for names in self.lists)

    def _among(self, names: Sequence[str], person: Person, asker: str, groups: Collection[str]) -> bool:
        if person.id in names or not set(groups).isdisjoint(names):
            return True
        if person.id == asker:
            return ASKER in names
        member = not (person.is_guest or person.is_stranger or person.is_bot or person.deleted)
        return OTHERS in names and member
