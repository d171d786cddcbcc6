"""As whom a server is called: as a channel where mcp.json says so, as the person where they are signed in.

Always holds: what is opened with a person's sign-in has a key of that person and that sign-in, so nobody else's call
goes over it; a sign-in counts at one address, so its key stands for that, too. Servers with an Authorization of their
own in mcp.json never ask people.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from bot.catalog.servers import Server
from workers.tools.credentials import SHARED, Asker, Credential
from workers.tools.errors import NotRenewed
from workers.tools.oauth.bearer import Bearer, Tokens
from workers.tools.oauth.errors import SignInError
from workers.tools.oauth.sign_ins import SignIns


class Personal:
    """The worker's `Credentials`."""

    def __init__(self, sign_ins: SignIns, now: Callable[[], float]) -> None:
        self._sign_ins = sign_ins
        self._now = now

    async def of(self, server: Server, asker: Asker | None) -> Credential:
        if asker and (headers := server.channels.get(asker.channel)):
            return Credential(key=f"channel:{asker.channel}", headers={**server.headers, **headers})
        if not server.takes_sign_in:
            return Credential(key=SHARED, headers=server.headers)
        if asker:
            tokens = Tokens(self._sign_ins, server, asker.principal, self._now)
            try:
                signed_in = await tokens.fresh()
            except SignInError as exc:
                raise NotRenewed(str(exc)) from exc
            if signed_in:
                return Credential(
                    key=f"{asker.principal}:{signed_in.id}",
                    headers=server.headers,
                    auth=Bearer(tokens),
                    personal=True,
                    holds=partial(tokens.are_of, signed_in.id),
                )
        return Credential(key=SHARED, headers=server.headers, auth=Bearer(None))
