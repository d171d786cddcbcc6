"""Changes of who answers in a thread, and of whom its agent may hand on to: `agent NAME`, `add NAME`, `remove NAME`.

"add milk" looks like one and is a message: it counts as a change only where the name is an agent's that this person may
use, or nearly so; "agent who sold it" only where it is a name that is shown. What was added and removed stands in the
thread record; handoffs read it where they are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.picking import answers
from bot.picking.choices import Choice
from bot.slack import wire
from bot.texts import Words
from bot.threads.models import Mail, MailKind, ThreadKey
from workers import admission
from workers.handoffs.rules import Guests, reachable
from workers.services import Services

NEARLY = 0.75  # difflib's measure: a letter more, less or swapped in a word


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in the thread, and the fields of its record that change with it."""

    key: str
    values: dict[str, str] = field(default_factory=dict)
    record: dict[str, str] = field(default_factory=dict)


async def read(services: Services, thread: ThreadKey, mail: Sequence[Mail]) -> list[Mail]:
    """`mail`, with what only looks like a change of the roster as the message that it is."""
    return [
        replace(item, kind=MailKind.MESSAGE, about={}) if await _only_looks_so(services, thread, item) else item
        for item in mail
    ]


async def _only_looks_so(services: Services, thread: ThreadKey, mail: Mail) -> bool:
    name = mail.about.get("name", "")
    if mail.kind is MailKind.ROSTER:
        return not _near(await choice_of(services, thread, mail), name)
    if mail.kind is MailKind.SWITCH and name and not wire.is_typed_name(name):
        return (await choice_of(services, thread, mail)).usable.named(name) is None
    return False


async def choice_of(services: Services, thread: ThreadKey, mail: Mail) -> Choice:
    return await services.choices.of(thread.team, thread.channel, mail.principal)


def _near(choice: Choice, name: str) -> list[str]:
    return choice.usable.close(name, cutoff=NEARLY)


def changed(choice: Choice, words: Words, mail: Mail, record: Mapping[str, str]) -> Line:
    """What `mail`, a change of the roster, makes of the thread's `record`."""
    if choice.person is None:  # by now: Slack has stopped telling
        return Line("agent.person_unknown")
    name, adds = mail.about["name"], mail.about["verb"] == "add"
    agent = choice.usable.named(name)
    if agent is None:
        refusal = admission.unknown(choice, words, name, near=_near(choice, name))
        return Line(refusal.key, refusal.values)
    added, removed = _names(record, "added"), _names(record, "removed")
    into, out_of = (added, removed) if adds else (removed, added)
    if agent.name in into:
        return Line("agent.added_already" if adds else "agent.removed_already", {"agent": answers.called(agent)})
    if not adds and not _takes_part(choice, agent, record):
        return Line("agent.removed_never", {"agent": answers.called(agent)})
    into.append(agent.name)
    if agent.name in out_of:
        out_of.remove(agent.name)
    said = {"agent": answers.called(agent), "person": answers.shown_name(choice.person)}
    record = {"added": _joined(added), "removed": _joined(removed)}
    return Line("agent.added" if adds else "agent.removed", said, record)


def switched(choice: Choice, words: Words, mail: Mail, record: Mapping[str, str]) -> Line:
    """What `agent NAME` makes of the thread; `agent` alone only asks who answers."""
    if choice.person is None:
        return Line("agent.person_unknown")
    if name := mail.about["name"]:
        agent = choice.usable.named(name)
        if agent is None:
            refusal = admission.unknown(choice, words, name)
            return Line(refusal.key, refusal.values)
        return Line("agent.switched", {"agent": answers.called(agent)}, {"agent": agent.name})
    try:
        agent = choice.answering(record.get("agent"))
    except NoDefaultAgent:
        return Line("agent.answers_nobody")
    if not choice.may_use(agent):
        return Line("agent.answers_closed")
    return Line("agent.answers", {"agent": answers.called(agent), "name": agent.name})


def _takes_part(choice: Choice, agent: Agent, record: Mapping[str, str]) -> bool:
    """Whether this thread's conversation may come to `agent`; where nobody answers yet, it might."""
    try:
        first = choice.answering(record.get("agent"))
    except NoDefaultAgent:
        return True
    known = reachable(choice.everything.agents, first.name, Guests.of(record))
    return agent.name in known or agent.name in record.get("added", "").split()


def _names(record: Mapping[str, str], field_name: str) -> list[str]:
    return record.get(field_name, "").split()


def _joined(names: Iterable[str]) -> str:
    return " ".join(names)
