"""One exchange with a server over a warm connection: what HTTP says of it is heard, and how it fails is said.

Always holds: whatever the SDK raises leaves as a `ToolError`, and cancellation passes; a connection that is of no more
use is told to end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import structlog

from workers.tools.answers import translated, unanswered
from workers.tools.client_task import ClientTask
from workers.tools.errors import ToolError, Unheard, root_cause
from workers.tools.soft_http import HEARD, Heard

if TYPE_CHECKING:
    from mcp import Client

log = structlog.get_logger(__name__)


@contextmanager
def exchange(owner: ClientTask, *, server: str, what: str, timeout_seconds: float, personal: bool) -> Iterator[Client]:
    """The client of `owner`, for one exchange about `what`; `NotSent` where it is over.

    `personal`: people may sign in there.
    """
    with owner.in_use() as client:
        heard = Heard(of_exchange=True)
        token = HEARD.set(heard)
        try:
            yield client
        except ToolError:
            raise
        except TimeoutError as exc:
            if error := unanswered(heard, server=server, what=what, personal=personal):
                raise error from exc
            raise Unheard(
                f'The tool server "{server}" gave no answer to {what} within {timeout_seconds:g} seconds.'
            ) from exc
        except Exception as exc:
            cause = root_cause(exc)
            error = translated(
                cause,
                heard,
                server=server,
                what=what,
                timeout_seconds=timeout_seconds,
                personal=personal,
                did=owner.did,
            )
            if error.ends_connection:
                owner.end()
            log.info("tool.call_failed", server=server, cause=type(cause).__name__, code=getattr(cause, "code", None))
            raise error from exc
        finally:
            HEARD.reset(token)


def may_be_cut(limit: asyncio.Timeout) -> None:
    """Let the transport end this wait, where it hears that no answer will come."""

    def cut() -> None:
        with suppress(RuntimeError):  # the wait is over: what was refused was no part of it
            limit.reschedule(asyncio.get_running_loop().time())

    if heard := HEARD.get():
        heard.give_up = cut
