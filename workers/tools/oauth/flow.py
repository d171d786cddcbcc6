"""One sign-in at one server, in two halves that different processes may do: up to the link, and from the code on.

The SDK's own flow does discovery, registration and the token request; it knows no pause, so its pieces are driven here.
What it leaves open is closed here: PKCE with S256 or nothing, and scopes of our choice. What is known is kept as plain
JSON (`documents`).
https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from mcp.client.auth import OAuthClientProvider, OAuthFlowError, PKCEParameters
from mcp.client.auth.utils import extract_scope_from_www_auth, union_scopes, validate_authorization_response_iss
from mcp.shared.auth import OAuthClientInformationFull, OAuthClientMetadata, OAuthToken

from bot.catalog.servers import Server
from workers.tools.needs import SignIn
from workers.tools.oauth import kept, link, scopes
from workers.tools.oauth.by_hand import by_hand
from workers.tools.oauth.spoken import CLIENT_GONE, said_error, sent

PROTOCOL_HEADER = "mcp-protocol-version"
NAME = "Threadwind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A sign-in that waits for a person's browser. `url` is where it goes; `verifier` stays with us."""

    url: str
    state: str = field(repr=False)
    verifier: str = field(repr=False)
    issuer: str
    scope: str
    documents: dict[str, Any] = field(repr=False)


class _Paused(Exception):
    """The link is made: the flow is left here and taken up again with the code."""

    def __init__(self, begun: Begun) -> None:
        super().__init__("a person is waited for")
        self.begun = begun


def _unsaid(_record: logging.LogRecord) -> bool:
    return False


class ClientGone(OAuthFlowError):
    """The authorization server does not know as whom we are registered."""


class _TooNarrow(Exception):
    """We are registered for less than is asked for, which an authorization server may refuse (RFC 7591, 2)."""


class Flow(OAuthClientProvider):
    """`documents` is what an earlier half, or an earlier sign-in, left; `client` as whom we are registered."""

    def __init__(
        self,
        server: Server,
        *,
        redirect_uri: str,
        documents: Mapping[str, Any],
        client: Mapping[str, Any] | None = None,
        tokens: OAuthToken | None = None,
        client_document: str | None = None,
    ) -> None:
        kind = "web" if redirect_uri.startswith("https://") else "native"
        metadata = OAuthClientMetadata.model_validate(
            {"client_name": NAME, "redirect_uris": [redirect_uri], "application_type": kind}
        )
        # The SDK logs each sign-in that leaves it, with a stack trace and with what the servers said. A level would not
        # outlive `logs.set_up`; the same filter is added once.
        logging.getLogger("mcp.client.auth.oauth2").addFilter(_unsaid)
        super().__init__(server.url, metadata, self, client_metadata_url=client_document)
        self._server = server
        context = self.context
        kept.read_into(context, {**documents, "client": documents.get("client") or client})
        context.current_tokens = tokens
        if server.own_client:
            context.client_info = by_hand(server, redirect_uri, context.oauth_metadata)
        self.registered: dict[str, Any] | None = None  # what a registration brought, to be kept
        self._scope: str | None = None  # what is asked for, where an operator chose that
        self._initialized = True  # the SDK's: nothing is to be loaded

    async def begin(self, http: httpx2.AsyncClient, need: SignIn) -> Begun:
        """Up to the link, from what the server said as it refused. Raises the SDK's, pydantic's and httpx2's errors."""
        headers = {PROTOCOL_HEADER: need.protocol} if need.protocol else {}
        refused = httpx2.Request("POST", self._server.url, headers=headers)
        answer = httpx2.Response(need.status, headers={"www-authenticate": need.challenge}, request=refused)
        lacking = extract_scope_from_www_auth(answer) if need.status == 403 else None
        granted = self.context.current_tokens.scope if self.context.current_tokens else None
        self._scope = scopes.chosen(self._server, granted=granted, lacking=lacking)
        try:
            return await self._to_the_link(http, answer)
        except _TooNarrow:
            self.context.client_info = None  # so the SDK registers us, for all that is asked for
            return await self._to_the_link(http, answer)

    async def _to_the_link(self, http: httpx2.AsyncClient, answer: httpx2.Response) -> Begun:
        async with contextlib.aclosing(self.async_auth_flow(answer.request)) as flow:
            await anext(flow)  # the refused request itself, which is not sent again
            try:
                while True:
                    request = await flow.asend(answer)
                    if request.method == "POST":  # up to the link that is done to register, and for nothing else
                        request = scopes.registration(request, self._scope)
                    answer = await sent(http, request)
            except _Paused as paused:
                return paused.begun

    async def finish(self, http: httpx2.AsyncClient, *, code: str, verifier: str, iss: str | None) -> OAuthToken:
        """The tokens for a code. Raises the SDK's, pydantic's and httpx2's errors."""
        validate_authorization_response_iss(iss, self.context.oauth_metadata)
        request = await self._exchange_token_authorization_code(code, verifier)
        answer = await sent(http, request)
        if said_error(answer) in CLIENT_GONE:
            raise ClientGone("the authorization server does not know us")
        await self._handle_token_response(answer)
        assert self.context.current_tokens is not None, "the SDK raises where there are none"
        return self.context.current_tokens

    async def renew(self, http: httpx2.AsyncClient) -> httpx2.Response:
        """What the token endpoint says to the refresh token, as JSON."""
        return await sent(http, await self._refresh_token())

    def documents(self) -> dict[str, Any]:
        return {**kept.of(self.context), "redirect_uri": self._redirect_uri}

    # ---- what the SDK asks of us ------------------------------------------------------------------------------------

    async def get_tokens(self) -> OAuthToken | None:
        return self.context.current_tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        """They are kept by whoever asked for them."""

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.context.client_info

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        """What was asked for is remembered with it: a server that registers us for less does so the next time, too."""
        if client_info.scope is not None:
            asked = self._scope or self.context.client_metadata.scope
            client_info.scope = union_scopes(asked, client_info.scope)
        self.registered = kept.written(client_info)

    async def _perform_authorization(self) -> httpx2.Request:
        """In the place of the SDK's, which would wait here for the browser."""
        context = self.context
        methods = context.oauth_metadata.code_challenge_methods_supported if context.oauth_metadata else ["S256"]
        if "S256" not in (methods or []):
            raise OAuthFlowError("the authorization server does not offer PKCE with S256")
        context.client_metadata.scope = self._scope or context.client_metadata.scope
        raise _Paused(self._begun(self._client().client_id))

    def _client(self) -> OAuthClientInformationFull:
        """As whom we ask; known only now that it is, too, what for."""
        context = self.context
        if context.client_info is None:
            raise OAuthFlowError("we are not registered")
        if self._server.own_client:
            context.client_info = by_hand(self._server, self._redirect_uri, context.oauth_metadata)
        if not scopes.suffices(context.client_info, context.client_metadata.scope):
            raise _TooNarrow
        return context.client_info

    def _begun(self, client_id: str) -> Begun:
        context, redirect_uri = self.context, self._redirect_uri
        pkce, state = PKCEParameters.generate(), secrets.token_urlsafe(32)
        return Begun(
            url=link.to(
                context, client_id=client_id, redirect_uri=redirect_uri, state=state, challenge=pkce.code_challenge
            ),
            state=state,
            verifier=pkce.code_verifier,
            issuer=str(context.oauth_metadata.issuer) if context.oauth_metadata else "",
            scope=context.client_metadata.scope or "",
            documents=self.documents(),
        )

    @property
    def _redirect_uri(self) -> str:
        return str(self.context.client_metadata.redirect_uris[0]) if self.context.client_metadata.redirect_uris else ""
