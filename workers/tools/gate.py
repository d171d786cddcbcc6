"""Whether a person may have a server's tool called here, by the rules of the server's entry. Fail closed.

Somebody whom Slack does not tell us about, a group that cannot be read, a channel of which nobody knows whether other
organisations share it: then the tool is not called.
"""

from __future__ import annotations

from bot.catalog import tool_rules
from bot.catalog.servers import Server
from bot.catalog.toolset import matches
from bot.slack.groups import Groups
from bot.slack.people import People
from bot.slack.shared import SharedChannels
from workers.tools.credentials import Asker


class Gate:
    def __init__(self, people: People, groups: Groups, shared: SharedChannels) -> None:
        self._people = people
        self._groups = groups
        self._shared = shared

    async def refusal(self, server: Server, tool: str, asker: Asker) -> str | None:
        """Why this person may not have `tool` called in this channel, a sentence."""
        if not server.rules and not matches(tool, server.internal):
            return None
        named = f'The tool "{tool}" of the server "{server.name}"'
        team, user = asker.principal.team, asker.principal.user
        person = await self._people.person(team, user)
        if person is None:
            return f"{named} was not called: Slack does not say who asks, and not everybody may have it called."
        if matches(tool, server.internal) and (person.is_stranger or await self.hides(server, team, asker.channel)):
            return f"{named} is internal: it is not called where people of other organisations may read along."
        groups = await self._groups.of(team, user, tool_rules.named_groups(server.rules, tool))
        rule = tool_rules.broken(server.rules, tool, person, asker.channel, groups)
        return f"{named} was not called: it is only for {tool_rules.who_may(rule.access)}." if rule else None

    async def hides(self, server: Server, team: str, channel: str) -> bool:
        """Whether the internal tools of the server are hidden in this channel."""
        return bool(server.internal) and await self._shared.is_shared(team, channel)
