"""A person's way through the browser: what will be accessed, on to the server's own page, and back to Slack.

Always holds: only the browser in which the person went on can bring something back; what it brings is kept sealed, and
mail of the waiting thread says so. Nothing is fetched here, and nothing a server says is shown before it is known to
be from the server that was asked (RFC 9207).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import urlsplit

import structlog
from redis.exceptions import RedisError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.connections import addresses
from bot.connections.addresses import CALLBACK_PATH, CLIENT_PATH, CONNECT_PATH, Reached
from bot.connections.tickets import DENIED, OtherBrowser, Ticket, Tickets, cookie_name
from bot.inbox import Inbox
from bot.texts import Words, words_for
from bot.threads import keys
from bot.threads.models import Mail, MailKind
from bot.web.pages import page

LONGEST = 4096  # characters of what a browser brings back

log = structlog.get_logger()
Handler = Callable[[Request], Awaitable[Response]]


class SignInPages:
    def __init__(self, tickets: Tickets, inbox: Inbox, settings: Reached) -> None:
        self._tickets = tickets
        self._inbox = inbox
        self._settings = settings
        self._secure = addresses.base(settings).startswith("https://")

    def routes(self) -> list[Route]:
        return [
            Route(CONNECT_PATH, self._kept(self.show), methods=["GET"]),
            Route(CONNECT_PATH, self._kept(self.go_on), methods=["POST"]),
            Route(CALLBACK_PATH, self._kept(self.come_back), methods=["GET"]),
            Route(CLIENT_PATH, self.client, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        ticket = await self._tickets.offered(request.path_params["secret"])
        if ticket is None:
            return _over(_words(request))
        words = words_for(ticket.locale)
        return page(
            words,
            words.say("sign_in.page.title", server=ticket.server),
            [words.say("sign_in.page.why", person=ticket.name), words.say("sign_in.part_of_thread")],
            facts=_facts(ticket, words),
            button=words.say("sign_in.page.button", host=ticket.host),
            leads_to=_origin(ticket.url),
        )

    async def go_on(self, request: Request) -> Response:
        opened = await self._tickets.open(request.path_params["secret"])
        if opened is None:
            return _over(_words(request))
        ticket, nonce = opened
        answer = RedirectResponse(ticket.url, status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(
            cookie_name(ticket.state, secure=self._secure),
            nonce,
            max_age=int(keys.SIGN_IN_FOR.total_seconds()),
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )
        return answer

    async def come_back(self, request: Request) -> Response:
        said = {name: value[:LONGEST] for name, value in request.query_params.items()}
        state = said.get("state", "")
        nonce = request.cookies.get(cookie_name(state, secure=self._secure), "")
        try:
            ticket = await self._tickets.returned(state, nonce)
        except OtherBrowser:
            log.warning("sign_in.other_browser")
            words = _words(request)
            return page(words, words.say("sign_in.page.failed"), [words.say("sign_in.page.other_browser")], status=403)
        if ticket is None:
            return _over(_words(request))
        return await self._take(ticket, said)

    async def client(self, request: Request) -> Response:
        """Who we are (an OAuth client id metadata document), for servers that read it at its address."""
        if (own := addresses.client_document(self._settings)) is None:
            return JSONResponse({"error": "not_found"}, status_code=404)
        return JSONResponse(
            {
                "client_id": own,
                "client_name": "Threadwind",
                "redirect_uris": [addresses.callback(self._settings)],
                "grant_types": ["authorization_code", "refresh_token"],
                "response_types": ["code"],
                "token_endpoint_auth_method": "none",
            }
        )

    async def _take(self, ticket: Ticket, said: dict[str, str]) -> Response:
        words = words_for(ticket.locale)
        iss, code = said.get("iss"), said.get("code", "")
        mixed_up = iss is not None and ticket.issuer and iss != ticket.issuer
        error = "mixed_up" if mixed_up else said.get("error", "" if code else "no_code")
        brought = replace(ticket, code="" if error else code, iss=iss, error=error)
        name = await self._tickets.answer(brought)
        if ticket.thread:
            await self._inbox.accept(_mail(ticket, name))
        await self._tickets.done(ticket.state)
        log.info("sign_in.came_back", server=ticket.server, refused=bool(error))
        if not error:
            return page(words, words.say("sign_in.page.thanks"), [words.say("sign_in.page.back_to_slack")])
        line = words.say("sign_in.page.denied" if error == DENIED else "sign_in.page.broken", server=ticket.server)
        return page(words, words.say("sign_in.page.failed"), [line, words.say("sign_in.page.back_to_slack")])

    def _kept(self, handler: Handler) -> Handler:
        """Where the store is away nothing is lost: the same address works again."""

        async def safely(request: Request) -> Response:
            try:
                return await handler(request)
            except (RedisError, OSError) as exc:
                log.error("store.away", error=type(exc).__name__)
                words = _words(request)
                return page(words, words.say("sign_in.page.failed"), [words.say("sign_in.page.away")], status=503)

        return safely


def _mail(ticket: Ticket, name: str) -> Mail:
    thread = ticket.thread_key
    waits = {"view": ticket.view} if thread.is_errand else {"turn": ticket.turn, "tool_call_id": ticket.tool_call_id}
    return Mail(
        id=f"sign-in:{name}",
        kind=MailKind.CONNECTED if thread.is_errand else MailKind.SIGN_IN,
        thread=thread,
        principal=ticket.user,
        principal_team=ticket.team,
        about={**waits, "answer": name},
    )


def _facts(ticket: Ticket, words: Words) -> list[tuple[str, str]]:
    scopes = ", ".join(ticket.scope.split()) or words.say("sign_in.page.no_scopes")
    return [
        (words.say("sign_in.page.for_whom"), ticket.name),
        (words.say("sign_in.page.where"), f"{ticket.server} ({ticket.host})"),
        (words.say("sign_in.page.what"), scopes),
    ]


def _over(words: Words) -> Response:
    return page(words, words.say("sign_in.page.failed"), [words.say("sign_in.page.over")], status=410)


def _words(request: Request) -> Words:
    """Of somebody unknown: the browser's own language."""
    return words_for(request.headers.get("accept-language", "en").split(",")[0].split(";")[0].strip() or "en")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
