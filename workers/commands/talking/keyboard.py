"""What a person types, line by line, while other things go on: the lines of a terminal, Ctrl-C and the end.

The terminal is read when it has something (no thread hangs in a read), and stays as it is: no raw mode.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

AT_ONCE = 65_536  # bytes of one read; a terminal gives a line at a time, at most 4,096


class Key(Enum):
    INTERRUPT = "Ctrl-C"
    END = "Ctrl-D"


class Keyboard:
    """`heard` gives lines and keys in the order in which they came."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._heard: asyncio.Queue[str | Key] = asyncio.Queue()
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._line = ""
        self._given_back: str | Key | None = None

    async def heard(self) -> str | Key:
        heard, self._given_back = self._given_back, None
        return await self._heard.get() if heard is None else heard

    def give_back(self, heard: str | Key) -> None:
        """It was the last one heard, and is for whoever listens next."""
        self._given_back = heard

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Hear what is typed while the block runs."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._descriptor, self._read)
        loop.add_signal_handler(signal.SIGINT, self._heard.put_nowait, Key.INTERRUPT)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGINT)
            loop.remove_reader(self._descriptor)

    def _read(self) -> None:
        try:
            read = os.read(self._descriptor, AT_ONCE)
        except OSError:  # the terminal is gone
            read = b""
        if not read:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._heard.put_nowait(Key.END)
            return
        *lines, self._line = (self._line + self._decoder.decode(read)).split("\n")
        for line in lines:
            self._heard.put_nowait(line.strip())
