"""A person at a client of the official SDK: signs in where the server asks for it, and answers its questions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import mcp_types as T
from mcp import Client
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.context import ClientRequestContext
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from tests.playground.authorization.flow import CALLBACK, answered


@dataclass
class Person:
    """`allows`: what clients ask for; `answer`: to what a server asks. The SDK keeps its tokens here, too."""

    name: str
    allows: bool = True
    answer: T.ElicitResult = field(default_factory=lambda: T.ElicitResult(action="cancel"))
    asked: list[str] = field(default_factory=list)
    visited: list[httpx2.URL] = field(default_factory=list)
    tokens: OAuthToken | None = None
    client: OAuthClientInformationFull | None = None
    location: str = ""
    auth: OAuthClientProvider | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info

    async def visit(self, address: str) -> None:
        """The browser opens the address; the person does on the page what a form would send."""
        url = httpx2.URL(address)
        self.visited.append(url)
        async with httpx2.AsyncClient(follow_redirects=False) as browser:
            shown = await browser.get(address)
            if shown.status_code == 200:
                base = address.split("/authorize", 1)[0]
                order = {"person": self.name, "allow": self.allows}
                self.location = (await browser.post(f"{base}/_control/answer", json=order)).json()["location"]
            else:
                assert shown.status_code == 303, shown.text
                self.location = shown.headers["location"]

    async def come_back(self) -> AuthorizationCodeResult:
        told = answered(self.location)
        return AuthorizationCodeResult(code=told.get("code", ""), state=told["state"], iss=told.get("iss"))

    def provider(self, url: str, **options: Any) -> OAuthClientProvider:
        wanted = {"client_name": "Threadwind", "redirect_uris": [CALLBACK]} | options.pop("metadata", {})
        metadata = OAuthClientMetadata.model_validate(wanted)
        self.auth = OAuthClientProvider(url, metadata, self, self.visit, self.come_back, **options)
        return self.auth

    def notices_the_expiry(self) -> None:
        """The SDK refreshes by its own clock alone; this turns it forward."""
        assert self.auth is not None
        self.auth.context.token_expiry_time = 1.0

    async def question(self, context: ClientRequestContext, params: T.ElicitRequestParams) -> T.ElicitResult:
        self.asked.append(params.message)
        return self.answer


@asynccontextmanager
async def at(url: str, person: Person, *, mode: Any = "auto", **options: Any) -> AsyncIterator[Client]:
    """A client of the MCP server at `url`, which `person` uses. The transport is the path's."""
    auth = person.provider(url, **options)
    if url.endswith("/sse"):
        async with Client(sse_client(url, auth=auth), mode=mode, elicitation_callback=person.question) as client:
            yield client
        return
    async with (
        httpx2.AsyncClient(auth=auth, timeout=30) as http,
        Client(
            streamable_http_client(url, http_client=http),
            mode=mode,
            elicitation_callback=person.question,
            read_timeout_seconds=30,
        ) as client,
    ):
        yield client


def text(result: T.CallToolResult) -> str:
    return "\n".join(block.text for block in result.content if isinstance(block, T.TextContent))
