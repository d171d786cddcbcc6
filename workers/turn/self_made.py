"""What follow-ups agents make by themselves: so many at most between two messages of people in their thread.

What always holds: it counts before it is made, on record, so that a crash in between makes none too many. A run of a
follow-up counts on, for nobody has spoken; in a run a time that is moved counts as one that is made, since it runs once
more because of it.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from bot.threads.models import MailKind
from workers.follow_ups import for_models
from workers.tools.functions import Declined
from workers.turn.scene import Scene

SELF_MADE = "self_made"  # field of the thread record: those made since a person's last message (`_Count`)


@dataclass(slots=True)
class _Count:
    """`ids` of those that agents made by themselves, and of their calls that moved one; `turn` is the last that did,
    `told` whether the thread knows that no more are made."""

    turn: str = ""
    ids: list[str] = field(default_factory=list)
    told: bool = False


def begin(scene: Scene) -> None:
    """At a turn's beginning: a person has spoken, so agents may make as many again."""
    if SELF_MADE in scene.record and not _counted(scene).ids:
        scene.journal.unset_thread(SELF_MADE)


def _counted(scene: Scene) -> _Count:
    """What counts for this turn. A run of a follow-up counts on, and so does a turn that was begun before."""
    kept = _Count(**json.loads(scene.record.get(SELF_MADE) or "{}"))
    is_run = any(mail.kind is MailKind.DUE for mail in scene.journal.mail)
    return kept if is_run or kept.turn == scene.journal.id else _Count()


class SelfMade:
    """Those of one turn and of the runs before it."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._count = _counted(scene)

    async def take(self, name: str) -> None:
        """One more, with the journal's next write; the same name is the same one. Raises `Declined` at the limit."""
        if name not in self._count.ids:
            await self._look_at_the_limit()
            self._count.ids.append(name)
        self._keep()

    def give_back(self, name: str) -> None:
        """It was refused."""
        self._count.ids.remove(name)
        self._keep()

    async def _look_at_the_limit(self) -> None:
        limit = self._scene.services.settings.follow_ups_by_agent
        if len(self._count.ids) < limit:
            return
        if not self._count.told:
            self._count.told = True
            self._keep()
            words = self._scene.words.say("follow_up.by_agents.too_many", count=limit)
            await self._scene.delivery.note("follow_ups_limit", words)
        raise Declined(for_models.too_many(limit))

    def _keep(self) -> None:
        self._count.turn = self._scene.journal.id
        self._scene.journal.set_thread(**{SELF_MADE: json.dumps(asdict(self._count), separators=(",", ":"))})
