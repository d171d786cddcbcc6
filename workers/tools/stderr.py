"""What a stdio server writes to stderr: kept in a temp file of bounded size, its end told to the log when it fails.

Always holds: the file shrinks back when it grows over its limit (looked at after each call and while idle), and
values configured for the server are hidden from what is told. A real file, because the server writes to it by itself.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterable
from typing import BinaryIO, TextIO, cast

LIMIT = 256 * 1024  # bytes on disk
TAIL = 2000  # characters told
SHORTEST_SECRET = 6  # shorter configured values are ordinary words


class Stderr:
    def __init__(self) -> None:
        binary = cast("BinaryIO", tempfile.TemporaryFile(prefix="threadwind-mcp-"))  # noqa: SIM115  # see close()
        # Appending, so that what is written after a truncation lands at the start and not behind a hole.
        fcntl.fcntl(binary, fcntl.F_SETFL, fcntl.fcntl(binary, fcntl.F_GETFL) | os.O_APPEND)
        self._binary = binary
        self.file = cast("TextIO", binary)  # only its fileno() is used

    def trim(self) -> None:
        """Begin anew where the limit was passed."""
        if not self._binary.closed and os.fstat(self._binary.fileno()).st_size > LIMIT:
            os.ftruncate(self._binary.fileno(), 0)

    def tail(self, *, hiding: Iterable[str]) -> str:
        """The end of what was written, without the values in `hiding`."""
        if self._binary.closed:
            return ""
        size = os.fstat(self._binary.fileno()).st_size
        start = max(0, size - 4 * TAIL)
        text = os.pread(self._binary.fileno(), size - start, start).decode(errors="replace")
        for secret in hiding:
            if len(secret) >= SHORTEST_SECRET:
                text = text.replace(secret, "[hidden]")
        return text[-TAIL:].strip()

    def close(self) -> None:
        self._binary.close()
