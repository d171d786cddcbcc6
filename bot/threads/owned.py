"""What an owner of a thread has: the right to it, and what it finds there. Values."""

from __future__ import annotations

from dataclasses import dataclass

from bot.threads.defaults import Chosen
from bot.threads.models import Mail, ThreadKey


class Lost(Exception):
    """Another worker owns the thread by now; nothing was written, and nothing more may be done for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """The right to work for `thread`, while the lease is renewed."""

    thread: ThreadKey
    generation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """What a worker finds when it takes a thread: its record, its mail, and the journal of a turn left open.

    `chosen` is who answers first in its channel, where somebody chose that by command.
    """

    owned: Owned
    record: dict[str, str]
    mail: list[Mail]
    journal: dict[str, str]
    chosen: Chosen | None = None

    @property
    def turn_id(self) -> str | None:
        return self.record.get("turn")
