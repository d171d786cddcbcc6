"""Methods of ordinary classes as MCP tools: their definitions, and how what they return is told.

`tool` marks a method; `toolset` collects those of an object. Definitions go out as vendors write theirs: no titles of
parameters, no `null` among the types of what may only be left out. A refusal is told in the service's own words.
"""

from __future__ import annotations

import functools
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, TextContent, ToolAnnotations

from playground.services.refused import Refused

MARK = "playground_tool"
Method = TypeVar("Method", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """What a method says of the tool that it is. `needs`: the scopes of a token that may call it."""

    name: str = ""
    title: str
    reads: bool
    destroys: bool | None
    needs: frozenset[str]
    toolsets: frozenset[str]


def tool(
    title: str, *, reads: bool = False, destroys: bool | None = None, needs: Sequence[str] = (), also: str = ""
) -> Callable[[Method], Method]:
    """`also`: another toolset that has this tool, too."""

    def mark(method: Method) -> Method:
        marked = Marked(
            title=title, reads=reads, destroys=destroys, needs=frozenset(needs), toolsets=frozenset({also} - {""})
        )
        setattr(method, MARK, marked)
        return method

    return mark


def toolset(name: str, owner: object, *, closed: bool = False) -> dict[str, tuple[Marked, Tool]]:
    """The marked methods of `owner`. `closed`: their schemas say that there are no other parameters."""
    found = {}
    for method_name, plain in inspect.getmembers_static(owner):  # static: properties ask who calls, and nobody does
        if (marked := getattr(plain, MARK, None)) is not None:
            made = _made(method_name, getattr(owner, method_name), marked, closed=closed)
            found[method_name] = (replace(marked, name=method_name, toolsets=marked.toolsets | {name}), made)
    return found


def _made(name: str, method: Callable[..., Any], marked: Marked, *, closed: bool) -> Tool:
    hints = ToolAnnotations(title=marked.title, read_only_hint=marked.reads, destructive_hint=marked.destroys)
    made = Tool.from_function(
        _answering(method),
        name=name,
        description=inspect.getdoc(method),
        annotations=hints,
        structured_output=False,
    )
    made.parameters = as_vendors_write(made.parameters)
    if closed:
        made.parameters["additionalProperties"] = False
    return made


def _answering(method: Callable[..., Any]) -> Callable[..., Any]:
    """What the method returns, as JSON in one block of text; content of another kind as it is."""

    @functools.wraps(method)
    async def answer(*args: Any, **kwargs: Any) -> CallToolResult:
        try:
            result = await method(*args, **kwargs)
        except Refused as refusal:
            return CallToolResult(content=[TextContent(type="text", text=refusal.told_to_model())], is_error=True)
        if isinstance(result, CallToolResult):
            return result
        text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
        return CallToolResult(content=[TextContent(type="text", text=text)])

    return answer


def as_vendors_write(schema: Any, definitions: Mapping[str, Any] | None = None) -> Any:
    """Without `title`s and `$ref`s, and without `null` where it only means that a parameter may be left out."""
    if isinstance(schema, list):
        return [as_vendors_write(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    definitions = definitions or schema.get("$defs", {})
    if "$ref" in schema:
        meant = definitions[schema["$ref"].rpartition("/")[2]]
        schema = {**meant, **{key: value for key, value in schema.items() if key != "$ref"}}
    plain = {
        key: value
        for key, value in schema.items()
        if key != "$defs" and not (key == "title" and isinstance(value, str))
    }
    return {key: as_vendors_write(value, definitions) for key, value in _without_null(plain).items()}


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """`anyOf` something and `null`, by default `null`: that something."""
    if schema.get("default", ...) is not None:
        return schema
    plain = {key: value for key, value in schema.items() if key not in ("default", "anyOf")}
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    return {**plain, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}
