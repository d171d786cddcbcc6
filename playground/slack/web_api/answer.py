"""One Web API call from the wire to the wire: arguments, faults, token, rate, scope, the method, the answer."""

from __future__ import annotations

import json
import time

from starlette.requests import Request
from starlette.responses import Response

from playground.faults import Fault, delay, kill
from playground.serving import drop
from playground.slack.arguments import Arguments, read
from playground.slack.models import Json
from playground.slack.standin import Standin
from playground.slack.web_api import checks, table
from playground.slack.web_api.errors import SlackError

APPEND = "chat.appendStream"


class WebApi:
    def __init__(self, standin: Standin) -> None:
        self.standin = standin
        self.methods = table.of(standin.settings.profile)

    async def handle(self, request: Request) -> Response:
        name = request.path_params["method"]
        started = time.perf_counter()
        args = Arguments({})
        try:
            args = await read(request)
            rules = self.standin.faults.hit(name)
            if rules:
                return await self._faulty(name, request, args, rules, started)
            answer = self._apply(name, request, args)
        except SlackError as exc:
            answer = {"ok": False, "error": exc.code, **exc.extra}
        return self._answered(name, args, answer, started)

    def _apply(self, name: str, request: Request, args: Arguments) -> Json:
        """Check and do it, at once: nothing here waits, so calls never meet halfway."""
        standin = self.standin
        method = self.methods.get(name)
        if method is None:
            raise SlackError("unknown_method", req_method=name)
        self._check_token(method.token, _token(request, args))
        if standin.settings.rate_limits:
            wait = standin.limits.wait(method.rate, name)
            if wait:
                raise SlackError("ratelimited", retry_after=wait)
        if method.scope is not None:
            checks.need(standin, method.scope)
        return {"ok": True, **method.answer(standin, args)}

    def _check_token(self, wanted: str, token: str) -> None:
        settings = self.standin.settings
        if not token:
            raise SlackError("not_authed")
        if token not in (settings.bot_token, settings.app_token):
            raise SlackError("invalid_auth")
        if (token == settings.app_token) != (wanted == "app"):
            raise SlackError("not_allowed_token_type")

    async def _faulty(
        self, name: str, request: Request, args: Arguments, rules: list[Fault], started: float
    ) -> Response:
        stream = (args.text("channel"), args.text("ts"))
        appending = self.standin.streams.appending
        if name == APPEND and stream in appending:
            raise SlackError("internal_error", "another append of this stream has not been answered yet")
        if name == APPEND:
            appending.add(stream)
        try:
            await delay(rules)
        finally:
            appending.discard(stream)
        for rule in rules:
            if rule.kind == "kill" and rule.when == "before":
                kill(rule)
                return await drop(request)
            if rule.kind == "status":
                return self._refused(name, args, rule, started)
            if rule.kind == "error":
                raise SlackError(rule.code)
        answer = self._apply(name, request, args)
        for rule in rules:
            if rule.kind == "kill":
                kill(rule)
            if rule.kind in ("kill", "lost"):
                self._answered(name, args, answer, started, lost=True)
                return await drop(request)
        return self._answered(name, args, answer, started)

    def _refused(self, name: str, args: Arguments, rule: Fault, started: float) -> Response:
        answer: Json = {"ok": False, "error": "ratelimited" if rule.status == 429 else "internal_error"}
        if rule.status == 404:  # as an emulator says that it has no such method; Slack never does
            answer = {"message": "Not Found"}
        if rule.status == 429:
            answer["retry_after"] = rule.retry_after or 1
        return self._answered(name, args, answer, started, status=rule.status)

    def _answered(
        self, name: str, args: Arguments, answer: Json, started: float, *, status: int = 200, lost: bool = False
    ) -> Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self.standin.grant.scopes))}
        if answer.get("error") == "ratelimited" and "retry_after" in answer:
            status = 429
            headers["Retry-After"] = f"{answer.pop('retry_after'):g}"
        if self.standin.traffic.on:
            self.standin.traffic.add(
                "web_api",
                name,
                started=started,
                request=args.values,
                response=answer,
                status=status,
                error="answer_lost" if lost else answer.get("error"),
            )
        body = json.dumps(answer, separators=(",", ":")).encode()
        return Response(body, status, headers, media_type="application/json; charset=utf-8")


def _token(request: Request, args: Arguments) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else args.text("token")
