"""Who may use an agent, as a table."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.catalog.access import Access
from bot.slack.models import Person

ADA = Person(id="UADA", team="T1", name="Ada")
GUEST = replace(ADA, id="UGUEST", is_guest=True)
STRANGER = replace(ADA, id="UELSE", team="T2", is_stranger=True)
EVERYONE = Access()
SUPPORT = Access(users=frozenset({"UADA"}), groups=frozenset({"S1"}))
HERE = Access(channels=frozenset({"C1"}))


@pytest.mark.parametrize(
    ("access", "person", "channel", "groups", "allowed"),
    [
        (EVERYONE, ADA, "C1", (), True),
        (EVERYONE, GUEST, "C1", (), False),
        (EVERYONE, STRANGER, "C1", (), False),
        (replace(EVERYONE, guests=True), GUEST, "C1", (), True),
        (replace(EVERYONE, guests=True), STRANGER, "C1", (), False),
        (replace(EVERYONE, other_organisations=True), STRANGER, "C1", (), True),
        (SUPPORT, ADA, "C1", (), True),
        (SUPPORT, replace(ADA, id="UBO"), "C1", (), False),
        (SUPPORT, replace(ADA, id="UBO"), "C1", ("S1", "S2"), True),
        (SUPPORT, GUEST, "C1", ("S1",), False),
        (HERE, ADA, "C1", (), True),
        (HERE, ADA, "C2", (), False),
        (replace(SUPPORT, channels=frozenset({"C1"})), replace(ADA, id="UBO"), "C1", (), False),
    ],
)
def test_an_agent_is_for_those_its_file_names(
    access: Access, person: Person, channel: str, groups: tuple[str, ...], allowed: bool
) -> None:
    assert access.allows(person, channel, groups=groups) is allowed
