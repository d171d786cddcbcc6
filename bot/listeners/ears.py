"""What a listener is, and what it may use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.afterwards import Afterwards
from bot.approvals.grants import Grants
from bot.catalog.catalog import Catalogs
from bot.connections.signed_in import Connections
from bot.follow_ups.store import FollowUps
from bot.inbox import Inbox
from bot.inquiries.inquiries import Inquiries
from bot.picking.choices import Choices
from bot.slack.commands import Reply
from bot.slack.follow_up_sent import InItsPlace
from bot.slack.inquiry_clicks import FieldErrors
from bot.slack.installations import Installations
from bot.slack.people import People

Body = dict[str, Any]  # a payload as Slack sent it, parsed


@dataclass(frozen=True, kw_only=True)
class Ears:
    """Opened once a process; see `bot/app.py`. Only `inbox` may be waited for before Slack has its answer.

    `calendar` is the clock by which follow-ups are due, in seconds since the epoch.
    """

    inbox: Inbox
    afterwards: Afterwards
    installations: Installations
    people: People
    catalogs: Catalogs
    choices: Choices
    grants: Grants
    follow_ups: FollowUps
    connections: Connections
    inquiries: Inquiries
    command_prefix: str
    calendar: Callable[[], float]
    replies_without_mention: bool

    async def bot_user(self, team: str, body: Body) -> str:
        """Our user in `team`. The envelope names it, so that accepting needs no call; where it does not, Slack is asked
        once a process."""
        authorizations = body.get("authorizations")
        for entry in authorizations if isinstance(authorizations, list) else ():
            if isinstance(entry, dict) and entry.get("is_bot") is True and entry.get("team_id") == team:
                user = entry.get("user_id")
                if isinstance(user, str) and user:
                    return user
        return await self.installations.bot_user(team)


# What a listener gives goes into the acknowledgement.
Listener = Callable[[Ears, Body], Awaitable[Reply | FieldErrors | InItsPlace | None]]
