"""The people of the stand-in Slack workspace, as the accounts they have in other services."""

from __future__ import annotations

from dataclasses import dataclass

from playground.slack.seed import PersonSeed, Seed


@dataclass(frozen=True, slots=True)
class Colleague:
    """`name` is the one in Slack, and the login everywhere else. `guest`: from another company, or invited."""

    name: str
    real_name: str
    display_name: str
    email: str
    admin: bool
    guest: bool


def _colleague(person: PersonSeed) -> Colleague:
    return Colleague(
        name=person.name,
        real_name=person.real_name,
        display_name=person.display_name,
        email=f"{person.name}@playground.example",
        admin=person.is_admin,
        guest=person.is_guest or person.team_id is not None,
    )


COLLEAGUES = {person.name: _colleague(person) for person in Seed().people}
