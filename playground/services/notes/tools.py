"""The tools of the notes: list, read, save, and delete after a question to the person.

The question goes out in the way of the client's protocol: with the result that asks for more in the newer one, as a
request during the call in the older ones.
"""

# No postponed annotations here: those of a tool name its resolver, which is local.
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from mcp.server import MCPServer
from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field
from starlette.requests import Request

from playground.authorization.grants import Grant
from playground.services.notes.store import NoSuchNote, Note, Notes
from playground.services.protection import GRANT

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
SAVES = ToolAnnotations(read_only_hint=False, destructive_hint=False, open_world_hint=False)
DELETES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)


class Summary(BaseModel):
    id: str
    title: str
    changed: str


class Confirmation(BaseModel):
    sure: bool = Field(title="Delete it", description="It cannot be brought back.")


def build(notes: Notes) -> MCPServer:
    mcp = MCPServer("notes", title="Notes", version="1.0", instructions="Everybody's own notes.", log_level="ERROR")

    @mcp.tool(title="List notes", annotations=READS)
    async def list_notes(ctx: Context) -> list[Summary]:
        """The notes of the person who asks, oldest first."""
        return [Summary(id=note.id, title=note.title, changed=note.changed) for note in notes.all(_person(ctx))]

    @mcp.tool(title="Read a note", annotations=READS)
    async def read_note(id: str, ctx: Context) -> Note:
        """One note with its text."""
        with _told_to_the_model():
            return notes.find(_person(ctx), id)

    @mcp.tool(title="Save a note", annotations=SAVES)
    async def save_note(title: str, text: str, ctx: Context, id: str | None = None) -> Note:
        """Write a new note or, with an id, change an old one."""
        with _told_to_the_model():
            return notes.save(_person(ctx), title=title, text=text, note_id=id)

    async def ask(id: str, ctx: Context) -> Elicit[Confirmation]:
        with _told_to_the_model():
            return Elicit(f"Delete the note “{notes.find(_person(ctx), id).title}”?", Confirmation)

    @mcp.tool(title="Delete a note", annotations=DELETES)
    async def delete_note(
        id: str, ctx: Context, answer: Annotated[ElicitationResult[Confirmation], Resolve(ask)]
    ) -> str:
        """Delete a note for good. The person is asked first."""
        if isinstance(answer, AcceptedElicitation) and answer.data.sure:
            return f"Deleted “{notes.delete(_person(ctx), id).title}”."
        return "Not deleted: the person did not want it."

    return mcp


def _person(ctx: Context) -> str:
    request = ctx.request_context.request
    assert isinstance(request, Request)
    grant: Grant = request.scope[GRANT]
    return grant.person


@contextmanager
def _told_to_the_model() -> Iterator[None]:
    try:
        yield
    except NoSuchNote as problem:
        raise ToolError(str(problem)) from None
