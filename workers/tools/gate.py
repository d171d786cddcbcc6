"""Whether a person may have a tool called here: by the rules of its server's entry, or a function's own. Fail closed.

Somebody whom Slack does not tell us about, a group that cannot be read, a channel of which nobody knows whether other
organisations share it: then the tool is not called.
"""

from __future__ import annotations

from bot.catalog import tool_rules
from bot.slack.groups import Groups
from bot.slack.people import People
from bot.slack.shared import SharedChannels
from workers.tools.credentials import Asker
from workers.tools.specs import ToolSpec


class Gate:
    def __init__(self, people: People, groups: Groups, shared: SharedChannels) -> None:
        self._people = people
        self._groups = groups
        self._shared = shared

    async def refusal(self, spec: ToolSpec, asker: Asker) -> str | None:
        """Why this person may not have the tool called in this channel, a sentence."""
        if not spec.accesses and not spec.internal:
            return None
        team, user = asker.principal.team, asker.principal.user
        person = await self._people.person(team, user)
        if person is None:
            return f"{spec.named} was not called: Slack does not say who asks, and not everybody may have it called."
        if spec.internal and (person.is_stranger or await self.is_shared(team, asker.channel)):
            return f"{spec.named} is internal: it is not called where people of other organisations may read along."
        groups = await self._groups.of(team, user, tool_rules.named_groups(spec.accesses))
        broken = tool_rules.broken(spec.accesses, person, asker.channel, groups)
        return f"{spec.named} was not called: it is only for {tool_rules.who_may(broken)}." if broken else None

    async def is_shared(self, team: str, channel: str) -> bool:
        """Whether internal tools are hidden in this channel."""
        return await self._shared.is_shared(team, channel)
