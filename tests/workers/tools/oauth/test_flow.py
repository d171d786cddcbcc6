"""What a person is asked to grant: what an operator chose, and what a call was found to lack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
from mcp.shared.auth import OAuthToken

from bot.catalog.server_credentials import OAuthClient
from bot.catalog.servers import Server
from playground.authorization import app as authorization
from playground.services.notes import app as notes
from workers.tools.needs import SignIn
from workers.tools.oauth.flow import Flow

CALLBACK = "http://localhost:3000/oauth/callback"
READ_ONLY = OAuthClient(scopes=("notes:read",))
FIRST = SignIn(server="notes", status=401, challenge='Bearer scope="notes:read notes:write"')
ANYTHING = SignIn(server="notes", status=401)
LACKING = SignIn(server="notes", status=403, challenge='Bearer error="insufficient_scope", scope="notes:write"')


async def begun(
    oauth: OAuthClient | None,
    need: SignIn,
    *,
    granted: str = "",
    client: Mapping[str, Any] | None = None,
    registers: str | None = None,
) -> tuple[set[str], set[str] | None]:
    """The scopes in the link; and those of our registration for it, None where `client` served still.

    `registers` is for what the server registers us, whatever was asked for.
    """
    async with authorization.running() as server, notes.running(server.issuer, server.issuer.url) as served:
        entry = Server(name="notes", transport="http", url=f"{served.url}/mcp", oauth=oauth)
        tokens = OAuthToken(access_token="none", scope=granted) if granted else None  # as sign_ins does
        issued = {**client, "issuer": server.issuer.url} if client else None
        flow = Flow(entry, redirect_uri=CALLBACK, documents={}, tokens=tokens, client=issued)
        async with httpx2.AsyncClient(trust_env=False) as direct:

            async def fetched(request: httpx2.Request) -> httpx2.Response:
                answer = await direct.send(request)
                if request.method != "POST" or registers is None:
                    return answer
                return httpx2.Response(answer.status_code, json={**answer.json(), "scope": registers})

            async with httpx2.AsyncClient(transport=httpx2.MockTransport(fetched)) as http:
                begun = await flow.begin(http, need)
    [scope] = parse_qs(urlsplit(begun.url).query)["scope"]
    assert set(begun.scope.split()) == set(scope.split())
    return set(scope.split()), set(flow.registered["scope"].split()) if flow.registered else None


async def test_more_rights_than_the_operator_chose_are_asked_for_when_a_call_lacks_them() -> None:
    by_hand = OAuthClient(client_id="ours", scopes=("notes:read",))
    assert await begun(by_hand, FIRST) == ({"notes:read"}, None)
    assert await begun(by_hand, LACKING, granted="notes:read") == ({"notes:read", "notes:write"}, None)


async def test_scopes_are_the_operators_choice_also_where_we_register_ourselves() -> None:
    everything = {"notes:read", "notes:write", "offline_access"}
    assert await begun(None, FIRST) == (everything, everything)
    assert await begun(READ_ONLY, FIRST) == ({"notes:read"}, {"notes:read"})


async def test_who_is_registered_for_less_than_is_asked_for_registers_anew() -> None:
    """An authorization server may refuse a client what it did not register for (RFC 7591, 2)."""
    registered = {"client_id": "ours", "redirect_uris": [CALLBACK], "scope": "notes:read"}
    wider = {"notes:read", "notes:write"}
    assert await begun(READ_ONLY, FIRST, client=registered) == ({"notes:read"}, None)
    assert await begun(READ_ONLY, LACKING, granted="notes:read", client=registered) == (wider, wider)
    assert await begun(None, LACKING, granted="notes:read", client=registered) == (
        {*wider, "offline_access"},
        {*wider, "offline_access"},
    )
    assert (await begun(None, ANYTHING, client=registered))[1] == {*wider, "offline_access"}
    unlimited = {**registered, "scope": None}
    assert await begun(READ_ONLY, LACKING, granted="notes:read", client=unlimited) == (wider, None)


async def test_who_is_registered_for_less_than_was_asked_for_does_not_register_again_and_again() -> None:
    """A server may register for what it likes (RFC 7591, 3.2.1), and would the next time."""
    everything = {"notes:read", "notes:write", "offline_access"}
    assert await begun(None, FIRST, registers="notes:read") == (everything, everything)
    remembered = {"client_id": "ours", "redirect_uris": [CALLBACK], "scope": " ".join(everything)}
    assert await begun(None, FIRST, client=remembered, registers="notes:read") == (everything, None)
