"""What the front matter of an agent's file may hold, field by field, and how a mistake in it is said.

The parts with forms of their own are imported.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator, model_validator

from bot.approvals.approvers import WORDS
from bot.catalog.access import Access
from bot.catalog.completion_forms import CompletionArgs
from bot.catalog.connector_forms import ConnectorForm
from bot.catalog.forms import Form, Lines, line_of, mistake
from bot.catalog.forms import Path as Place
from bot.catalog.guardrail_forms import GuardrailForm
from bot.catalog.problem import Problem
from bot.catalog.toolset import ToolsetForm

PROMPTS_SHOWN = 4  # Slack shows no more
NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"  # what a person can type after "+"
TOOL = re.compile(r"[A-Za-z0-9_*?\[\]!-]+")
NAME_OF_SERVER = re.compile(r"(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,31}")  # as in mcp.json
ICON = re.compile(r":[a-z0-9_'+-]+(?:::skin-tone-[2-6])?:|https://[^\s<>|]{1,2000}")
# Slack's ids say by their first letter of what they are, and nothing else.
PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
GROUP = re.compile(r"S[A-Z0-9]{2,}")
CHANNEL = re.compile(r"[CDG][A-Z0-9]{2,}")
PERSON_OR_GROUP = re.compile(r"[UWS][A-Z0-9]{2,}")
EVERYONE = "everyone"
MODEL_EXAMPLE = "mistral-medium-latest"


def _tool(given: object) -> object:
    if isinstance(given, str) and not TOOL.fullmatch(given):
        raise mistake(
            f'"{given}" is no name of a tool: those hold letters, digits, - and _, and patterns also * ? [ ] !'
        )
    return given


ToolName = Annotated[str, BeforeValidator(_tool)]
Text = Annotated[str, Field(min_length=1)]


def _id(look: re.Pattern[str], what: str) -> BeforeValidator:
    def check(given: object) -> object:
        if isinstance(given, str) and not look.fullmatch(given):
            raise mistake(f'"{given}" is no id of {what}')
        return given

    return BeforeValidator(check)


def _approver(given: object) -> object:
    if isinstance(given, str) and given not in WORDS and not PERSON_OR_GROUP.fullmatch(given):
        raise mistake(f'"{given}" should be asker, others, or the id of a person (U…, W…) or of a user group (S…)')
    return given


UserId = Annotated[str, _id(PERSON, "a person: those begin with U or W, and Slack shows one in the person's profile")]
GroupId = Annotated[str, _id(GROUP, "a user group: those begin with S")]
ChannelId = Annotated[
    str, _id(CHANNEL, "a channel: those begin with C, G or D, and Slack shows one at the end of a channel's details")
]
Approver = Annotated[str, BeforeValidator(_approver)]
PolicyWord = Literal["auto", "ask", "deny"]
EscalationId = Annotated[str, _id(PERSON_OR_GROUP, "a person (U…, W…) or of a user group (S…)")]


class PromptForm(Form):
    title: Text
    message: Text


class AccessForm(Form):
    """`access: everyone` is the same as an empty form. A list that is written names somebody: an empty one would let
    everybody in."""

    users: list[UserId] = Field(default_factory=list, min_length=1)
    groups: list[GroupId] = Field(default_factory=list, min_length=1)
    channels: list[ChannelId] = Field(default_factory=list, min_length=1)
    guests: bool = False
    other_organisations: bool = False

    @model_validator(mode="before")
    @classmethod
    def _everyone(cls, written: Any) -> Any:
        if written == EVERYONE:
            return {}
        if not isinstance(written, dict) or not written:
            fields = ", ".join(cls.model_fields)
            raise mistake(f'should be "{EVERYONE}", or say who with {fields}')
        return written

    @property
    def access(self) -> Access:
        return Access(
            users=frozenset(self.users),
            groups=frozenset(self.groups),
            channels=frozenset(self.channels),
            guests=self.guests,
            other_organisations=self.other_organisations,
        )


class ToolForm(Form):
    """`linear`, or `linear: {include: […]}`: the tools of one server, fewer of them."""

    name: ToolName
    toolset: ToolsetForm | None = None

    @model_validator(mode="before")
    @classmethod
    def _written(cls, written: Any) -> Any:
        if isinstance(written, str):
            return {"name": written}
        if isinstance(written, dict) and len(written) == 1:
            [(name, toolset)] = written.items()
            if isinstance(name, str) and isinstance(toolset, dict) and NAME_OF_SERVER.fullmatch(name):
                return {"name": name, "toolset": toolset}
        raise mistake(
            "should be a name or pattern, or one server with its toolset: linear: {include: [...], read_only: true}"
        )


class AgentForm(Form):
    model: Text
    name: Annotated[str, Field(pattern=NAME)] | None = None
    description: str = ""
    display_name: str = Field("", max_length=80)
    icon: str = ""
    prompts: list[PromptForm] = Field([], max_length=PROMPTS_SHOWN)
    tools: list[ToolForm] = Field(default_factory=list)
    approvals: dict[ToolName, PolicyWord] = Field(default_factory=dict)
    approvers: list[Approver] = Field(default_factory=list, min_length=1)
    connectors: list[ConnectorForm] = Field(default_factory=list)
    completion_args: CompletionArgs = CompletionArgs()
    guardrails: list[GuardrailForm] = Field(default_factory=list)
    handoffs: list[Text] = Field(default_factory=list, min_length=1)
    handoff_execution: Literal["server", "client"] = "server"
    handoff_policy: dict[str, Literal["allow", "deny"]] = Field(default_factory=dict)
    escalation: list[EscalationId] = Field(default_factory=list)
    follow_ups: bool | None = None
    access: AccessForm = Field(default_factory=AccessForm.model_construct)
    store: bool = True
    object: bool | None = None
    agent_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")] | None = None

    @field_validator("icon", mode="after")
    @classmethod
    def _drawable(cls, icon: str) -> str:
        if icon and not ICON.fullmatch(icon):
            raise mistake('should be an emoji, such as ":thread:", or the https address of a picture')
        return icon


def with_items(lines: Lines, form: AgentForm) -> Lines:
    """The lines, and those of the names in lists, by name as well: what is wrong with one is known later."""
    named: dict[Place, int] = {}
    for field_name, items in (
        ("tools", [tool.name for tool in form.tools]),
        ("handoffs", [name.lower() for name in form.handoffs]),
    ):
        for number, item in enumerate(items):
            if line := line_of((field_name, number), lines):
                named.setdefault((field_name, item), line)
    return {**lines, **named}


def helpful(problem: Problem) -> Problem:
    """Pydantic names a pattern; a person wants to know what to write."""
    say = {
        "model": f"is missing; write for example: model: {MODEL_EXAMPLE}",
        "name": "may hold small letters, digits, - and _ only, 63 at most; it stands in the file or is the file's name",
        "handoffs": "names no agent; leave the field out for an agent that hands off to nobody",
        "agent_id": "is the id of an agent object at Mistral, such as ag_0123456789abcdef0123456789abcdef",
    }
    kept = problem.field == "handoffs" and not problem.message.startswith("is empty")
    if kept or (problem.field == "model" and problem.message != "is missing"):
        return problem
    message = say.get(problem.field, problem.message)
    return Problem(problem.file, problem.line or 1, problem.field, message)
