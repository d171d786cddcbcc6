"""Tools that ask the person, the model or the client something in the middle of a call.

Questions go out in the way of the client's protocol: in a result that asks for more in the newer one, as a request
during the call in the older ones.
"""

# No postponed annotations here: those of a tool name its resolver, which is local.
import json
from typing import Annotated, Any, Literal
from uuid import uuid4

from mcp import MCPError, UrlElicitationRequiredError
from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resolve import Elicit, ListRoots, Resolve, Sample
from mcp_types import (
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestURLParams,
    ElicitResult,
    InputRequiredResult,
    ListRootsResult,
    SamplingMessage,
    TextContent,
)
from mcp_types.version import MODERN_PROTOCOL_VERSIONS
from pydantic import BaseModel, Field, create_model

from playground.services.odd.bench import Bench

COLOUR_NAMES: dict[str, Any] = {"enumNames": ["Red", "Teal"]}  # the older way to say titles


def titled(schema: dict[str, Any]) -> None:
    """A choice whose options have a title beside their value."""
    values = schema.pop("enum")
    schema["oneOf"] = [{"const": value, "title": value.title()} for value in values]


def titled_items(schema: dict[str, Any]) -> None:
    values = schema["items"].pop("enum")
    schema["items"] = {"anyOf": [{"const": value, "title": value.title()} for value in values]}


class Name(BaseModel):
    name: str = "nobody"


class EveryField(BaseModel):
    """One field of each kind that a form may have, required ones first."""

    name: str = Field(title="Your name", description="As on the badge", min_length=2, max_length=20)
    age: int = Field(title="Age", ge=18, le=120)
    size: Literal["small", "large"] = Field(title="Size")
    email: str = Field("ada@example.com", title="E-mail", json_schema_extra={"format": "email"})
    site: str = Field("https://example.com/", title="Site", json_schema_extra={"format": "uri"})
    day: str = Field("2026-11-23", title="Day", json_schema_extra={"format": "date"})
    moment: str = Field("2026-11-23T12:00:00Z", title="Moment", json_schema_extra={"format": "date-time"})
    weight: float = Field(1.5, title="Weight", ge=0.5, le=99.5)
    agreed: bool = Field(False, title="Agreed")
    colour: Literal["#a3271b", "#0c5c60"] = Field("#0c5c60", title="Colour", json_schema_extra=COLOUR_NAMES)
    team: Literal["engines", "notes"] = Field("engines", title="Team", json_schema_extra=titled)
    fruits: list[Literal["plum", "pear", "fig"]] = Field(["plum"], title="Fruits", min_length=1, max_length=2)
    days: list[Literal["monday", "friday"]] = Field([], title="Days", json_schema_extra=titled_items)
    remark: str | None = Field(None, title="Remark")


def add(bench: Bench) -> None:
    async def ask_name() -> Elicit[Name]:
        return Elicit("Your name?", Name)

    async def ask_fields(message: str, fields: list[str] | None) -> Elicit[Any]:
        return Elicit(message, form(fields))

    async def ask_first() -> Elicit[Name]:
        return Elicit("First name?", Name)

    async def ask_last(first: Annotated[Name, Resolve(ask_first)]) -> Elicit[Name]:
        return Elicit(f"Last name of {first.name}?", Name)

    async def ask_model(prompt: str) -> Sample:
        said = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
        return Sample([said], max_tokens=100, system_prompt="Answer in one word.")

    async def ask_roots() -> ListRoots:
        return ListRoots()

    @bench.tool()
    async def greet(who: Annotated[Name, Resolve(ask_name)]) -> str:
        """Asks for a name."""
        return f"hello {who.name}"

    @bench.tool()
    async def greet_the_old_way(ctx: Context) -> str:
        """Asks by a request, as servers did before the newer protocol; there, it has no way to."""
        answer = await ctx.elicit("Your name?", Name)
        return f"hello {answer.data.name}" if isinstance(answer, AcceptedElicitation) else f"hello {answer.action}"

    @bench.tool()
    async def fill_in(
        answer: Annotated[ElicitationResult[Any], Resolve(ask_fields)],
        message: str = "Please fill this in.",
        fields: list[str] | None = None,
    ) -> str:
        """Asks with a form of the named fields, or of one of each kind; says what was answered."""
        if isinstance(answer, AcceptedElicitation):
            return json.dumps(answer.data.model_dump(mode="json"), ensure_ascii=False)
        return f"The person answered: {answer.action}."

    @bench.tool()
    async def greet_in_full(
        first: Annotated[Name, Resolve(ask_first)], last: Annotated[Name, Resolve(ask_last)]
    ) -> str:
        """Asks twice, one question after the other."""
        return f"hello {first.name} {last.name}"

    @bench.tool()
    async def think(prompt: str, answer: Annotated[CreateMessageResult, Resolve(ask_model)]) -> str:
        """Asks the client's model."""
        return f"The model said: {answer.content.text if isinstance(answer.content, TextContent) else '…'}"

    @bench.tool()
    async def look_around(roots: Annotated[ListRootsResult, Resolve(ask_roots)]) -> str:
        """Asks for the client's roots."""
        return json.dumps([str(root.uri) for root in roots.roots])

    @bench.tool()
    async def visit(ctx: Context, id: str = "", by_error: bool = True) -> str | InputRequiredResult:
        """Wants the person to open a link before it goes on.

        In the older protocols by an error that the call is repeated after, or by a request; in the newer one by a
        result that asks for more. `id` names the visit; the link of one that was opened is not asked for again.
        """
        visit_id = id or uuid4().hex
        link = ElicitRequestURLParams(
            message="Please confirm this in your browser.", url=f"{bench.url}/visit/{visit_id}", elicitation_id=visit_id
        )
        if visit_id in bench.visited:
            return "The link was opened."
        if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS:
            return _modern_visit(ctx, link)
        if by_error:
            raise UrlElicitationRequiredError([link])
        agreed = await ctx.elicit_url(link.message, link.url, visit_id)
        return f"The person answered: {agreed.action}."


def form(fields: list[str] | None) -> type[BaseModel]:
    """A form with these fields of `EveryField`, in this order."""
    known = EveryField.model_fields
    if unknown := [name for name in fields or () if name not in known]:
        raise ToolError(f"There is no field {unknown[0]}; there are {', '.join(known)}.")
    if fields is None:
        return EveryField
    chosen: dict[str, Any] = {name: (known[name].annotation, known[name]) for name in fields}
    return create_model("Form", **chosen)


def _modern_visit(ctx: Context, link: ElicitRequestURLParams) -> str | InputRequiredResult:
    answer = (ctx.input_responses or {}).get("visit")
    if isinstance(answer, ElicitResult):
        return f"The person answered: {answer.action}."
    elicitation = ctx.client_capabilities.elicitation if ctx.client_capabilities else None
    if elicitation is None or elicitation.url is None:
        raise MCPError(-32021, "The client cannot show links.")
    question = link.model_copy(update={"elicitation_id": None})  # gone from the newer protocol
    return InputRequiredResult(input_requests={"visit": ElicitRequest(params=question)}, request_state="visiting")
