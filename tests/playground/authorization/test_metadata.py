"""What an issuer says of itself, where it is looked for, and what the switches make of it."""

from __future__ import annotations

import httpx2
import pytest

from playground.authorization import profiles
from playground.authorization.app import running
from playground.authorization.issuer import Issuer

OAUTH, OPENID = "/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"


async def described(issuer: Issuer, http: httpx2.AsyncClient) -> dict[str, object]:
    answer = await http.get(f"{issuer.server_url}{OAUTH}{issuer.settings.path}")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


async def test_the_metadata_say_all_that_a_client_needs(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    said = await described(issuer, http)

    assert said == {
        "issuer": issuer.url,
        "authorization_endpoint": f"{issuer.url}/authorize",
        "token_endpoint": f"{issuer.url}/token",
        "registration_endpoint": f"{issuer.url}/register",
        "revocation_endpoint": f"{issuer.url}/revoke",
        "introspection_endpoint": f"{issuer.url}/introspect",
        "scopes_supported": ["notes:read", "notes:write", "offline_access"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_methods_supported": ["none", "client_secret_basic", "client_secret_post"],
        "authorization_response_iss_parameter_supported": True,
        "client_id_metadata_document_supported": True,
        "code_challenge_methods_supported": ["S256"],
    }


async def test_each_of_several_issuers_has_its_path_before_or_after_the_well_known_one(
    http: httpx2.AsyncClient,
) -> None:
    async with running(profiles.linear("/linear"), profiles.notes("/notes"), profiles.github("/github")) as server:
        root = server.issuers["/linear"].server_url
        for path, issuer in server.issuers.items():
            for address in (f"{OAUTH}{path}", f"{OPENID}{path}", f"{path}{OPENID}"):
                answer = await http.get(root + address)
                assert (address, answer.json()["issuer"]) == (address, root + path)
                assert issuer.url == root + path
        assert (await http.get(root + OAUTH)).status_code == 404
        assert (await http.get(f"{root}{OAUTH}/nowhere")).status_code == 404


@pytest.mark.parametrize(
    ("discovery", "found"),
    [
        (["oauth"], [200, 404, 404]),
        (["openid"], [404, 200, 404]),
        (["openid_appended"], [404, 404, 200]),
        ([], [404, 404, 404]),
    ],
)
async def test_a_switch_says_at_which_addresses_the_metadata_are(
    http: httpx2.AsyncClient, discovery: list[str], found: list[int]
) -> None:
    async with running(profiles.notes("/notes")) as server:
        server.issuer.switch(discovery=discovery)
        root = server.issuer.server_url
        addresses = (f"{OAUTH}/notes", f"{OPENID}/notes", f"/notes{OPENID}")
        assert [(await http.get(root + address)).status_code for address in addresses] == found


@pytest.mark.parametrize(
    ("switch", "name", "value"),
    [
        ({"iss": "off"}, "authorization_response_iss_parameter_supported", False),
        ({"iss": "wrong"}, "authorization_response_iss_parameter_supported", True),
        ({"iss": "off", "iss_announced": True}, "authorization_response_iss_parameter_supported", True),
        ({"iss_announced": False}, "authorization_response_iss_parameter_supported", False),
        ({"registration": False}, "registration_endpoint", None),
        ({"cimd": False}, "client_id_metadata_document_supported", False),
        ({"challenge_methods": None}, "code_challenge_methods_supported", None),
        ({"challenge_methods": ["plain"]}, "code_challenge_methods_supported", ["plain"]),
        ({"metadata_issuer": "https://evil.example"}, "issuer", "https://evil.example"),
        ({"endpoints_at": "http://169.254.169.254/"}, "token_endpoint", "http://169.254.169.254/token"),
        ({"endpoints_at": "http://10.0.0.1"}, "authorization_endpoint", "http://10.0.0.1/authorize"),
        ({"endpoints_at": "http://10.0.0.1"}, "registration_endpoint", "http://10.0.0.1/register"),
    ],
)
async def test_a_switch_changes_what_the_metadata_say(
    issuer: Issuer, http: httpx2.AsyncClient, switch: dict[str, object], name: str, value: object
) -> None:
    issuer.switch(**switch)
    assert (await described(issuer, http)).get(name) == value


async def test_the_issuer_github_knows_clients_with_a_secret_only(http: httpx2.AsyncClient) -> None:
    async with running(profiles.github("/login/oauth")) as server:
        said = await described(server.issuer, http)

    assert said["token_endpoint"] == f"{server.issuer.url}/access_token"
    assert said["token_endpoint_auth_methods_supported"] == ["client_secret_basic", "client_secret_post"]
    assert "registration_endpoint" not in said
