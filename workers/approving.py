"""Who may decide about a call, looked up at the click: the agent's file and the server's entry as they are now.

Fails closed: an agent that is gone has nobody who decides, a group that cannot be read has no members, and somebody
Slack does not tell about decides only as the asker or where named one by one.
"""

from __future__ import annotations

from bot.approvals.approvers import Approvers
from bot.catalog.catalog import Catalog
from bot.slack.models import Person
from workers.call_record import CallRecord
from workers.services import Services


def approvers_of(catalog: Catalog, record: CallRecord) -> Approvers | None:
    """Those who decide about this call; None for nobody."""
    agent, server = catalog.find(record.agent), catalog.servers.get(record.server)
    if agent is None or (record.server and server is None):
        return None
    return Approvers.of(agent.approvers, server.approvers if server else ())


async def may_decide(services: Services, record: CallRecord, *, team: str, user: str, asker: str) -> bool:
    """Whether `user` may decide about a call that acts for `asker`."""
    approvers = approvers_of(services.catalogs.now, record)
    if approvers is None:
        return False
    found = await services.people.person(team, user)
    person = found or Person(id=user, team="", name=user, is_stranger=True)
    return approvers.allow(person, asker=asker, groups=await services.groups.of(team, user, approvers.groups))


async def late(services: Services, team: str, decision: str, by: str) -> tuple[str, dict[str, str]]:
    """What is said to whoever clicks when it is decided: a text and its values."""
    if not by:
        return "asking.already_decided", {}
    found = await services.people.person(team, by)
    return f"asking.already_{decision}", {"person": found.name if found else by}
