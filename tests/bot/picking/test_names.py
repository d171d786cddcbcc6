"""An agent is found by its name and by the one that people see, among those that they may see."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.access import Access
from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog
from bot.slack.models import Person

ADA = Person(id="U1", team="T1", name="Ada")


def agent(name: str, shown: str, *, users: frozenset[str] = frozenset()) -> Agent:
    access = Access(users=users)
    source = Path(f"{name}.md")
    return Agent(
        name=name, display_name=shown, description="", model="m", instructions="x", source=source, access=access
    )


AGENTS = [
    agent("front", "Support desk"),
    agent("tech", "Technical support"),
    agent("left", "Twin"),
    agent("other", "Twin"),
    agent("money", "Finance desk", users=frozenset({"U9"})),
    agent("six", "Six"),
]
SEEN = Catalog(agents={each.name: each for each in AGENTS}, default_name="front").seen_by(ADA, "C1")


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("tech", "tech"),
        ("Technical support", "tech"),
        ("technical-support", "tech"),
        ("TECHNICAL  support", "tech"),
        ("support", None),
        ("twin", None),  # which one?
        ("finance desk", None),
        ("money", None),
    ],
)
def test_a_name_and_the_one_that_is_shown_find_an_agent(said: str, name: str | None) -> None:
    found = SEEN.named(said)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("Technical support is my\nlaptop broken?", ("tech", "is my\nlaptop broken?")),
        ("technical-support: hello", ("tech", "hello")),
        ("tech support hello", ("tech", "support hello")),
        ("Support desk", ("front", "")),
        ("finance desk hello", None),
        ("", None),
    ],
)
def test_the_longest_name_at_the_beginning_is_the_one_asked(text: str, picked: tuple[str, str] | None) -> None:
    found = SEEN.leading(text)
    assert (found and (found[0].name, found[1])) == picked


@pytest.mark.parametrize(
    ("said", "names"),
    [("tecnical support", ["tech"]), ("suport-desk", ["front"]), ("frint", ["front"]), ("zzz", []), ("money", [])],
)
def test_the_nearest_compare_with_both(said: str, names: list[str]) -> None:
    assert SEEN.close(said) == names
