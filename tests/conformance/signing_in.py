"""A call that needs a sign-in, to its end: refused, a link, a browser, a token, and once more.

Each try has sessions of its own, as if another worker went on: what is known from before is what `SignIn` keeps.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from bot.catalog.servers import Server
from tests.conformance import browser
from tests.conformance.actions import Action
from tests.conformance.browser import Callback
from tests.conformance.desk import Failed, at_desk, the_server
from workers.tools.errors import ToolError
from workers.tools.sessions import ToolSessions

ROUNDS = 3  # the suite's own limit: more would be an endless loop


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server said as it refused a request: 401 or 403, `WWW-Authenticate`, the protocol's version in use."""

    status: int
    www_authenticate: str
    protocol: str


class SignIn(Protocol):
    """One person's sign-in at one server, kept where the product keeps it. What goes wrong is a `Failed`."""

    def sessions(self) -> ToolSessions:
        """New sessions whose requests carry what the person has."""
        ...

    async def challenge(self) -> Challenge | None:
        """Why the last call was refused, if it was for want of a sign-in or of more rights."""
        ...

    async def begin(self, challenge: Challenge) -> str:
        """The link for the person's browser."""
        ...

    async def finish(self, callback: Callback) -> None: ...


class Opener(Protocol):
    def __call__(
        self, server: Server, context: dict[str, Any], redis_url: str
    ) -> AbstractAsyncContextManager[SignIn]: ...


async def signed_in(opener: Opener, url: str, context: dict[str, Any], action: Action, *, redis_url: str) -> None:
    """Do the action, with as many sign-ins as the server asks for, `ROUNDS` at most."""
    server = the_server(url)
    async with opener(server, context, redis_url) as sign_in:
        for _ in range(ROUNDS):
            if (challenge := await _refused(sign_in, server, action)) is None:
                return
            await sign_in.finish(await browser.visit(await sign_in.begin(challenge)))
        if await _refused(sign_in, server, action):
            raise Failed(f"refused again after {ROUNDS} sign-ins")


async def _refused(sign_in: SignIn, server: Server, action: Action) -> Challenge | None:
    """Try the action. None when it was done; raises what failed for any other reason than a missing sign-in."""
    try:
        async with at_desk(server, sign_in.sessions(), {}) as desk:
            await action(desk)
    except (Failed, ToolError):
        if (challenge := await sign_in.challenge()) is None:
            raise
        return challenge
    return None
