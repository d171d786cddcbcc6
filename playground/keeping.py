"""Keeps a stand-in's state in a file, so that it outlives the process.

Written a moment after each change and once more at the end, always as a whole: whoever reads sees one state or the one
before, never half of one. A file that cannot be read is laid aside with a sentence, and the stand-in starts anew.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

SETTLE_SECONDS = 0.2  # a turn changes things many times a second; what a SIGKILL costs at most

State = TypeVar("State", bound=BaseModel)


class Keeper:
    """`changed` says that something did; while `keeping` is open, `snapshot` is then written to `path`."""

    def __init__(self, path: Path, snapshot: Callable[[], BaseModel]) -> None:
        self._path, self._snapshot = path, snapshot
        self._dirty = asyncio.Event()
        self._complained = False

    def changed(self) -> None:
        self._dirty.set()

    @asynccontextmanager
    async def keeping(self) -> AsyncIterator[None]:
        writing = asyncio.create_task(self._write_when_changed())
        try:
            yield
        finally:
            writing.cancel()
            await asyncio.wait([writing])
            self._write()

    async def _write_when_changed(self) -> None:
        while True:
            await self._dirty.wait()
            await asyncio.sleep(SETTLE_SECONDS)
            self._dirty.clear()
            self._write()

    def _write(self) -> None:
        beside = self._path.with_name(self._path.name + ".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(self._snapshot().model_dump_json().encode())
            os.replace(beside, self._path)
        except OSError as exc:
            if not self._complained:
                say(f"{self._path} cannot be written ({exc.strerror}); what happens now is lost at the next start.")
            self._complained = True


def read(path: Path, form: type[State]) -> State | None:
    """The state that was kept, or None where there is none that can be read."""
    try:
        return form.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else f"{exc.error_count()} things in it are not as written here"
        aside = path.with_name(path.name + ".unreadable")
        try:
            os.replace(path, aside)
        except OSError:
            aside = path
        say(f"{path} cannot be read ({why}); starting anew. The old file lies aside as {aside.name}.")
        return None


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
