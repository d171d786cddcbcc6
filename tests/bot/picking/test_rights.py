"""Who may choose who answers first: a table."""

from __future__ import annotations

import pytest

from bot.catalog.channels import Channel
from bot.picking.rights import may_choose
from bot.slack.models import Person

MANAGED = Channel(managers=frozenset({"U1"}))


def person(user: str = "U2", **is_: bool) -> Person:
    return Person(id=user, team="T1", name="x", **is_)  # type: ignore[arg-type]  # flags only


@pytest.mark.parametrize(
    ("who", "channel", "is_dm", "may"),
    [
        (person(), Channel(), False, False),
        (person(is_admin=True), Channel(), False, True),
        (person("U1"), MANAGED, False, True),
        (person("U2"), MANAGED, False, False),
        (person("U1", is_guest=True), MANAGED, False, False),
        (person("U1", is_stranger=True), MANAGED, False, False),
        (person(is_admin=True, is_stranger=True), Channel(), False, False),  # an admin, but elsewhere
        (None, MANAGED, False, False),
        (person(), Channel(), True, True),
        (person(is_guest=True), Channel(), True, True),
    ],
)
def test_who_may_choose(who: Person | None, channel: Channel, is_dm: bool, may: bool) -> None:  # a table's column
    assert may_choose(who, channel, is_dm=is_dm) is may
