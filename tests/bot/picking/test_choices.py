"""Who answers where: the order of the names, and what of it a person may know. Tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog.access import Access
from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog, NoDefaultAgent
from bot.catalog.channels import Channel
from bot.picking.choices import Choice
from bot.slack.models import Person
from bot.threads.defaults import Chosen

ADA = Person(id="U1", team="T1", name="Ada")


def agent(name: str, **access: frozenset[str]) -> Agent:
    return Agent(
        name=name,
        description="",
        model="m",
        instructions="x",
        source=Path(f"{name}.md"),
        access=Access(**access),  # type: ignore[arg-type]  # lists of ids only
    )


def choice(*, chosen: str = "", in_file: str | None = None, default: str = "d", who: Person | None = ADA) -> Choice:
    agents = {name: agent(name) for name in "abcd"} | {"secret": agent("secret", users=frozenset({"U9"}))}
    catalog = Catalog(agents=agents, default_name=default, channels={"C1": Channel(agent=in_file)})
    return Choice(
        person=who,
        channel_id="C1",
        everything=catalog,
        usable=catalog.seen_by(who, "C1"),
        chosen=Chosen(agent=chosen, by="U2", at=1.0) if chosen else None,
    )


@pytest.mark.parametrize(
    ("names", "chosen", "in_file", "answers"),
    [
        (("a", "b"), "c", "c", "a"),  # +name, then the thread's own
        ((None, "b"), "c", "c", "b"),
        ((None, None), "a", "b", "a"),  # by command, then by file
        ((None, None), "", "b", "b"),
        ((None, None), "", None, "d"),  # DEFAULT_AGENT
        ((None, "gone"), "gone", "gone", "d"),  # what no file describes any more is passed over
        ((None, "gone"), "secret", "a", "secret"),  # what is not for this person is not
    ],
)
def test_the_first_of_the_names_answers(
    names: tuple[str | None, ...], chosen: str, in_file: str | None, answers: str
) -> None:
    assert choice(chosen=chosen, in_file=in_file).answering(*names).name == answers


def test_nobody_is_handed_on_to_the_next_in_the_order() -> None:
    closed = choice(chosen="secret")
    assert not closed.may_use(closed.answering())
    assert closed.default is None


def test_without_a_default_nobody_answers() -> None:
    with pytest.raises(NoDefaultAgent):
        choice(default="gone").answering()
    assert choice(default="gone").default is None


def test_what_one_may_not_use_is_not_in_ones_catalogue() -> None:
    seen = choice().usable
    assert set(seen.agents) == set("abcd")
    assert seen.find("secret") is None
    assert "secret" not in seen.nearest("secret")
    assert choice(who=None).usable.agents == {}
