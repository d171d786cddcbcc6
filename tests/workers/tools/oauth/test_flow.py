"""What a person is asked to grant: what an operator chose, and what a call was found to lack."""

from __future__ import annotations

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


async def asked_for(oauth: OAuthClient | None, need: SignIn, *, granted: str = "") -> set[str]:
    """The scopes in the link."""
    async with authorization.running() as server, notes.running(server.issuer, server.issuer.url) as served:
        entry = Server(name="notes", transport="http", url=f"{served.url}/mcp", oauth=oauth)
        tokens = OAuthToken(access_token="none", scope=granted) if granted else None  # as sign_ins does
        flow = Flow(entry, redirect_uri=CALLBACK, documents={}, tokens=tokens)
        async with httpx2.AsyncClient(trust_env=False) as http:
            begun = await flow.begin(http, need)
    [scope] = parse_qs(urlsplit(begun.url).query)["scope"]
    assert set(begun.scope.split()) == set(scope.split())
    return set(scope.split())


async def test_more_rights_than_the_operator_chose_are_asked_for_when_a_call_lacks_them() -> None:
    chosen = OAuthClient(client_id="ours", scopes=("notes:read",))
    refused = 'Bearer error="insufficient_scope", scope="notes:write"'
    first = SignIn(server="notes", status=401, challenge='Bearer scope="notes:read notes:write"')
    assert await asked_for(chosen, first) == {"notes:read"}
    lacking = SignIn(server="notes", status=403, challenge=refused)
    assert await asked_for(chosen, lacking, granted="notes:read") == {"notes:read", "notes:write"}


async def test_scopes_are_the_operators_choice_also_where_we_register_ourselves() -> None:
    first = SignIn(server="notes", status=401, challenge='Bearer scope="notes:read notes:write"')
    assert await asked_for(None, first) == {"notes:read", "notes:write", "offline_access"}
    assert await asked_for(OAuthClient(scopes=("notes:read",)), first) == {"notes:read"}
