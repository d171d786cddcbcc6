"""Agents as their files describe them: YAML front matter and, as the body, the instructions.

A wrong file gives `Problem`s that name file, line and field, and never takes the others down.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from bot.catalog import front_matter
from bot.catalog.access import Access
from bot.catalog.connectors import Connector
from bot.catalog.forms import Form, check
from bot.catalog.policy import Policy
from bot.catalog.problem import Problem

MODEL_EXAMPLE = "mistral-medium-latest"
PROMPTS_SHOWN = 4  # Slack shows no more
NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"  # what a person can type after "+"
TOOL_PATTERN = r"^[A-Za-z0-9_*?\[\]!-]+$"

HandoffExecution = Literal["server", "client"]  # the API's own words: inside Mistral, or given back to us
HandoffPolicy = Literal["allow", "deny"]


@dataclass(frozen=True, slots=True)
class Prompt:
    """A suggestion that Slack offers before the first message: what the button says, what it sends."""

    title: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """One agent, as its file describes it.

    `tools` holds server names, `server__tool` names, patterns of them (`fnmatch`) and names of Python functions;
    `approvals` maps such patterns of tool names to what happens when the agent calls one. `icon` is `:emoji:` or the
    https address of a picture. `handoffs` are names of other agents; `handoff_policy` says of those, by name or `*`,
    which handoff goes through where handoffs are executed on our side. `escalation` are the ids of the people and user
    groups to whom it may hand a thread. `agent_id` adopts an agent object that exists at Mistral. `completion_args` and
    `guardrails` are in the wire's shape.
    """

    name: str
    description: str
    model: str
    instructions: str
    source: Path
    tools: tuple[str, ...] = ()
    approvals: dict[str, Policy] = field(default_factory=dict)
    completion_args: dict[str, Any] = field(default_factory=dict)
    display_name: str = ""
    prompts: tuple[Prompt, ...] = ()
    icon: str = ""
    connectors: tuple[Connector, ...] = ()
    handoffs: tuple[str, ...] = ()
    handoff_execution: HandoffExecution = "server"
    handoff_policy: dict[str, HandoffPolicy] = field(default_factory=dict)
    guardrails: tuple[dict[str, Any], ...] = ()
    store: bool = True
    wants_object: bool = False
    agent_id: str | None = None
    access: Access = field(default_factory=Access)
    escalation: tuple[str, ...] = ()

    @property
    def is_object(self) -> bool:
        """Whether it runs as an agent object at Mistral; else as a direct-model conversation, exact for each thread."""
        return bool(self.handoffs) or self.wants_object


class PromptForm(Form):
    title: str = Field(min_length=1)
    message: str = Field(min_length=1)


class JsonSchema(Form):
    name: str = Field(min_length=1)
    description: str | None = None
    strict: bool = False
    # The wire's word; as an attribute it would hide one of pydantic's own.
    definition: dict[str, Any] = Field(alias="schema")


class ResponseFormat(Form):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: JsonSchema | None = None


class CompletionArgs(Form):
    """The ranges of Mistral's API, so that a mistake shows here and not in the middle of a turn."""

    stop: str | list[str] | None = None
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    temperature: float | None = Field(None, ge=0, le=1)
    top_p: float | None = Field(None, ge=0, le=1)
    max_tokens: int | None = Field(None, ge=0)
    random_seed: int | None = Field(None, ge=0)
    response_format: ResponseFormat | None = None
    tool_choice: Literal["auto", "none", "any", "required"] = "auto"
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"] | None = None


class AgentForm(Form):
    name: str | None = Field(None, pattern=NAME)
    description: str = ""
    model: str = Field(min_length=1)
    tools: list[Annotated[str, Field(pattern=TOOL_PATTERN)]] = Field(default_factory=list)
    approvals: dict[Annotated[str, Field(pattern=TOOL_PATTERN)], Literal["auto", "ask", "deny"]] = Field(
        default_factory=dict
    )
    completion_args: CompletionArgs = CompletionArgs()
    display_name: str = Field("", max_length=80)
    prompts: list[PromptForm] = Field([], max_length=PROMPTS_SHOWN)


def load(folder: Path) -> tuple[dict[str, Agent], list[Problem]]:
    """All agents under `folder` by name, in the order of their files; of two with one name the first file's stays."""
    if not folder.is_dir():
        return {}, [Problem(folder, None, "", "there is no such folder; AGENTS_DIR names where the agent files are")]
    agents: dict[str, Agent] = {}
    problems: list[Problem] = []
    for file in sorted(folder.rglob("*.md")):
        if any(part.startswith(".") for part in file.relative_to(folder).parts):
            continue  # an editor's or a tool's own
        agent = read(file)
        if isinstance(agent, list):
            problems += agent
        elif twin := agents.get(agent.name):
            problems.append(
                Problem(file, 1, "name", f'"{agent.name}" is taken by {twin.source}; give this one another name')
            )
        else:
            agents[agent.name] = agent
    return agents, problems


def read(file: Path) -> Agent | list[Problem]:
    """The agent in `file`, or everything that is wrong with it."""
    parts = front_matter.read(file)
    if isinstance(parts, list):
        return parts
    values = {"name": file.stem, **parts.values}
    form = check(AgentForm, values, file=file, lines=parts.lines)
    problems = form if isinstance(form, list) else []
    if not parts.body:
        problems.append(Problem(file, parts.body_line, "", "the instructions are missing: write them below the fields"))
    if isinstance(form, list) or problems:
        return sorted((_helpful(problem) for problem in problems), key=lambda problem: problem.line or 0)
    name = form.name or file.stem
    return Agent(
        name=name,
        description=form.description.strip(),
        model=form.model,
        instructions=parts.body,
        source=file,
        tools=tuple(dict.fromkeys(form.tools)),
        approvals={pattern: Policy(policy) for pattern, policy in form.approvals.items()},
        completion_args=form.completion_args.model_dump(exclude_unset=True, by_alias=True),
        display_name=form.display_name or name.replace("-", " ").replace("_", " ").capitalize(),
        prompts=tuple(Prompt(prompt.title, prompt.message) for prompt in form.prompts),
    )


def _helpful(problem: Problem) -> Problem:
    """Pydantic names a pattern; a person wants to know what to write."""
    say = {
        "model": f"is missing; write for example: model: {MODEL_EXAMPLE}",
        "name": "may hold small letters, digits, - and _ only, 63 at most; it stands in the file or is the file's name",
    }
    if problem.field == "model" and problem.message != "is missing":
        return problem
    message = say.get(problem.field, problem.message)
    return Problem(problem.file, problem.line or 1, problem.field, message)
