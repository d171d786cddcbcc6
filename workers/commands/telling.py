"""How agent objects and what a push does are told to an operator. Rules, no I/O."""

from __future__ import annotations

from collections.abc import Iterable

from workers.agents import ownership
from workers.agents.client import Stored
from workers.agents.plan import Kind, Plan, Step
from workers.commands.terminal import plain

WILL = {Kind.CREATE: "new", Kind.UPDATE: "update", Kind.ADOPT: "adopt", Kind.DUPLICATE: "delete"}
DID = {Kind.CREATE: "created", Kind.UPDATE: "updated", Kind.ADOPT: "adopted", Kind.DUPLICATE: "deleted"}
SENTENCE = 400  # characters; more than any of ours
BY_HAND = "it was changed by hand at Mistral since the last push; the file wins"
TWICE = "two pushes at once made it twice; the older one stays"


def difference(found: Plan, deployment: str) -> list[str]:
    """What a push would do, field by field."""
    lines: list[str] = []
    for step in found.steps:
        if step.writes:
            lines += [*_heading(step), *_changes(step)]
    if not lines:
        count = len(found.of(Kind.UNCHANGED))
        are = "There is no agent object to push" if not count else f"{_objects(count)} as the files say"
        lines = [f"{are} (deployment {deployment})."]
    return [*lines, *orphans(found)]


def done(step: Step) -> str:
    """One step, once it is done."""
    line = f"{DID[step.kind]} {step.name}: {step.agent_id}"
    return line if step.kind is Kind.DUPLICATE else f"{line}, version {step.version}"


def total(steps: Iterable[Step], last: Plan) -> str:
    """The whole of a push in one line. An object that was made and then completed counts once."""
    first: dict[str | None, Kind] = {}
    for step in steps:
        first.setdefault(step.agent_id, step.kind)
    counts = [(word, sum(1 for kind in first.values() if kind is each)) for each, word in DID.items()]
    unchanged = sum(1 for step in last.of(Kind.UNCHANGED) if step.agent_id not in first)
    said = [f"{count} {word}" for word, count in (*counts, ("unchanged", unchanged)) if count]
    return f"{', '.join(said)}."


def orphans(found: Plan) -> list[str]:
    return [
        f"{plain(step.name)} ({step.agent_id}) is kept though no file wants it; "
        f"`threadwind agents retire {plain(step.name)}` deletes it."
        for step in found.of(Kind.ORPHANED)
    ]


def state(step: Step) -> str:
    """How an object stands to its file, in a few words."""
    match step.kind:
        case Kind.UNCHANGED:
            return "current"
        case Kind.CREATE:
            return "not pushed"
        case Kind.ORPHANED:
            return "no file wants it"
        case Kind.DUPLICATE:
            return "a second one; a push deletes it"
        case Kind.ADOPT:
            return "to be adopted"
        case _:
            fields = ", ".join(change.field for change in step.changes)
            return f"{'changed by hand' if step.by_hand else 'differs'}: {fields}"


def others(stored: Iterable[Stored], deployment: str) -> list[str]:
    """Objects of the same key that belong to other deployments, counted."""
    counts: dict[str, int] = {}
    for one in stored:
        if (whose := ownership.owner(one)) not in (None, deployment):
            counts[str(whose)] = counts.get(str(whose), 0) + 1
    return [f"{count} more of the deployment {plain(name)}." for name, count in sorted(counts.items())]


def _heading(step: Step) -> list[str]:
    where = f" ({step.agent_id}, version {step.version})" if step.agent_id else ""
    note = BY_HAND if step.by_hand else TWICE if step.kind is Kind.DUPLICATE else step.note
    return [f"{WILL[step.kind]} {step.name}{where}", *([f"  {plain(note, longest=SENTENCE)}"] if note else [])]


def _changes(step: Step) -> list[str]:
    if step.kind is Kind.CREATE:
        return [plain(f"  {change.field}: {' '.join(change.lines)}") for change in step.changes]
    lines: list[str] = []
    for change in step.changes:
        lines += [f"  {change.field}:", *(f"    {plain(line)}" for line in change.lines)]
    return lines


def _objects(count: int) -> str:
    return "1 agent object is" if count == 1 else f"{count} agent objects are"
