"""The notes: whose they are, who is let in, what is asked before one is deleted, what is counted."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import mcp_types as T
import pytest

from playground.authorization.issuer import Issuer
from playground.services.notes.app import running as notes
from tests.playground.authorization.flow import Flow
from tests.playground.processes import a_process
from tests.playground.services.notes.conftest import House
from tests.playground.services.notes.person import Person, at, text

LIST: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_notes"}}
SAVE: dict[str, Any] = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "save_note"}}
BEGIN: dict[str, Any] = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}
ACCEPTED = T.ElicitResult(action="accept", content={"sure": True})


async def get(url: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.get(url)


async def post(url: str, token: str | None, message: dict[str, Any] = LIST) -> httpx2.Response:
    headers = {"Accept": "application/json, text/event-stream"} | (
        {"Authorization": f"Bearer {token}"} if token else {}
    )
    async with httpx2.AsyncClient() as http:
        return await http.post(url, json=message, headers=headers)


async def signed_in(issuer: Issuer, resource: str, person: str = "ada", scope: str = "notes:read") -> str:
    async with httpx2.AsyncClient() as http:
        flow = Flow(issuer, http)
        await flow.register()
        code = await flow.code(person, scope=scope, resource=resource)
        token: str = (await flow.redeem(code, resource=resource)).json()["access_token"]
        return token


def challenge(answer: httpx2.Response) -> dict[str, str]:
    scheme, _, rest = answer.headers["www-authenticate"].partition(" ")
    assert scheme == "Bearer"
    return {name: value.strip('"') for name, _, value in (part.partition("=") for part in rest.split(", "))}


async def test_who_shows_no_token_is_told_where_to_get_one(house: House) -> None:
    for url, path in ((house.mcp, "/mcp"), (house.sse, "/sse")):
        answer = await post(url, None) if path == "/mcp" else await get(url)
        said = challenge(answer)
        metadata = (await get(said["resource_metadata"])).json()

        assert answer.status_code == 401
        assert said.keys() == {"scope", "resource_metadata"}
        assert said["scope"] == "notes:read"
        assert metadata == {
            "resource": f"{house.notes.url}{path}",
            "authorization_servers": [house.issuer.url],
            "scopes_supported": ["notes:read", "notes:write"],
            "bearer_methods_supported": ["header"],
            "resource_name": "Notes",
        }
    at_the_root = await get(f"{house.notes.url}/.well-known/oauth-protected-resource")
    assert at_the_root.json()["resource"] == house.mcp


async def test_a_token_that_is_unknown_expired_or_revoked_is_refused(house: House) -> None:
    token = await signed_in(house.issuer, house.mcp)
    good = await post(house.mcp, token, BEGIN)
    unknown = await post(house.mcp, "pga_invented")
    house.issuer.tokens.revoke_of("ada")
    revoked = await post(house.mcp, token)
    other = await signed_in(house.issuer, house.mcp)
    house.issuer.tokens.expire()
    expired = await post(house.mcp, other)

    assert good.status_code == 200
    for answer in (unknown, revoked, expired):
        assert (answer.status_code, challenge(answer)["error"]) == (401, "invalid_token")


@pytest.mark.parametrize("resource", ["https://other.example/mcp", "the notes' other endpoint", None])
async def test_a_token_for_another_place_is_refused(house: House, resource: str | None) -> None:
    if resource is not None:
        token = await signed_in(house.issuer, house.sse if "other endpoint" in resource else resource)
    else:
        async with httpx2.AsyncClient() as http:
            flow = Flow(house.issuer, http)
            await flow.register()
            code = await flow.code(resource=None)
            redeemed = await http.post(
                f"{house.issuer.url}/token",
                data={
                    "grant_type": "authorization_code", "client_id": flow.client_id, "code": code,
                    "redirect_uri": "http://127.0.0.1:3000/callback", "code_verifier": flow.verifier,
                },
            )  # fmt: skip
            token = redeemed.json()["access_token"]
    assert await house.issuer.person_of(token) is not None
    assert (await post(house.mcp, token)).status_code == 401


async def test_a_scope_that_is_missing_is_named_with_those_that_are_there(house: House) -> None:
    answer = await post(house.mcp, await signed_in(house.issuer, house.mcp), SAVE)
    nothing = await post(house.mcp, await signed_in(house.issuer, house.mcp, scope="offline_access"), SAVE)

    assert answer.status_code == 403
    assert challenge(answer)["error"] == "insufficient_scope"
    assert challenge(answer)["scope"] == "notes:read notes:write"
    assert challenge(answer)["resource_metadata"].endswith("/.well-known/oauth-protected-resource/mcp")
    assert (nothing.status_code, challenge(nothing)["scope"]) == (403, "notes:read notes:write")
    assert house.notes.notes.counts()["ada"] == 2


async def test_nobody_sees_or_changes_another_persons_notes(house: House) -> None:
    camille = Person("camille", answer=ACCEPTED)
    async with at(house.mcp, camille) as client:
        listed = await client.call_tool("list_notes", {})
        [own] = listed.structured_content["result"] if listed.structured_content else []
        read = await client.call_tool("read_note", {"id": "note-1"})
        saved = await client.call_tool("save_note", {"id": "note-1", "title": "Mine", "text": "now"})
        deleted = await client.call_tool("delete_note", {"id": "note-1"})

    assert own["title"] == "Atelier"
    for refused in (read, saved, deleted):
        assert refused.is_error
        assert "You have no note note-1." in text(refused)
    assert camille.asked == []
    assert house.notes.notes.find("ada", "note-1").title == "Analytical engine"


async def test_a_session_of_one_person_is_unknown_to_another(house: House) -> None:
    ada, camille = await signed_in(house.issuer, house.mcp), await signed_in(house.issuer, house.mcp, "camille")
    opened = await post(house.mcp, ada, BEGIN)
    session = opened.headers["mcp-session-id"]
    headers = {"Mcp-Session-Id": session, "Accept": "application/json, text/event-stream"}
    async with httpx2.AsyncClient(headers=headers) as http:
        stolen = await http.post(house.mcp, json=LIST, headers={"Authorization": f"Bearer {camille}"})

    assert opened.status_code == 200
    assert stolen.status_code == 404


# ---- the question before a note is deleted --------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["auto", "legacy"])
@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (ACCEPTED, 1),
        (T.ElicitResult(action="accept", content={"sure": False}), 2),
        (T.ElicitResult(action="decline"), 2),
        (T.ElicitResult(action="cancel"), 2),
    ],
)
async def test_a_note_is_deleted_only_after_the_person_said_so(
    house: House, mode: str, answer: T.ElicitResult, left: int
) -> None:
    ada = Person("ada", answer=answer)
    async with at(house.mcp, ada, mode=mode) as client:
        said = await client.call_tool("delete_note", {"id": "note-2"})

    assert ada.asked == ["Delete the note “Groceries”?"]
    assert house.notes.notes.counts()["ada"] == left
    assert ("Deleted “Groceries”." in text(said)) is (left == 1)


async def test_the_question_can_be_answered_by_another_connection(house: House) -> None:
    """In the newer protocol: nobody holds anything while the person thinks."""
    ada = Person("ada")
    async with at(house.mcp, ada) as client:
        asked = await client.session.call_tool("delete_note", {"id": "note-2"}, allow_input_required=True)
    assert isinstance(asked, T.InputRequiredResult)
    assert asked.input_requests is not None
    [(key, request)] = asked.input_requests.items()
    assert isinstance(request.params, T.ElicitRequestFormParams)

    async with at(house.mcp, ada) as client:
        said = await client.call_tool(
            "delete_note", {"id": "note-2"}, input_responses={key: ACCEPTED}, request_state=asked.request_state
        )

    assert request.params.requested_schema["properties"]["sure"]["type"] == "boolean"
    assert text(said) == "Deleted “Groceries”."


# ---- what is open ---------------------------------------------------------------------------------------------------


async def opened(house: House) -> dict[str, int]:
    async with httpx2.AsyncClient() as http:
        found: dict[str, int] = (await http.get(f"{house.notes.url}/_control/open")).json()
        return found


async def until_open(house: House, **wanted: int) -> dict[str, int]:
    async with asyncio.timeout(60):
        while True:
            found = await opened(house)
            if wanted.items() <= found.items():
                return found
            await asyncio.sleep(0.01)


async def test_sessions_streams_and_connections_are_counted(house: House) -> None:
    before = await opened(house)
    async with at(house.mcp, Person("ada"), mode="legacy"), at(house.mcp, Person("camille"), mode="legacy"):
        during = await until_open(house, sessions=2, streams=2)
    after = await until_open(house, sessions=0, streams=0, connections=1)

    assert (before["sessions"], before["connections"]) == (0, 1)
    assert during["connections"] >= 3
    assert (after["sessions_begun"], after["most_streams"]) == (2, 2)
    assert after["most_connections"] >= during["connections"]


async def test_the_newer_protocol_leaves_nothing_open(house: House) -> None:
    async with at(house.mcp, Person("ada")) as client:
        await client.call_tool("list_notes", {})
        during = await opened(house)

    assert (during["sessions_begun"], during["streams"]) == (0, 0)


async def test_stopping_does_not_wait_for_streams_that_clients_hold(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("playground.serving.SHUTDOWN_SECONDS", 60)
    loop = asyncio.get_running_loop()
    async with AsyncExitStack() as stack, httpx2.AsyncClient() as http:
        served = await stack.enter_async_context(notes(house.issuer, house.issuer.url))
        http.headers["Authorization"] = f"Bearer {await signed_in(house.issuer, f'{served.url}/sse')}"
        async with http.stream("GET", f"{served.url}/sse") as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: endpoint"
            began = loop.time()
            await stack.aclose()
            took = loop.time() - began
            with pytest.raises(httpx2.RemoteProtocolError):
                assert [line async for line in lines]

    assert took < 30


# ---- the process ----------------------------------------------------------------------------------------------------


async def test_the_notes_as_a_process_ask_the_issuer_about_each_token() -> None:
    async with a_process("playground.authorization", "--issuer", "notes", ready="/_control/counts") as issuer:
        options = ("--issuer", issuer.url)
        async with a_process("playground.services.notes", *options, ready="/_control/state") as served:
            ada = Person("ada")
            async with at(f"{served.url}/mcp", ada) as client:
                listed = text(await client.call_tool("list_notes", {}))
                assert ada.tokens is not None
                async with httpx2.AsyncClient() as http:
                    await http.delete(f"{issuer.url}/_control/consents", params={"person": "ada"})
                refused = await post(f"{served.url}/mcp", ada.tokens.access_token)

    assert "Groceries" in listed
    assert (refused.status_code, challenge(refused)["error"]) == (401, "invalid_token")
