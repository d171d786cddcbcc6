"""The addresses of Slack that are not API methods: uploads, private files, response_url, permalinks."""

from __future__ import annotations

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from playground.faults import Fault, delay, kill
from playground.serving import drop
from playground.slack import responding
from playground.slack.arguments import Arguments, read
from playground.slack.files import mimetype
from playground.slack.standin import Standin
from playground.slack.web_api.errors import SlackError

RESPONSE_KINDS = ("actions", "commands", "app")
LOGIN = "<!doctype html><html lang=en><title>Sign in | Slack</title><h1>Sign in to your workspace</h1></html>"


class Addresses:
    def __init__(self, standin: Standin) -> None:
        self.standin = standin

    def routes(self) -> list[Route]:
        return [
            Route("/upload/v1/{file}", self.upload, methods=["POST"]),
            Route("/files-pri/{file}/{name:path}", self.download, methods=["GET"]),
            Route("/login", self.login, methods=["GET"]),
            *(Route(f"/{kind}/{{team}}/{{key}}", self.respond, methods=["POST"]) for kind in RESPONSE_KINDS),
            Route("/archives/{channel}/p{digits:int}", self.permalink, methods=["GET"]),
        ]

    async def upload(self, request: Request) -> Response:
        """Raw bytes, or the one file of a form; no token: the address is the secret."""
        started = time.perf_counter()
        content = await _content(request)
        rules = self.standin.faults.hit("files.upload")
        refused = await _before(rules, request)
        if refused is not None:
            return refused
        file = self.standin.workspace.files.get(request.path_params["file"])
        if file is None or file.content is not None:
            return PlainTextResponse("not found", 404)
        if len(content) != file.length:
            return PlainTextResponse(f"length mismatch: {file.length} announced, {len(content)} sent", 400)
        file.content = content
        file.mimetype = mimetype(file.name)
        self._record("file", "upload", file.name, f"{len(content)} bytes", started)
        return await _after(rules, request) or PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        """The bytes for a good token; otherwise, as on Slack, a way to a page that says 200 and is no file."""
        started = time.perf_counter()
        rules = self.standin.faults.hit("files.download")
        refused = await _before(rules, request)
        if refused is not None:
            return refused
        file = self.standin.workspace.files.get(request.path_params["file"])
        token = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        may = token == self.standin.settings.bot_token and "files:read" in self.standin.grant.scopes
        if not may:
            return RedirectResponse(f"{self.standin.base_url}/login", 302)
        if file is None or file.content is None:
            return PlainTextResponse("not found", 404)
        self._record("file", "download", file.name, f"{file.length} bytes", started)
        return await _after(rules, request) or Response(file.content, media_type=file.mimetype)

    async def login(self, request: Request) -> Response:
        return HTMLResponse(LOGIN)

    async def respond(self, request: Request) -> Response:
        started = time.perf_counter()
        rules = self.standin.faults.hit("response_url")
        refused = await _before(rules, request)
        if refused is not None:
            return refused
        args = Arguments({})
        error: str | None = None
        try:
            args = await read(request)
            known = self.standin.response_urls.use(request.path_params["key"])
            responding.respond(self.standin, known, args)
        except SlackError as exc:
            error = exc.code
        self._record("response_url", "response_url", args.values, error or "ok", started, error)
        answer: Response = PlainTextResponse("ok")
        if error is not None:
            status = 404 if error in ("expired_url", "used_url") else 400
            answer = JSONResponse({"ok": False, "error": error}, status)
        return await _after(rules, request) or answer

    async def permalink(self, request: Request) -> Response:
        """Leads to the page, which shows the message."""
        digits = str(request.path_params["digits"])
        channel, ts = request.path_params["channel"], f"{digits[:-6]}.{digits[-6:]}"
        thread = request.query_params.get("thread_ts")
        return RedirectResponse(f"/?channel={channel}&ts={ts}" + (f"&thread_ts={thread}" if thread else ""), 302)

    def _record(
        self, kind: Any, name: str, request: Any, response: Any, started: float, error: str | None = None
    ) -> None:
        if self.standin.traffic.on:
            self.standin.traffic.add(kind, name, started=started, request=request, response=response, error=error)


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.body()
    async with request.form() as form:
        for value in form.values():
            if not isinstance(value, str):
                return await value.read()
    return b""


async def _before(rules: list[Fault], request: Request) -> Response | None:
    await delay(rules)
    for rule in rules:
        if rule.kind == "kill" and rule.when == "before":
            kill(rule)
            return await drop(request)
        if rule.kind in ("status", "error"):
            return PlainTextResponse(rule.code, rule.status)
    return None


async def _after(rules: list[Fault], request: Request) -> Response | None:
    for rule in rules:
        if rule.kind == "kill":
            kill(rule)
        if rule.kind in ("kill", "lost"):
            return await drop(request)
    return None
