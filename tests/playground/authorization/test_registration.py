"""Clients that register themselves, that are known by a document of theirs, or that were registered by hand."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from playground.authorization import documents
from playground.authorization.clients import same
from playground.authorization.issuer import Issuer
from playground.serving import serve
from tests.playground.authorization.flow import CALLBACK, Flow, error, redirected


async def test_a_client_registers_and_is_told_what_it_was_registered_with(
    issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    answer = await Flow(issuer, http).register(
        token_endpoint_auth_method="client_secret_post",
        grant_types=["authorization_code", "refresh_token", "password"],
        scope="notes:read",
        software_id="unknown here",
    )
    said = answer.json()

    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    assert said["client_secret"]
    assert said["client_secret_expires_at"] == 0
    assert said["grant_types"] == ["authorization_code", "refresh_token"]
    assert (said["redirect_uris"], said["scope"], said["client_name"]) == ([CALLBACK], "notes:read", "Threadwind")
    assert "software_id" not in said


async def test_a_client_that_says_nothing_of_itself_proves_itself_by_basic(
    issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    """RFC 7591, section 2: that is what leaving it out means."""
    said = (await http.post(f"{issuer.url}/register", json={"redirect_uris": [CALLBACK]})).json()

    assert said["token_endpoint_auth_method"] == "client_secret_basic"
    assert said["client_secret"]


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": ["not an address"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://client.example/callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https:///callback"]}, "invalid_redirect_uri"),
        ({"redirect_uris": ["https://client.example/callback#there"]}, "invalid_redirect_uri"),
        ({"redirect_uris": [CALLBACK, "app.example:/callback"]}, "invalid_redirect_uri"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"grant_types": ["implicit"]}, "invalid_client_metadata"),
        ({"response_types": ["token"]}, "invalid_client_metadata"),
    ],
)
async def test_a_client_that_describes_itself_badly_is_refused(
    issuer: Issuer, http: httpx2.AsyncClient, metadata: dict[str, Any], code: str
) -> None:
    assert error(await Flow(issuer, http).register(**metadata)) == (400, code)


async def test_what_is_no_json_is_refused(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    assert error(await http.post(f"{issuer.url}/register", content=b"{")) == (400, "invalid_client_metadata")


async def test_an_application_may_be_called_back_by_a_scheme_of_its_own(
    issuer: Issuer, http: httpx2.AsyncClient
) -> None:
    answer = await Flow(issuer, http).register(redirect_uris=["com.example:/back"], application_type="native")
    assert answer.status_code == 201


async def test_registration_can_be_switched_off(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    issuer.switch(registration=False)
    assert (await Flow(issuer, http).register()).status_code == 404


@pytest.mark.parametrize(
    ("known", "asked", "allowed"),
    [
        ("https://a.example/back", "https://a.example/back", True),
        ("https://a.example/back", "https://a.example/back/", False),
        ("https://a.example/back", "https://a.example/back?x=1", False),
        ("https://a.example/back", "https://a.example:443/back", False),
        ("https://a.example/back", "http://a.example/back", False),
        ("http://127.0.0.1/back", "http://127.0.0.1:51234/back", True),
        ("http://127.0.0.1:3000/back", "http://127.0.0.1:3001/back", True),
        ("http://[::1]/back", "http://[::1]:8080/back", True),
        ("http://127.0.0.1:3000/back", "http://127.0.0.1:3001/other", False),
        ("http://127.0.0.1:3000/back", "http://127.0.0.1:wrong/back", False),
        ("http://127.0.0.1/back", "http://ada@127.0.0.1:1/back", False),
        ("http://localhost:3000/back", "http://localhost:3001/back", False),
        ("http://localhost:3000/back", "http://127.0.0.1:3000/back", False),
    ],
)
def test_an_address_for_the_answer_is_the_registered_one(known: str, asked: str, allowed: bool) -> None:
    """But for the port of a loopback IP, of which an application cannot know which one will be free."""
    assert same(known, asked) is allowed


# ---- clients known by a document ------------------------------------------------------------------------------------


class Site:
    """Where a client describes itself; a test says how."""

    def __init__(self) -> None:
        self.url = ""
        self.change: dict[str, Any] = {}
        self.content: bytes | None = None
        self.fetched = 0

    @property
    def client_id(self) -> str:
        return f"{self.url}/client.json"

    async def document(self, request: Request) -> Response:
        self.fetched += 1
        said = {"client_id": self.client_id, "client_name": "Documented", "redirect_uris": [CALLBACK]} | self.change
        content = self.content if self.content is not None else json.dumps(said).encode()
        return Response(content, media_type="application/json")

    async def moved(self, request: Request) -> Response:
        return RedirectResponse(self.client_id)


@asynccontextmanager
async def a_site() -> AsyncIterator[Site]:
    site = Site()
    app = Starlette(routes=[Route("/client.json", site.document), Route("/moved.json", site.moved)])
    async with serve(app) as site.url:
        yield site


async def test_a_client_is_known_by_the_document_at_its_id(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    async with a_site() as site:
        flow = Flow(issuer, http, client_id=site.client_id)
        shown = await flow.authorize()
        tokens = await flow.tokens()
        site.change = {"client_name": "Renamed"}
        again = await flow.authorize()

    assert "Documented asks for access to Notes" in shown.text
    assert f"It is described at {site.client_id}." in shown.text
    assert "Renamed asks for access to Notes" in again.text
    assert site.fetched == 3
    assert (await issuer.person_of(tokens["access_token"])) is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"client_id": "https://somebody-else.example/client.json"}, "names another client id"),
        ({"client_secret": "known to everybody"}, "has no secret"),
        ({"token_endpoint_auth_method": "client_secret_post"}, "has no secret"),
        ({"redirect_uris": []}, "not as it should be (redirect_uris)"),
        ({"redirect_uris": ["http://client.example/"]}, "has a bad redirect address"),
        ({"client_uri": "x" * documents.BYTES_MAX}, "more than 5120 bytes"),
        ({"redirect_uris": ["https://client.example/callback"]}, "not one that this client registered"),
    ],
)
async def test_a_document_that_cannot_be_trusted_leads_nowhere(
    issuer: Issuer, http: httpx2.AsyncClient, change: dict[str, Any], said: str
) -> None:
    async with a_site() as site:
        site.change = change
        shown = await Flow(issuer, http, client_id=site.client_id).authorize()

    assert shown.status_code == 400
    assert said in shown.text
    assert "location" not in shown.headers
    assert issuer.pending.all() == []


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/moved.json", "answered 307"),
        ("/nowhere.json", "answered 404"),
        ("/", "has a path"),
        ("/client.json#part", "no fragment"),
        ("/a/../client.json", "no dots"),
    ],
)
async def test_an_id_that_leads_to_no_document_is_refused(
    issuer: Issuer, http: httpx2.AsyncClient, path: str, said: str
) -> None:
    async with a_site() as site:
        shown = await Flow(issuer, http, client_id=f"{site.url}{path}").authorize()

    assert shown.status_code == 400
    assert said in shown.text


async def test_a_document_is_fetched_from_https_or_this_machine_only(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    shown = await Flow(issuer, http, client_id="http://client.example/client.json").authorize()
    assert "begins with https" in shown.text


async def test_a_site_that_is_away_is_told(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    async with a_site() as site:
        pass
    shown = await Flow(issuer, http, client_id=site.client_id).authorize()
    assert "cannot be fetched (ConnectError)" in shown.text


async def test_documents_can_be_switched_off(issuer: Issuer, http: httpx2.AsyncClient) -> None:
    issuer.switch(cimd=False)
    async with a_site() as site:
        shown = await Flow(issuer, http, client_id=site.client_id).authorize()

    assert shown.status_code == 400
    assert "is not known" in shown.text
    assert site.fetched == 0


async def test_a_registered_client_is_told_apart_on_the_page(flow: Flow) -> None:
    assert "nobody has checked its name" in (await flow.authorize()).text


async def test_a_refusal_goes_to_the_registered_address_only(flow: Flow) -> None:
    assert redirected(await flow.authorize(scope="everything"))["error"] == "invalid_scope"
    elsewhere = await flow.authorize(scope="everything", redirect_uri="https://evil.example/callback")
    assert elsewhere.status_code == 400
    assert "location" not in elsewhere.headers
