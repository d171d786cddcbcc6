"""Somebody to answer what servers ask: a person who agrees to every form, a model of two words, a single folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcp_types import (
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequestFormParams,
    ElicitRequestParams,
    ElicitResult,
    ListRootsResult,
    Root,
    TextContent,
)
from pydantic import FileUrl

from workers.tools.asked import Answering
from workers.tools.forms import defaults

if TYPE_CHECKING:
    from mcp.client import ClientRequestContext


async def agree(context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
    """Leave in the form what stands there already, and tick every other box."""
    if not isinstance(params, ElicitRequestFormParams):
        return ElicitResult(action="cancel")
    form = params.requested_schema
    ticked = {name: True for name, part in form.get("properties", {}).items() if part.get("type") == "boolean"}
    content: dict[str, Any] = ticked | defaults(form)
    return ElicitResult(action="accept", content=content)


async def speak(context: ClientRequestContext, params: CreateMessageRequestParams) -> CreateMessageResult:
    return CreateMessageResult(role="assistant", content=TextContent(text="Very well."), model="none")


async def show(context: ClientRequestContext) -> ListRootsResult:
    return ListRootsResult(roots=[Root(uri=FileUrl("file:///srv/examinee"))])


ANSWERING = Answering(elicitation=agree, sampling=speak, roots=show)
