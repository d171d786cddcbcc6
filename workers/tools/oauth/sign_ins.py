"""People's sign-ins at tool servers: begun, finished, renewed, revoked; what comes of them is kept in `connections`.

Always holds: tokens are renewed by one process at a time, whoever else wanted it gets the new ones; a refresh token
that is void, or a registration that is gone, ends the connection, whatever else the answer may be does not.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import structlog
from mcp.client.auth import OAuthFlowError
from mcp.shared.auth import OAuthToken
from pydantic import ValidationError
from redis.exceptions import LockError

from bot.catalog.servers import Server
from bot.connections.models import Principal
from bot.connections.signed_in import Connections, SignedIn
from workers.tools.needs import SignIn
from workers.tools.oauth.errors import Unavailable, Unusable
from workers.tools.oauth.flow import Begun, ClientGone, Flow
from workers.tools.oauth.guard import Blocked, Guard, client
from workers.tools.oauth.spoken import CLIENT_GONE, VOID, said_error

NOT_NOW = 'The sign-in at "{server}" cannot be renewed now. If that lasts, the person can sign in anew in /connections.'

log = structlog.get_logger()


class SignIns:
    def __init__(
        self, connections: Connections, *, now: Callable[[], float], client_document: str | None = None
    ) -> None:
        """`client_document` is the https address at which we say who we are, where there is one."""
        self.connections = connections
        self._now = now
        self._client_document = client_document

    async def begin(self, server: Server, principal: Principal, need: SignIn, *, redirect_uri: str) -> Begun:
        """The link for the person. Raises `SignInError`."""
        had = await self.connections.at(principal, server)
        known = await self.connections.client(server.url, redirect_uri)
        tokens = OAuthToken(access_token="none", scope=had.scope) if had and need.status == 403 else None  # noqa: S106  # only its scopes count
        flow = Flow(
            server,
            redirect_uri=redirect_uri,
            documents={},
            client=known,
            tokens=tokens,
            client_document=self._client_document,
        )
        async with _guarded(server) as (guard, http):
            begun = await flow.begin(http, need)
            if not await guard.may_show(httpx2.URL(begun.url)):
                raise Unusable(f'The sign-in of "{server.name}" leads to an address that is not safe.')
        if flow.registered and not server.own_client:
            await self.connections.keep_client(server.url, redirect_uri, flow.registered)
        return begun

    async def finish(
        self,
        server: Server,
        principal: Principal,
        documents: dict[str, Any],
        *,
        code: str,
        verifier: str,
        iss: str | None,
    ) -> None:
        """The code's tokens, into the store. Raises `SignInError`."""
        flow = Flow(server, redirect_uri=documents["redirect_uri"], documents=documents)
        async with _guarded(server) as (_, http):
            try:
                tokens = await flow.finish(http, code=code, verifier=verifier, iss=iss)
            except ClientGone:
                if server.own_client:
                    raise
                await self.connections.forget_client(server.url, documents["redirect_uri"])
                raise Unavailable(f'We have to be registered anew for "{server.name}"; ask again.') from None
        signed_in = self._granted(tokens, flow.documents(), id=secrets.token_hex(8), url=server.url, at=self._now())
        await self.connections.put(principal, server.name, signed_in)
        log.info("sign_in.done", server=server.name, renews=bool(signed_in.refresh_token))

    async def renewed(self, server: Server, principal: Principal, spent: str) -> SignedIn | None:
        """The connection with another access token than `spent`; None where the person has to sign in again.

        Raises `SignInError` where nobody can say now.
        """
        try:
            async with self.connections.refreshing(principal, server.name):
                signed_in = await self.connections.at(principal, server)
                if signed_in is None or signed_in.access_token != spent:
                    return signed_in  # another process was here
                return await self._renew(server, principal, signed_in)
        except LockError as exc:
            raise Unavailable(f'Another worker renews the sign-in at "{server.name}" and takes too long.') from exc

    async def end(self, principal: Principal, name: str) -> SignedIn | None:
        """Forget the connection to the server `name`; what it was. A renewal under way cannot bring it back."""
        try:
            async with self.connections.refreshing(principal, name):
                return await self.connections.drop(principal, name)
        except LockError as exc:
            raise Unavailable(f'A worker renews the sign-in at "{name}" and takes too long.') from exc

    async def revoke(self, server: Server, signed_in: SignedIn) -> bool:
        """Tell the authorization server that the tokens are void (RFC 7009); whether it heard that.

        Raises `SignInError`.
        """
        heard = []
        async with _guarded(server) as (_, http):
            flow = Flow(server, redirect_uri=_redirect_of(signed_in), documents=signed_in.documents)
            metadata = flow.context.oauth_metadata
            if metadata is None or metadata.revocation_endpoint is None or flow.context.client_info is None:
                return False
            for kind, token in (("refresh_token", signed_in.refresh_token), ("access_token", signed_in.access_token)):
                if not token:
                    continue  # some servers void both with either, others do not
                said = {"token": token, "token_type_hint": kind, "client_id": flow.context.client_info.client_id}
                body, headers = flow.context.prepare_token_auth(said, {})
                answer = await http.post(str(metadata.revocation_endpoint), data=body, headers=headers)
                heard.append(answer.is_success)
        return all(heard)

    async def _renew(self, server: Server, principal: Principal, signed_in: SignedIn) -> SignedIn | None:
        if not signed_in.refresh_token:
            return None
        tokens = OAuthToken(
            access_token=signed_in.access_token, refresh_token=signed_in.refresh_token, scope=signed_in.scope
        )
        async with _guarded(server) as (_, http):
            flow = Flow(server, redirect_uri=_redirect_of(signed_in), documents=signed_in.documents, tokens=tokens)
            answer = await flow.renew(http)
        try:
            fresh = OAuthToken.model_validate_json(answer.content)
        except ValidationError:  # some servers refuse under 200
            await self._refused(server, signed_in, answer)
            after = None
        else:
            after = self._renewed(fresh, signed_in)
        if await self.connections.renew(principal, server.name, signed_in.access_token, after):
            return after
        log.warning("sign_in.renewed_too_late", server=server.name)
        return await self.connections.at(principal, server)

    async def _refused(self, server: Server, signed_in: SignedIn, answer: httpx2.Response) -> None:
        """Raises `Unavailable` where that does not end the connection."""
        error = said_error(answer)
        if error in CLIENT_GONE and not server.own_client:
            await self.connections.forget_client(server.url, _redirect_of(signed_in))
        elif error not in VOID:
            log.warning("sign_in.not_renewed", server=server.name, status=answer.status_code, error=error)
            raise Unavailable(NOT_NOW.format(server=server.name)) from None
        log.info("sign_in.renewal_refused", server=server.name, status=answer.status_code)

    def _renewed(self, fresh: OAuthToken, before: SignedIn) -> SignedIn:
        """What the answer leaves out stays as it was (RFC 6749, 5.1 and 6)."""
        fresh.refresh_token = fresh.refresh_token or before.refresh_token
        fresh.scope = fresh.scope or before.scope
        return self._granted(fresh, before.documents, id=before.id, url=before.url, at=before.at)

    def _granted(self, tokens: OAuthToken, documents: dict[str, Any], *, id: str, url: str, at: float) -> SignedIn:
        return SignedIn(
            id=id,
            url=url,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or "",
            expires_at=self._now() + tokens.expires_in if tokens.expires_in else None,
            scope=tokens.scope or "",
            at=at,
            documents=documents,
        )


def _redirect_of(signed_in: SignedIn) -> str:
    return str(signed_in.documents.get("redirect_uri", ""))


@asynccontextmanager
async def _guarded(server: Server) -> AsyncIterator[tuple[Guard, httpx2.AsyncClient]]:
    """What may be fetched for the server's sign-in, and with what; whatever goes wrong becomes a `SignInError`.

    The causes' own texts may hold what servers sent, so they stay here.
    """
    guard = Guard(server.url)
    try:
        async with client(guard) as http:
            yield guard, http
    except Blocked as exc:
        log.warning("sign_in.blocked", server=server.name, problem=str(exc))
        raise Unusable(f'The sign-in of "{server.name}" names an address that may not be fetched from here.') from None
    except httpx2.HTTPError as exc:
        raise Unavailable(
            f'Who signs people in for "{server.name}" cannot be reached ({type(exc).__name__}).'
        ) from None
    except (OAuthFlowError, ValidationError, ValueError, httpx2.InvalidURL) as exc:
        if guard.overloaded:
            raise Unavailable(f'Who signs people in for "{server.name}" is overloaded or has a fault.') from None
        log.warning("sign_in.unusable", server=server.name, cause=type(exc).__name__)
        raise Unusable(f'The sign-in of "{server.name}" does not work as the protocol says.') from None
