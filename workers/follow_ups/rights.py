"""Who may do what with a follow-up: looked up at the moment of the act.

What always holds: the owner may do everything with it; the workspace's admins and the operators may pause and cancel
it, since they answer for what runs there, but neither change nor run what acts for somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.follow_ups.kept import Kept
from bot.follow_ups.models import FollowUp
from bot.slack.models import Person
from workers.follow_ups.wishes import Refused
from workers.services import Services

ENDED = Refused("follow_up.refused.ended", {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who acts, by Slack's id. `at_console`: whoever runs this, with the command line."""

    user: str = ""
    at_console: bool = False


CONSOLE = Who(at_console=True)


async def allowed(
    services: Services, who: Who, team: str, follow_up_id: str, *, others: bool = False, ended: bool = False
) -> Kept | Refused:
    """The follow-up, if `who` may; `others`: also those who answer for the workspace; `ended`: also when over."""
    kept = await services.follow_ups.get(team, follow_up_id)
    if kept is None:
        return Refused("follow_up.refused.gone", {})
    owner = kept.follow_up.owner
    if not (who.at_console or who.user == owner or (others and await _answers_for(services, team, who.user))):
        found = await services.people.person(team, owner)
        return Refused("follow_up.refused.not_yours", {"person": found.name if found else owner})
    return kept if kept.follow_up.is_open or ended else ENDED


async def may_change(services: Services, who: Who, team: str, follow_up_id: str) -> FollowUp | Refused:
    """As it is now, for whoever may change it."""
    kept = await allowed(services, who, team, follow_up_id)
    return kept if isinstance(kept, Refused) else kept.follow_up


async def _answers_for(services: Services, team: str, user: str) -> bool:
    """An operator, or an admin of this workspace itself."""
    person: Person | None = await services.people.person(team, user)
    if person is None or person.deleted:
        return False
    return user in services.settings.operators or (person.is_admin and not (person.is_stranger or person.is_guest))
