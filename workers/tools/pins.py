"""The lock as its file stands now: read again when the file changed, so that accepting a change needs no restart.

Always holds: a file that became wrong, or went away, changes nothing, what was read last counts on; one that was never
right locks everything, for nobody can say what was accepted.
"""

from __future__ import annotations

from pathlib import Path

import structlog

from workers.tools import lock
from workers.tools.lock import BadLock, Lock

log = structlog.get_logger(__name__)

Stamp = tuple[int, int, int]


class Pins:
    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: Stamp | None = None
        self._read = False
        self._lock: Lock | None = None

    def now(self) -> Lock | None:
        """What is locked; None while the file cannot be read and never could."""
        stamp = self._stamped()
        if not self._read or stamp != self._stamp:
            went_away = self._read and stamp is None
            self._stamp, self._read = stamp, True
            if went_away:
                log.error("tools.lock_gone", file=self._file.name, counts="what was read last, until a restart")
                return self._lock
            try:
                found = lock.read(self._file)
                if stamp is None or self._file.exists():  # one that goes away meanwhile reads as an empty one
                    self._lock = found
            except BadLock as exc:
                log.error("tools.lock_unread", problem=str(exc))
        return self._lock

    def _stamped(self) -> Stamp | None:
        try:
            found = self._file.stat()
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_size, found.st_ino)
