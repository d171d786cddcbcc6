"""Tells the operators (setting OPERATORS) by direct message what only they can mend, once a thing.

Always holds: of workers that see the same thing one tells it, also after a restart; a message that Slack did not take
is tried again when the thing is seen next; nothing waits for it longer than one call to Slack.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from redis.exceptions import RedisError

from bot.slack.errors import SlackError, Unknown
from bot.slack.installations import Installations
from bot.slack.people import People
from bot.slack.text import defuse
from bot.slack.wire import escape
from bot.texts import Words, words_for
from bot.threads.told import Told
from workers.tools.definitions import Change
from workers.tools.pinning import Differs

MOST_NAMED = 10  # tools; `threadwind tools lock` shows them all

log = structlog.get_logger()


class Operators:
    def __init__(self, told: Told, installations: Installations, people: People, ids: Sequence[str]) -> None:
        self._told_before = told
        self._installations = installations
        self._people = people
        self._ids = ids

    async def tools_differ(self, differs: Differs) -> bool:
        """Whether every operator has been told, now or earlier."""
        return all([await self._told(operator, differs) for operator in self._ids])

    async def _told(self, operator: str, differs: Differs) -> bool:
        try:
            team = (await self._installations.only()).team
            slack = await self._installations.slack(team)
            if not await self._told_before.is_first(team, operator, differs.fingerprint):
                return True
            try:
                words = words_for(await self._people.locale_of(team, operator))
                await slack.post(await slack.open_dm(operator), text=_difference(words, differs))
            except Unknown:
                raise  # it may have arrived: rather once too few than twice
            except SlackError:
                await self._told_before.undo(team, operator, differs.fingerprint)
                raise
        except (SlackError, RedisError, OSError) as exc:
            log.warning("operator.not_told", operator=operator, error=str(exc))
            return False
        return True


def _difference(words: Words, differs: Differs) -> str:
    lines = [
        words.say(f"operator.tools_{what}", tools=_named(words, names))
        for what, names in _parts(differs.change).items()
        if names
    ]
    head = words.say("operator.tools_differ", server=escape(differs.server))
    return "\n".join([head, *lines, words.say("operator.tools_accept", server=escape(differs.server))])


def _parts(change: Change) -> dict[str, tuple[str, ...]]:
    return {"changed": tuple(change.changed), "removed": change.removed, "added": change.added}


def _named(words: Words, names: Sequence[str]) -> str:
    """Names of tools are a server's words: nobody is called by them."""
    shown = [f"`{defuse(escape(name.replace('`', '')))}`" for name in names[:MOST_NAMED]]
    more = len(names) - len(shown)
    return words.names([*shown, words.say("operator.tools_more", count=more)] if more else shown)
