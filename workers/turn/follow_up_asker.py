"""For whom a turn's agents do things with follow-ups: its principal, whose clock counts, and the run it may be."""

from __future__ import annotations

from datetime import datetime

from bot.follow_ups.models import FollowUp
from bot.threads.models import MailKind
from workers.follow_ups.rights import Who
from workers.follow_ups.zones import or_utc
from workers.tools.functions import Declined
from workers.turn.scene import Scene


class Asker:
    """The principal of one turn."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    @property
    def user(self) -> str:
        return self._scene.journal.get("principal") or ""

    @property
    def team(self) -> str:
        """The principal's own workspace."""
        return self._scene.journal.get("principal_team") or self._scene.thread.team

    @property
    def who(self) -> Who:
        return Who(user=self.user)

    @property
    def now(self) -> datetime:
        """By the follow-ups' clock, in the person's zone."""
        return datetime.fromtimestamp(self._scene.services.calendar(), or_utc(self._scene.person.tz))

    @property
    def zone(self) -> str:
        return str(self.now.tzinfo)

    @property
    def run_of(self) -> str:
        """The follow-up of which this turn is a run; empty where a person asks."""
        runs = [mail for mail in self._scene.journal.mail if mail.kind is MailKind.DUE]
        return runs[0].about.get("follow_up", "") if runs else ""

    async def own(self, follow_up_id: str) -> FollowUp:
        """One of the principal's; others', and those that are not there, are refused in the same breath."""
        kept = await self._scene.services.follow_ups.get(self._scene.thread.team, follow_up_id.strip())
        if kept is None:
            raise Declined(f'There is no follow-up "{follow_up_id}". list_follow_ups names those that there are.')
        if kept.follow_up.owner != self.user:
            raise Declined(
                f"Follow-up {follow_up_id} is another person's, who alone can have it changed or cancelled; so you "
                f"cannot do that for {self._scene.person.name}."
            )
        return kept.follow_up
