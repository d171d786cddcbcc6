"""A server of either protocol era that sends whatever it likes, as plain JSON over HTTP: no SDK checks it."""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

NEVER_FRESH = {"ttlMs": 0, "cacheScope": "private"}  # the modern era wants it, the older one passes over it


def build(
    tools: list[Any], answer: dict[str, Any], heard: list[str] | None = None, *, modern: bool = False
) -> Starlette:
    """An app that lists `tools` and answers every call with `answer`; `heard` collects the methods it was asked."""

    async def post(request: Request) -> Response:
        message = await request.json()
        if heard is not None:
            heard.append(message["method"])
        match message["method"]:
            case "initialize":
                information = {"name": "careless", "version": "1"}
                capabilities: dict[str, Any] = {"tools": {}}
                result: dict[str, Any] = {"protocolVersion": "2025-06-18", "serverInfo": information}
                result["capabilities"] = capabilities
            case "server/discover" if modern:
                result = {"supportedVersions": ["2026-07-28"], "capabilities": {"tools": {}}} | NEVER_FRESH
            case "tools/list":
                result = {"tools": tools} | NEVER_FRESH
            case "tools/call":
                result = answer
            case method if "id" in message:
                error = {"code": -32601, "message": f"no method {method}"}
                return JSONResponse({"jsonrpc": "2.0", "id": message["id"], "error": error})
            case _:
                return Response(status_code=202)
        return JSONResponse({"jsonrpc": "2.0", "id": message["id"], "result": result})

    return Starlette(routes=[Route("/mcp", post, methods=["POST"])])
