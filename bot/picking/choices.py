"""Who may pick what, where: one person's view of the agents in one channel, and who answers them there.

The order, first to last: the `+name` of the message, the agent of the thread, the channel's default by command, that of
channels.toml, DEFAULT_AGENT. A name that no longer is an agent's is passed over. Whether the person may use whom the
order gives is a second question, and not a reason to go on in it: nobody is handed to another agent unasked.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog.agents import Agent
from bot.catalog.catalog import Catalog, Catalogs, NoDefaultAgent
from bot.catalog.channels import Channel
from bot.slack.commands import AGENT, slash
from bot.slack.groups import Groups
from bot.slack.models import Person
from bot.slack.people import People
from bot.threads.defaults import Chosen, Defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`everything` is the whole catalogue, `usable` what this person may use in this channel, and may know of;
    `command` lists them.

    `person` is None where Slack does not say who they are; then they may use nothing.
    """

    person: Person | None
    channel_id: str
    everything: Catalog
    usable: Catalog
    chosen: Chosen | None
    command: str = slash(AGENT, "")

    @property
    def channel(self) -> Channel:
        return self.everything.channel(self.channel_id)

    def answering(self, *names: str | None) -> Agent:
        """Who answers here, picked by the first of `names` or by default; `NoDefaultAgent` where nobody does."""
        return self.everything.first(*names, self.chosen.agent if self.chosen else None, self.channel.agent)

    def may_use(self, agent: Agent) -> bool:
        return agent.name in self.usable.agents

    @property
    def default(self) -> Agent | None:
        """Who answers this person here when nobody was picked; None where there is nobody, or nobody for them."""
        try:
            agent = self.answering()
        except NoDefaultAgent:
            return None
        return agent if self.may_use(agent) else None


class Choices:
    """Looks up what a `Choice` is made of: Slack says who people are, Redis what was chosen, files the rest."""

    def __init__(self, catalogs: Catalogs, people: People, groups: Groups, defaults: Defaults) -> None:
        self._catalogs = catalogs
        self._people = people
        self._groups = groups
        self.defaults = defaults

    async def of(self, team: str, channel_id: str, user: str) -> Choice:
        """Raises redis-py's errors when Redis is away."""
        return await self.given(team, channel_id, user, await self.defaults.get(team, channel_id))

    async def given(self, team: str, channel_id: str, user: str, chosen: Chosen | None) -> Choice:
        """The same where it is known who was chosen for the channel."""
        catalog = self._catalogs.now
        person = await self._people.person(team, user)
        groups = await self._groups.of(team, user, catalog.groups) if person else frozenset[str]()
        return Choice(
            person=person,
            channel_id=channel_id,
            everything=catalog,
            usable=catalog.seen_by(person, channel_id, groups),
            chosen=chosen,
            command=self._catalogs.command,
        )

    def at_hand(self, team: str, user: str) -> bool:
        """Whether Slack need not be asked for this."""
        return bool(self._people.at_hand(team, user)) and self._groups.at_hand(team, self._catalogs.now.groups)
