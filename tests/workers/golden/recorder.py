"""A server that remembers what it was asked, whole, and answers just enough for any client to be content.

Not a stand-in: it keeps no state and checks nothing, so that an operation needs no preparation to be looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

Json = dict[str, Any]

# Of the connection, not of the request.
UNLOOKED = {"host", "content-length", "connection", "accept-encoding"}
DAY = "2026-11-01T09:00:00.000001Z"
USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
RESPONSE = {"object": "conversation.response", "conversation_id": "conv_1", "outputs": [], "usage": USAGE}
CONVERSATION = {"object": "conversation", "id": "conv_1", "created_at": DAY, "updated_at": DAY, "model": "m"}
EVENTS: list[Json] = [
    {"type": "conversation.response.started", "created_at": DAY, "conversation_id": "conv_1"},
    {"type": "conversation.response.done", "created_at": DAY, "usage": USAGE},
]
AGENT = {
    "object": "agent", "id": "ag_1", "version": 0, "versions": [0], "created_at": DAY, "updated_at": DAY,
    "model": "m", "name": "n", "deployment_chat": False, "source": "api",
}  # fmt: skip
ALIAS = {"alias": "prod", "version": 0, "created_at": DAY, "updated_at": DAY}
# The first that fits method and path.
ANSWERS: list[tuple[str, str, Any]] = [
    ("GET", r"/v1/conversations", [CONVERSATION]),
    ("GET", r"/v1/conversations/[^/]+", CONVERSATION),
    ("GET", r".*/history", {"object": "conversation.history", "conversation_id": "conv_1", "entries": []}),
    ("GET", r".*/messages", {"object": "conversation.messages", "conversation_id": "conv_1", "messages": []}),
    ("POST", r"/v1/conversations.*", RESPONSE),
    ("GET", r"/v1/agents/pages", {"object": "list", "data": [AGENT], "next_page_token": None}),
    ("GET", r"/v1/agents/[^/]+/versions", [AGENT]),
    ("GET", r"/v1/agents/[^/]+/aliases", [ALIAS]),
    ("PUT", r"/v1/agents/[^/]+/aliases", ALIAS),
    (".*", r"/v1/agents/.+", AGENT),
    ("POST", r"/v1/agents", AGENT),
]


@dataclass
class Recorder:
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            request = Request(scope, receive)
            body = await request.body()
            self.asked.append(flat(request, body))
            await answer(request, body)(scope, receive, send)
        else:
            await lifespan(receive, send)


def flat(request: Request, body: bytes) -> dict[str, Any]:
    """Each part of a request by its place: `method`, `query.page`, `header.accept`, `body.inputs.0.content`."""
    parts: dict[str, Any] = {"method": request.method, "path": raw_path(request)}
    parts |= {f"query.{name}": value for name, value in request.query_params.multi_items()}
    parts |= {f"header.{name}": value for name, value in request.headers.items() if name not in UNLOOKED}
    return parts | (leaves("body", json.loads(body)) if body else {})


def leaves(place: str, value: Any) -> dict[str, Any]:
    """An empty list or object is a leaf: sending one is not the same as sending nothing."""
    if not isinstance(value, dict | list) or not value:
        return {place: value}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return {deeper: leaf for name, one in pairs for deeper, leaf in leaves(f"{place}.{name}", one).items()}


def answer(request: Request, body: bytes) -> Response:
    if request.method == "DELETE":
        return Response(status_code=204)
    if body and json.loads(body).get("stream"):
        frames = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in EVENTS)
        return Response(frames, media_type="text/event-stream")
    for method, path, content in ANSWERS:
        if re.fullmatch(method, request.method) and re.fullmatch(path, raw_path(request)):
            return JSONResponse(content)
    return JSONResponse({"detail": f"{request.method} {raw_path(request)} needs a row in ANSWERS"}, status_code=404)


def raw_path(request: Request) -> str:
    """As it was sent: quoted."""
    path: bytes = request.scope["raw_path"]
    return path.decode()


async def lifespan(receive: Receive, send: Send) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
