"""Running a plain function beside the event loop, in a thread that the process need not wait for when it ends.

The standard pools join their threads at exit, so one hanging function would keep a worker from stopping.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Any

AT_ONCE = 8


class Threads:
    """At most `AT_ONCE` functions at a time; a hanging one keeps its place."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._places = asyncio.Semaphore(at_once)

    async def run(self, function: Callable[[], Any], *, on_start: Callable[[], None]) -> Any:
        """The function's result or exception. A caller that goes away leaves the function running."""
        await self._places.acquire()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        context = contextvars.copy_context()

        def settle(value: Any, error: BaseException | None) -> None:
            self._places.release()
            if future.done():  # nobody waits any more
                return
            if error is None:
                future.set_result(value)
            else:
                # A future takes no StopIteration.
                future.set_exception(RuntimeError(repr(error)) if isinstance(error, StopIteration) else error)

        def work() -> None:
            value, error = None, None
            try:
                value = context.run(function)
            except BaseException as exc:  # whatever it is, it belongs to the caller
                error = exc
            with suppress(RuntimeError):  # the loop has closed meanwhile
                loop.call_soon_threadsafe(settle, value, error)

        on_start()
        Thread(target=work, name="tool", daemon=True).start()
        return await future
