"""What a change of who answers or takes part makes of a thread: tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.access import Access
from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.picking.choices import Choice
from bot.slack.models import Person
from bot.texts import words_for
from bot.threads.models import Mail, MailKind, ThreadKey
from workers import roster
from workers.admission import Refusal, admitted

ADA = Person(id="U1", team="T1", name="Ada")
WORDS = words_for("en")


def choice(who: Person | None = ADA, *, default: str = "oracle") -> Choice:
    closed = Access(users=frozenset({"U9"}))
    agents = {
        name: Agent(
            name=name,
            description="",
            model="m",
            instructions="x",
            source=Path(f"{name}.md"),
            display_name=name.capitalize(),
            access=closed if name == "finance" else Access(),
        )
        for name in ("oracle", "coder", "finance")
    }
    catalog = Catalog(agents=agents, default_name=default)
    return Choice(person=who, channel_id="C1", everything=catalog, usable=catalog.seen_by(who, "C1"), chosen=None)


def mail(verb: str, name: str) -> Mail:
    kind = MailKind.SWITCH if verb == "switch" else MailKind.ROSTER
    about = {"verb": verb, "name": name}
    thread = ThreadKey("T1", "C1", "1.0")
    return Mail(id="m", kind=kind, thread=thread, principal="U1", principal_team="T1", about=about)


@pytest.mark.parametrize(
    ("before", "verb", "name", "key", "after"),
    [
        ({}, "add", "coder", "agent.added", {"added": "coder", "removed": ""}),
        ({"added": "oracle"}, "add", "coder", "agent.added", {"added": "oracle coder", "removed": ""}),
        ({"added": "coder"}, "add", "coder", "agent.added_already", {}),
        ({"removed": "coder oracle"}, "add", "coder", "agent.added", {"added": "coder", "removed": "oracle"}),
        ({"added": "coder"}, "remove", "coder", "agent.removed", {"added": "", "removed": "coder"}),
        ({"removed": "coder"}, "remove", "coder", "agent.removed_already", {}),
        ({}, "add", "codr", "agent.unknown", {}),
    ],
)
def test_the_roster_changes(before: dict[str, str], verb: str, name: str, key: str, after: dict[str, str]) -> None:
    line = roster.changed(choice(), WORDS, mail(verb, name), before)
    assert (line.key, line.record) == (key, after)
    assert WORDS.say(line.key, **line.values)


@pytest.mark.parametrize(
    ("name", "record", "key", "after"),
    [
        ("coder", {}, "agent.switched", {"agent": "coder"}),
        ("finance", {}, "agent.unknown", {}),
        ("codr", {}, "agent.unknown", {}),
        ("", {}, "agent.answers", {}),
        ("", {"agent": "coder"}, "agent.answers", {}),
        ("", {"agent": "finance"}, "agent.answers_closed", {}),
    ],
)
def test_a_switch(name: str, record: dict[str, str], key: str, after: dict[str, str]) -> None:
    line = roster.switched(choice(), WORDS, mail("switch", name), record)
    assert (line.key, line.record) == (key, after)
    assert "inance" not in WORDS.say(line.key, **line.values).replace("“finance”", "")


def test_who_became_unknown_meanwhile_changes_nothing() -> None:
    assert roster.changed(choice(None), WORDS, mail("add", "coder"), {}).key == "agent.person_unknown"
    assert roster.changed(choice(), WORDS, mail("add", "milk"), {}).key == "agent.unknown_alone"


def test_where_nobody_answers_that_is_said() -> None:
    assert roster.switched(choice(default="gone"), WORDS, mail("switch", ""), {}).key == "agent.answers_nobody"
    assert roster.switched(choice(None), WORDS, mail("switch", "coder"), {}).key == "agent.person_unknown"


GUEST = Person(id="U2", team="T1", name="Hugo", is_guest=True)
OTHER = Person(id="U3", team="T2", name="Iris", is_stranger=True)


@pytest.mark.parametrize(
    ("who", "picked", "own", "found"),
    [
        (ADA, None, None, "oracle"),
        (ADA, None, "coder", "coder"),
        (ADA, "coder", "oracle", "coder"),
        (ADA, "finance", None, "agent.unknown"),
        (ADA, None, "finance", "agent.not_for_you"),
        (GUEST, None, None, "agent.not_for_guests_alone"),
        (GUEST, "coder", None, "agent.unknown_alone"),
        (OTHER, None, "coder", "agent.not_for_others_alone"),
        (None, None, None, "agent.person_unknown"),
        (None, "coder", None, "agent.person_unknown"),
    ],
)
def test_who_is_admitted_to_whom(who: Person | None, picked: str | None, own: str | None, found: str) -> None:
    answer = admitted(choice(who), WORDS, picked=picked, thread_agent=own)
    assert (answer.key if isinstance(answer, Refusal) else answer.name) == found
    if isinstance(answer, Refusal):
        assert "inance" not in WORDS.say(answer.key, **answer.values).replace("“finance”", "")
