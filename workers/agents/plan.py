"""What a push has to do: the objects that the files want beside those that exist, as a list of steps. Rules.

An object is found by our marks (`ownership.py`), or adopted by its id, never by its name. What the last push wrote and
nobody touched since is not compared: the hash says that it is right, whatever the API makes of it when it shows it.
Of two objects for one agent, which two pushes at once can leave, the oldest stays: every push decides the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from workers.agents import ownership
from workers.agents.bodies import Body, content_hash
from workers.agents.client import Stored
from workers.agents.differences import Change, differences, everything, whole
from workers.agents.wanted import Wanted

MESSAGE_LIMIT = 500  # characters of `version_message`
FIRST_VERSION = 0


class Kind(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    ADOPT = "adopt"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"  # of another push that ran at the same time; deleted
    ORPHANED = "orphaned"  # no file wants it any more; left alone


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`send` is the body of an update; `by_hand`: somebody else wrote the version that it replaces."""

    kind: Kind
    name: str
    agent_id: str | None = None
    version: int | None = None
    changes: tuple[Change, ...] = ()
    send: Mapping[str, Any] | None = None
    by_hand: bool = False
    note: str = ""

    @property
    def writes(self) -> bool:
        return self.kind not in (Kind.UNCHANGED, Kind.ORPHANED)


@dataclass(frozen=True, slots=True)
class Plan:
    """`refusals` are sentences about what must not be done; while there are any, nothing is."""

    steps: tuple[Step, ...]
    refusals: tuple[str, ...] = ()

    def of(self, *kinds: Kind) -> list[Step]:
        return [step for step in self.steps if step.kind in kinds]

    @property
    def is_done(self) -> bool:
        return not any(step.writes for step in self.steps)


def plan(
    wanted: Sequence[Wanted], stored: Iterable[Stored], *, deployment: str, adoptions: Mapping[str, str] | None = None
) -> Plan:
    """Steps in the order in which they are done. `adoptions`: agent → id, beside those that the files name.

    Where an object is to be created, handoffs to it cannot be told yet: those of the plan are for the eye, and its
    updates hold nothing to send. Done with the creations, plan again.
    """
    there = list(stored)
    return _Planning(wanted, there, deployment, {**_from_files(wanted), **(adoptions or {})}).plan()


def _from_files(wanted: Iterable[Wanted]) -> dict[str, str]:
    return {one.name: one.agent.agent_id for one in wanted if one.agent.agent_id}


class _Planning:
    def __init__(
        self, wanted: Sequence[Wanted], stored: list[Stored], deployment: str, adoptions: Mapping[str, str]
    ) -> None:
        self.wanted, self.stored, self.deployment, self.adoptions = wanted, stored, deployment, adoptions
        self.by_id = {one.id: one for one in stored}
        self.owned = ownership.owned(stored, deployment)
        self.refusals: list[str] = []
        self.complete = False  # whether every handoff can be told

    def plan(self) -> Plan:
        names = {one.name for one in self.wanted}
        self.refusals += [
            f"{name} is not an agent that runs as an object, so it can adopt none."
            for name in self.adoptions
            if name not in names
        ]
        if len(set(self.adoptions.values())) < len(self.adoptions):
            self.refusals.append("Two agents cannot be one object: the same id is adopted twice.")
        chosen = {one.name: found for one in self.wanted if (found := self._chosen(one))}
        taken = {one.id for one in chosen.values()}
        # An object that is still to be made goes by the agent's name.
        ids = {one.name: chosen[one.name].id if one.name in chosen else one.name for one in self.wanted}
        self.complete = len(chosen) == len(ids)
        steps = [self._step(one, chosen.get(one.name), ids) for one in targets_first(self.wanted)]
        for name, objects in self.owned.items():
            for other in objects:
                if other.id not in taken:
                    kind = Kind.DUPLICATE if name in names else Kind.ORPHANED
                    steps.append(Step(kind=kind, name=name, agent_id=other.id, version=other.version))
        return Plan(tuple(steps), tuple(self.refusals))

    def _chosen(self, one: Wanted) -> Stored | None:
        """The object that is the agent's; None: there is none yet, or it must not be had (see `refusals`)."""
        ours = self.owned.get(one.name, [])
        adopted = self.adoptions.get(one.name)
        if adopted is None:
            return ours[0] if ours else None
        found = self.by_id.get(adopted)
        if found is None:
            self.refusals.append(f"{one.name}: there is no agent {adopted} at Mistral that this key may see.")
            return None
        whose, name = ownership.owner(found), ownership.name_in(found)
        if whose not in (None, self.deployment):
            self.refusals.append(
                f'{one.name}: {adopted} belongs to the deployment "{whose}"; this one is '
                f'"{self.deployment}" (DEPLOYMENT).'
            )
            return None
        if whose and name != one.name and any(other.name == name for other in self.wanted):
            self.refusals.append(
                f"{one.name}: {adopted} is the object of the agent {name}, which has a file of its own."
            )
            return None
        others = [other.id for other in ours if other.id != adopted]
        if others and (not whose or name != one.name):
            self.refusals.append(
                f"{one.name}: it is {others[0]} already; `threadwind agents retire {one.name} --force` first, "
                f"then adopt {adopted}."
            )
            return None
        return found

    def _step(self, one: Wanted, found: Stored | None, ids: Mapping[str, str]) -> Step:
        body = one.body(ids)
        names = {agent_id: name for name, agent_id in ids.items()}

        def name_of(agent_id: str) -> str:
            return names.get(agent_id, agent_id)

        if found is None:
            return Step(kind=Kind.CREATE, name=one.name, changes=whole(body, name=name_of), note=self._note(one))
        wanted_hash = content_hash(body)
        adopts = ownership.owner(found) is None or ownership.name_in(found) != one.name
        changes = differences(body, found, name=name_of)
        if not adopts and ownership.hash_in(found) == wanted_hash:
            if ownership.is_as_written(found) or not changes:
                return Step(kind=Kind.UNCHANGED, name=one.name, agent_id=found.id, version=found.version)
        elif not changes and not adopts:
            changes = everything(body)
        return Step(
            kind=Kind.ADOPT if adopts else Kind.UPDATE,
            name=one.name,
            agent_id=found.id,
            version=found.version,
            changes=changes,
            send=self._update(one, found, wanted_hash, changes) if self.complete else None,
            by_hand=not adopts and not ownership.is_as_written(found),
        )

    def _note(self, one: Wanted) -> str:
        """For an operator who expects an agent that exists to be taken."""
        alike = [other.id for other in self.stored if other.name == one.name and ownership.owner(other) is None]
        if not alike:
            return ""
        return (
            f"Mistral has an agent of this name that is nobody's; --adopt {one.name}={alike[0]} takes it over instead."
        )

    def _update(self, one: Wanted, found: Stored, wanted_hash: str, changes: Sequence[Change]) -> dict[str, Any]:
        marks = ownership.marks(self.deployment, one.name, wanted_hash, found.newest + 1, beside=found.metadata)
        fields = {change.field: change.value for change in changes}
        return {**fields, "metadata": marks, "version_message": _message(", ".join(fields) or "adopted")}


def creation(one: Wanted, body: Body, deployment: str) -> dict[str, Any]:
    """What makes the object, with our marks: whoever dies before the answer finds it again."""
    marks = ownership.marks(deployment, one.name, content_hash(body), FIRST_VERSION, beside={})
    return {**body, "metadata": marks, "version_message": _message("created")}


def targets_first(wanted: Sequence[Wanted]) -> list[Wanted]:
    """Whom others hand over to comes first, so that most objects are made in one go; circles are cut somewhere."""
    by_name = {one.name: one for one in wanted}
    order: dict[str, Wanted] = {}
    begun: set[str] = set()
    for first in wanted:
        path = [first.name]
        while path:
            name = path[-1]
            begun.add(name)
            following = next((to for to in by_name[name].handoffs if to in by_name and to not in begun), None)
            if following is not None:
                path.append(following)
            else:
                order.setdefault(path.pop(), by_name[name])
    return list(order.values())


def _message(what: str) -> str:
    return f"threadwind: {what}"[:MESSAGE_LIMIT]
