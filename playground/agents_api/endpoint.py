"""One request: its key, its faults, its answer. What the answer says is decided by the handlers."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic_core import from_json, to_json
from starlette.datastructures import QueryParams, UploadFile
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from playground.agents_api.errors import ApiError, of_status, unauthorized
from playground.agents_api.ids import Json
from playground.agents_api.running import Run
from playground.agents_api.seen import Log, Seen
from playground.agents_api.stream import EventStream, vanish
from playground.agents_api.switches import Switches
from playground.faults import Fault, Faults, delay, kill


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came with a form."""

    filename: str
    mimetype: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """What came in. `owner` stands for the key; the fields of a form are in `body`, its file is `upload`."""

    owner: str
    path: dict[str, str]
    query: QueryParams
    body: Json
    upload: Upload | None = None
    base_url: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    body: Any = None
    status: int = 200


@dataclass(frozen=True, slots=True)
class Raw:
    """Bytes as they are."""

    content: bytes
    mimetype: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn that is checked and ready to run."""

    run: Run
    stream: bool
    headers: dict[str, str] = field(default_factory=dict)


Answered = Plain | Raw | Turned
Handler = Callable[[Call], Awaitable[Answered]]


class Lost(Exception):
    """The request was applied, or not; either way nobody hears of it."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Which bearer keys are good: `key` itself, and all that begin with `prefix`."""

    key: str
    prefix: str

    def owner(self, header: str | None) -> str:
        scheme, _, key = (header or "").partition(" ")
        key = key.strip()
        if scheme.lower() != "bearer" or not key or not (key == self.key or key.startswith(self.prefix)):
            raise unauthorized()
        return key


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An ASGI app for one operation; `name` is what faults and the log call it.

    `signed`: its URL carries a signature that the handler checks, in place of a key.
    """

    name: str
    handler: Handler
    keys: Keys
    faults: Faults
    log: Log
    switches: Switches
    signed: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        seen: Seen | None = None
        try:
            owner = "" if self.signed else self.keys.owner(request.headers.get("authorization"))
            body, upload = await received(request)
            seen = self._note(request, body)
            hit = self.faults.hit(self.name)
            await delay(hit)
            self._before(hit)
            base_url = str(request.base_url).rstrip("/")
            call = Call(owner, request.path_params, request.query_params, body, upload, base_url)
            answer = await self.handler(call)
            await self._answer(answer, hit, seen, scope, receive, send)
        except ApiError as error:
            if seen is not None:
                seen.status = error.status
            await respond(send, error.status, error.body, error.headers)
        except Lost:
            await vanish(scope, receive)

    def _note(self, request: Request, body: Json) -> Seen:
        return self.log.add(
            name=self.name,
            method=request.method,
            path=request.url.path,
            conversation_id=request.path_params.get("conversation_id"),
            body=body or None,
            at=time.time(),
        )

    def _before(self, hit: list[Fault]) -> None:
        for fault in hit:
            if fault.kind == "kill" and fault.when == "before":
                kill(fault)
                raise Lost
            if fault.kind == "status":
                raise of_status(fault.status, retry_after=fault.retry_after)
            if fault.kind == "error":
                raise of_status(fault.status, code=fault.code)

    async def _answer(
        self, answer: Answered, hit: list[Fault], seen: Seen, scope: Scope, receive: Receive, send: Send
    ) -> None:
        kills = [fault for fault in hit if fault.kind == "kill"]
        cut = next((fault.events for fault in hit if fault.kind == "cut"), None)
        lost = bool(kills) or any(fault.kind == "lost" for fault in hit)

        def kill_all() -> None:
            for fault in kills:
                kill(fault)

        if isinstance(answer, Turned) and answer.stream and (cut is not None or not lost):
            out = EventStream(
                scope,
                receive,
                send,
                cut_after=cut,
                finish_alone=self.switches.on_drop == "store",
                on_cut=kill_all,
                on_drop=lambda: setattr(seen, "dropped", True),
                headers=answer.headers,
            )
            await answer.run.streamed(out)
            seen.status = 200
            return
        body = await answer.run.plain() if isinstance(answer, Turned) else answer
        if lost:
            kill_all()
            raise Lost
        seen.status = answer.status if isinstance(answer, Plain) else 200
        match answer:
            case Raw(content, mimetype):
                await write(send, 200, content, {"content-type": mimetype})
            case Plain(plain, status):
                await respond(send, status, plain)
            case Turned():
                await respond(send, 200, body, answer.headers)


async def received(request: Request) -> tuple[Json, Upload | None]:
    """The body as JSON, or a form's fields with the file that came along."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raw = await request.body()
        return (parsed(raw) if raw else {}), None
    async with request.form() as form:
        fields: Json = {name: value for name, value in form.items() if isinstance(value, str)}
        for value in form.values():
            if isinstance(value, UploadFile):
                return fields, Upload(value.filename or "file", value.content_type, await value.read())
        return fields, None


def parsed(raw: bytes) -> Json:
    try:
        body = from_json(raw)
    except ValueError as problem:
        raise ApiError(
            422,
            {"detail": [{"type": "json_invalid", "loc": ["body", 0], "msg": f"JSON decode error: {problem}"}]},
        ) from None
    if not isinstance(body, dict):
        raise ApiError(422, {"detail": [{"type": "dict_type", "loc": ["body"], "msg": "Input should be a dictionary"}]})
    return body


async def respond(send: Send, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
    """An error's body that is text is the gateway's HTML; a good answer that is text is a JSON string."""
    if status == 204:
        await write(send, status, b"", headers or {})
        return
    html = isinstance(body, str) and status >= 400
    content = body.encode() if html else to_json(body)
    kind = "text/html" if html else "application/json"
    await write(send, status, content, {**(headers or {}), "content-type": kind})


async def write(send: Send, status: int, content: bytes, headers: dict[str, str]) -> None:
    sent = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    if status != 204:
        sent.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": sent})
    await send({"type": "http.response.body", "body": content})
