"""Who may change who answers first in a channel. A rule: no I/O."""

from __future__ import annotations

from bot.catalog.channels import Channel
from bot.slack.models import Person


def may_choose(person: Person | None, channel: Channel, *, is_dm: bool) -> bool:
    """In a direct message everybody for themselves; in a channel the workspace's admins and owners, and those whom
    channels.toml names. Nobody from another organisation, and nobody whom we do not know."""
    if is_dm:
        return True
    if person is None or person.is_stranger or person.is_guest:
        return False
    return person.is_admin or person.id in channel.managers
