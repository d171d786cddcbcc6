"""The server of https://mcp.semgrep.ai as an ASGI app: SSE at `/sse`, no sign-in, its tools by their own names.

After https://github.com/semgrep/mcp (README, "Tools"). Left out: rules of the caller's own and their schema.
"""

from __future__ import annotations

import ast
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Mount, Route

from playground import serving
from playground.services.open_requests import OpenRequests, Watched
from playground.services.semgrep.rules import LANGUAGES, Finding, check

READS = ToolAnnotations(read_only_hint=True, open_world_hint=True)


class CodeFile(BaseModel):
    filename: str = Field(description="Relative path to the code file")
    content: str = Field(description="Content of the code file")


class CodeWithLanguage(BaseModel):
    content: str = Field(description="Content of the code file")
    language: str = Field("python", description="Programing language of the code file")


@contextlib.asynccontextmanager
async def running(port: int = 0) -> AsyncIterator[str]:
    """The server's address, for as long as the block lasts."""
    streams = OpenRequests()
    app = Starlette(routes=[_watched(route, streams) for route in build().sse_app().routes])
    async with serving.serve(app, port=port, on_stop=streams.close) as url:
        yield url


def _watched(route: BaseRoute, streams: OpenRequests) -> BaseRoute:
    """A stream that a client holds ends with the server."""
    assert isinstance(route, Route | Mount)
    watched = Watched(route.app, streams)
    return Mount(route.path, watched) if isinstance(route, Mount) else Route(route.path, watched)


def build() -> MCPServer:
    mcp = MCPServer("Semgrep", version="1.0", log_level="ERROR")

    @mcp.tool(annotations=READS)
    def security_check(code_files: list[CodeFile]) -> str:
        """Fast security check of code files, before it is written or changed any further."""
        found = [(file.filename, finding) for file in code_files for finding in _found(file)]
        if not found:
            return "No security issues found in the code!"
        told = "\n".join(f"- {name}:{one.line}: {one.message} ({one.rule})\n  {one.code}" for name, one in found)
        return f"{len(found)} security issues found in the code:\n{told}"

    @mcp.tool(annotations=READS)
    def semgrep_scan(code_files: list[CodeFile], config: str = "auto") -> dict[str, Any]:
        """Runs a Semgrep scan on code files and gives the findings as JSON; `config` names the rules."""
        results = [
            {
                "check_id": one.rule,
                "path": file.filename,
                "start": {"line": one.line},
                "extra": {"message": one.message, "severity": one.severity, "lines": one.code},
            }
            for file in code_files
            for one in _found(file)
        ]
        return {"version": "1.0", "results": results, "errors": [], "paths": {"scanned": _names(code_files)}}

    @mcp.tool(annotations=READS)
    def get_abstract_syntax_tree(code_files: CodeWithLanguage) -> str:
        """The abstract syntax tree of code."""
        if code_files.language not in LANGUAGES:
            raise ToolError(f"{code_files.language} is not a supported language")
        try:
            return ast.dump(ast.parse(code_files.content), indent=2)
        except SyntaxError as exc:
            raise ToolError(f"This is not Python: {exc.msg}") from None

    @mcp.tool(annotations=READS)
    def supported_languages() -> list[str]:
        """The languages that can be scanned."""
        return list(LANGUAGES)

    @mcp.tool(annotations=READS)
    def semgrep_findings(issue_type: list[str] | None = None) -> str:
        """Findings from the Semgrep AppSec Platform."""
        raise ToolError("SEMGREP_APP_TOKEN is required for the findings of an organisation")

    return mcp


def _found(file: CodeFile) -> list[Finding]:
    if not file.filename.endswith(".py"):
        raise ToolError(f"{file.filename}: only {', '.join(LANGUAGES)} can be scanned here")
    try:
        return check(file.content)
    except SyntaxError as exc:
        raise ToolError(f"{file.filename}:{exc.lineno}: this is not Python: {exc.msg}") from None


def _names(code_files: list[CodeFile]) -> list[str]:
    return [file.filename for file in code_files]
