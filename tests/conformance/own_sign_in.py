"""The product's own sign-in, as the worker does it, for the suite's driver: its rows in Redis, its flow, its bearer."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from cryptography.fernet import Fernet
from mcp_types import CallToolResult, Tool
from redis.asyncio import Redis

from bot.catalog.server_credentials import OAuthClient
from bot.catalog.servers import Server
from bot.connections.signed_in import Connections
from bot.vault import Vault
from tests.conformance.answering import ANSWERING
from tests.conformance.browser import CALLBACK, Callback
from tests.conformance.desk import ASKER, TIMEOUT, Failed
from tests.conformance.signing_in import Challenge
from workers.tools.credentials import Asker
from workers.tools.errors import Needed
from workers.tools.needs import SignIn
from workers.tools.oauth.errors import SignInError
from workers.tools.oauth.flow import Begun
from workers.tools.oauth.personal import Personal
from workers.tools.oauth.sign_ins import SignIns
from workers.tools.sessions import ToolSessions

DOCUMENT = "https://conformance-test.local/client-metadata.json"  # the suite knows it and does not fetch it


class Refusals(ToolSessions):
    """Sessions that note what they were refused for, and ask for lists of tools as the person."""

    def __init__(self, sign_ins: SignIns) -> None:
        super().__init__(timeout=TIMEOUT, answering=ANSWERING, credentials=Personal(sign_ins, time.time))
        self.need: SignIn | None = None

    async def tools(self, server: Server, asker: Asker | None, **_: Any) -> list[Tool]:
        try:
            return await super().tools(server, ASKER)  # nobody hears as whom: here the list is for whoever looks
        except Needed as exc:
            self._note(exc)
            raise

    async def call(
        self, server: Server, asker: Asker, tool: str, arguments: dict[str, Any], **options: Any
    ) -> CallToolResult:
        try:
            return await super().call(server, asker, tool, arguments, **options)
        except Needed as exc:
            self._note(exc)
            raise

    def _note(self, exc: Needed) -> None:
        assert isinstance(exc.need, SignIn)
        self.need = exc.need


class OwnSignIn:
    """One person's, at one server."""

    def __init__(self, server: Server, sign_ins: SignIns) -> None:
        self._server = server
        self._sign_ins = sign_ins
        self._latest: Refusals | None = None
        self._begun: Begun | None = None

    def sessions(self) -> ToolSessions:
        self._latest = Refusals(self._sign_ins)
        return self._latest

    async def challenge(self) -> Challenge | None:
        need = self._latest.need if self._latest else None
        return Challenge(need.status, need.challenge, need.protocol) if need else None

    async def begin(self, challenge: Challenge) -> str:
        need = SignIn(
            server=self._server.name,
            status=challenge.status,
            challenge=challenge.www_authenticate,
            protocol=challenge.protocol,
        )
        try:
            begun = await self._sign_ins.begin(self._server, ASKER.principal, need, redirect_uri=CALLBACK)
        except SignInError as exc:
            raise Failed(str(exc)) from exc
        self._begun = begun
        return begun.url

    async def finish(self, callback: Callback) -> None:
        begun = self._begun
        assert begun is not None, "it was begun"
        assert callback.state == begun.state
        try:
            await self._sign_ins.finish(
                self._server,
                ASKER.principal,
                begun.documents,
                code=callback.code,
                verifier=begun.verifier,
                iss=callback.iss,
            )
        except SignInError as exc:
            raise Failed(str(exc)) from exc


@asynccontextmanager
async def opened(server: Server, context: dict[str, Any], redis_url: str) -> AsyncIterator[OwnSignIn]:
    """Nothing is left of an earlier scenario: the key is new, so what stands in the store opens no more."""
    if "client_id" in context:
        client = OAuthClient(client_id=context["client_id"], client_secret=context.get("client_secret", ""))
        server = replace(server, oauth=client)
    async with Redis.from_url(redis_url) as redis:
        connections = Connections(redis, Vault([Fernet.generate_key().decode()]))
        yield OwnSignIn(server, SignIns(connections, now=time.time, client_document=DOCUMENT))
