"""A server that remembers what it was asked, whole, and answers just enough for any client to be content.

Not a stand-in: it keeps no state and checks nothing, so that an operation needs no preparation to be looked at.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
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
LIBRARY = {
    "id": "lib_1", "name": "handbook", "created_at": DAY, "updated_at": DAY, "total_size": 0, "nb_documents": 0,
    "owner_id": None, "owner_type": "Workspace", "chunk_size": None,
}  # fmt: skip
DOCUMENT = {
    "id": "doc_1", "library_id": "lib_1", "hash": "h", "mime_type": "text/markdown", "extension": "md", "size": 7,
    "name": "rules.md", "created_at": DAY, "process_status": "done", "processing_status": "Completed",
    "uploaded_by_id": None, "uploaded_by_type": "User", "tokens_processing_total": 0,
}  # fmt: skip
PAGINATION = {"total_items": 1, "total_pages": 1, "current_page": 0, "page_size": 100, "has_more": False}
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
    ("GET", r"/v1/libraries", {"data": [LIBRARY], "next_page_token": None}),
    ("POST", r"/v1/libraries", LIBRARY),
    ("GET", r"/v1/libraries/[^/]+/documents", {"data": [DOCUMENT], "pagination": PAGINATION}),
    ("POST", r"/v1/libraries/[^/]+/documents", DOCUMENT),
    ("GET", r".*/status", {"document_id": "doc_1", "process_status": "done", "processing_status": "Completed"}),
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
    kind = request.headers.get("content-type", "")
    if kind.startswith("multipart/"):
        return parts | {"header.content-type": kind.partition(";")[0]} | form(kind, body)
    return parts | (leaves("body", json.loads(body)) if body else {})


def form(kind: str, body: bytes) -> dict[str, Any]:
    """The parts of a form by their names; the boundary between them is anybody's choice."""
    found: dict[str, Any] = {}
    whole = message_from_bytes(f"content-type: {kind}\r\n\r\n".encode() + body)
    for part in whole.get_payload():
        assert isinstance(part, Message)
        name = part.get_param("name", header="content-disposition")
        found |= {
            f"body.{name}.filename": part.get_filename(),
            f"body.{name}.content-type": part.get_content_type(),
            f"body.{name}.content": part.get_payload(decode=True),
        }
    return found


def leaves(place: str, value: Any) -> dict[str, Any]:
    """An empty list or object is a leaf: sending one is not the same as sending nothing."""
    if not isinstance(value, dict | list) or not value:
        return {place: value}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return {deeper: leaf for name, one in pairs for deeper, leaf in leaves(f"{place}.{name}", one).items()}


def answer(request: Request, body: bytes) -> Response:
    if request.method == "DELETE":
        return Response(status_code=204)
    if body.startswith(b"{") and json.loads(body).get("stream"):
        frames = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in EVENTS)
        return Response(frames, media_type="text/event-stream")
    if re.fullmatch(r"/v1/files/[^/]+/content", raw_path(request)):
        return Response(b"bytes", media_type="application/octet-stream")
    for method, path, content in ANSWERS:
        if re.fullmatch(method, request.method) and re.fullmatch(path, raw_path(request)):
            made = request.method == "POST" and content in (LIBRARY, DOCUMENT)
            return JSONResponse(content, status_code=201 if made else 200)
    return JSONResponse({"detail": f"{request.method} {raw_path(request)} needs a row in ANSWERS"}, status_code=404)


def raw_path(request: Request) -> str:
    """As it was sent: quoted."""
    path: bytes = request.scope["raw_path"]
    return path.decode()


async def lifespan(receive: Receive, send: Send) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
