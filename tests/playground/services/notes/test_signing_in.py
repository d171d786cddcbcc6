"""The official SDK's own sign-in against the authorization server and the notes: each way, each refusal."""

from __future__ import annotations

import dataclasses
from typing import Any

import httpx2
import pytest
from mcp.shared.auth import OAuthClientInformationFull

from playground.authorization import profiles
from playground.authorization.app import running as authorization
from playground.services.notes.app import running as notes
from tests.playground.authorization.flow import CALLBACK
from tests.playground.services.notes.conftest import House
from tests.playground.services.notes.person import Person, at, text


async def test_a_person_signs_in_and_reads_their_own_notes(house: House) -> None:
    ada = Person("ada")
    async with at(house.mcp, ada) as client:
        listed = await client.call_tool("list_notes", {})

    assert listed.structured_content is not None
    assert [note["title"] for note in listed.structured_content["result"]] == ["Analytical engine", "Groceries"]
    [visit] = ada.visited
    assert visit.params["resource"] == house.mcp
    assert visit.params["scope"] == "notes:read offline_access"
    assert visit.params["prompt"] == "consent"
    assert ada.tokens is not None
    assert ada.tokens.refresh_token


@pytest.mark.parametrize("path", ["mcp", "sse"])
@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_both_transports_and_both_eras_are_protected(house: House, path: str, mode: str) -> None:
    url = house.sse if path == "sse" else house.mcp
    async with at(url, Person("camille"), mode=mode) as client:
        read = await client.call_tool("list_notes", {})
        version = client.protocol_version

    assert "Atelier" in text(read)
    assert (version == "2026-07-28") is (mode == "auto")


@pytest.mark.parametrize("method", ["none", "client_secret_post", "client_secret_basic"])
async def test_each_way_of_a_client_to_prove_itself(house: House, method: str) -> None:
    ada = Person("ada")
    async with at(house.mcp, ada, metadata={"token_endpoint_auth_method": method}) as client:
        assert (await client.list_tools()).tools

    assert ada.client is not None
    assert (ada.client.client_secret is None) is (method == "none")


async def test_a_client_known_by_its_document(house: House) -> None:
    """The issuer fetches it; here a stand-in of the client's site is asked in its place, for the SDK wants https."""

    def site(request: httpx2.Request) -> httpx2.Response:
        document = {"client_id": str(request.url), "client_name": "Threadwind", "redirect_uris": [CALLBACK]}
        return httpx2.Response(200, json=document)

    http = httpx2.AsyncClient(transport=httpx2.MockTransport(site))
    async with authorization(http=http) as server, notes(server.issuer, server.issuer.url) as served:
        ada = Person("ada")
        async with at(f"{served.url}/mcp", ada, client_metadata_url="https://bot.example/client.json") as client:
            assert (await client.list_tools()).tools

    assert ada.visited[0].params["client_id"] == "https://bot.example/client.json"
    assert "register" not in server.issuer.log.counts()


async def test_an_issuer_below_a_path_is_found(house: House) -> None:
    for discovery in (["oauth"], ["openid"], ["openid_appended"]):
        async with (
            authorization(profiles.notes("/people/notes")) as server,
            notes(server.issuer, server.issuer.url) as served,
        ):
            server.issuer.switch(discovery=discovery)
            async with at(f"{served.url}/mcp", Person("ada")) as client:
                assert (await client.list_tools()).tools


async def test_writing_asks_for_the_scope_that_is_missing_and_then_writes_once(house: House) -> None:
    ada = Person("ada")
    async with at(house.mcp, ada) as client:
        await client.call_tool("list_notes", {})
        saved = await client.call_tool("save_note", {"title": "Plan", "text": "Weave."})
        again = await client.call_tool("save_note", {"title": "Plan", "text": "Weave more.", "id": "note-5"})

    assert saved.structured_content is not None
    assert saved.structured_content["id"] == "note-5"
    assert not again.is_error
    assert [visit.params["scope"] for visit in ada.visited] == [
        "notes:read offline_access",
        "notes:read offline_access notes:write",
    ]
    assert [note.text for note in house.notes.notes.all("ada")] == [
        house.notes.notes.find("ada", "note-1").text, "Tea, plums, ink.", "Weave more."
    ]  # fmt: skip


async def test_an_expired_token_is_renewed_by_one_refresh(house: House) -> None:
    ada = Person("ada")
    async with at(house.mcp, ada) as client:
        await client.list_tools()
        before = ada.tokens
        house.issuer.tokens.expire()
        house.issuer.log.clear()
        ada.notices_the_expiry()
        assert "Groceries" in text(await client.call_tool("list_notes", {}))

    assert before is not None
    assert ada.tokens is not None
    assert ada.tokens.access_token != before.access_token
    assert len(ada.visited) == 1
    assert house.issuer.log.counts()["token.refresh_token"]["granted"] == 1


async def test_a_person_who_denies_is_not_let_in(house: House) -> None:
    with pytest.raises(BaseExceptionGroup) as caught:
        async with at(house.mcp, Person("ada", allows=False)):
            pass

    assert "No authorization code" in reasons(caught.value)
    assert house.issuer.log.counts().get("token.authorization_code") is None


@pytest.mark.parametrize(
    ("switch", "said"),
    [
        ({"iss": "wrong"}, "iss mismatch"),
        ({"iss": "off", "iss_announced": True}, "missing iss"),
        ({"metadata_issuer": "https://evil.example"}, "issuer mismatch"),
        ({"registration": False, "cimd": False}, "Registration failed: 404"),
        ({"denies": True}, "No authorization code"),
        ({"endpoints_at": "http://127.0.0.1:1"}, "ConnectError"),
    ],
)
async def test_an_issuer_that_misbehaves_lets_nobody_in(house: House, switch: dict[str, Any], said: str) -> None:
    house.issuer.switch(**switch)
    with pytest.raises(BaseExceptionGroup) as caught:
        async with at(house.mcp, Person("ada")):
            pass

    assert said in reasons(caught.value)


@pytest.mark.parametrize("switch", [{"iss": "off"}, {"answered_by": "camille"}, {"challenge_methods": None}])
async def test_and_one_that_is_only_different_does(house: House, switch: dict[str, Any]) -> None:
    house.issuer.switch(**switch)
    async with at(house.mcp, Person("camille")) as client:
        assert "Atelier" in text(await client.call_tool("list_notes", {}))


async def test_a_failing_token_endpoint_is_no_sign_in(house: House) -> None:
    house.issuer.fault("token.*", "status", status=503)
    with pytest.raises(BaseExceptionGroup) as caught:
        async with at(house.mcp, Person("ada")):
            pass

    assert "Token exchange failed (503)" in reasons(caught.value)


async def test_a_static_client_at_an_issuer_like_github(house: House) -> None:
    """The SDK reads its token answers only where they are JSON, so this is asked for here by a header of ours."""
    scopes = profiles.notes().scopes
    settings = dataclasses.replace(profiles.github(callbacks=(CALLBACK,)), scopes=scopes)
    async with authorization(settings) as server, notes(server.issuer, server.issuer.url) as served:
        ada = Person("ada", client=known(server.issuer.url))
        with pytest.raises(BaseExceptionGroup) as caught:
            async with at(f"{served.url}/mcp", ada):
                pass
        server.issuer.switch(form_encoded=False)
        async with at(f"{served.url}/mcp", Person("ada", client=known(server.issuer.url))) as client:
            assert (await client.list_tools()).tools

    assert "Invalid token response" in reasons(caught.value)
    assert server.issuer.log.counts()["token.authorization_code"]["granted"] == 2


def known(issuer: str) -> OAuthClientInformationFull:
    return OAuthClientInformationFull.model_validate(
        {
            "client_id": profiles.GITHUB_ID,
            "client_secret": profiles.GITHUB_SECRET,
            "redirect_uris": [CALLBACK],
            "token_endpoint_auth_method": "client_secret_post",
            "issuer": issuer,
        }
    )


def reasons(problem: BaseException) -> str:
    """The words of all that a group holds."""
    if isinstance(problem, BaseExceptionGroup):
        return "\n".join(reasons(each) for each in problem.exceptions)
    return f"{type(problem).__name__}: {problem}"
