"""Agents as their files describe them: YAML front matter and, as the body, the instructions.

A wrong file gives `Problem`s that name file, line and field, and never takes the others down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from bot.catalog import connector_forms, front_matter, refusals, response_format
from bot.catalog.access import Access
from bot.catalog.agent_form import AgentForm, helpful, with_items
from bot.catalog.connectors import Connector
from bot.catalog.forms import Lines, check, dotted, line_of
from bot.catalog.forms import Path as Place
from bot.catalog.front_matter import FrontMatter
from bot.catalog.modules import NotUsable
from bot.catalog.policy import Policy
from bot.catalog.problem import Problem
from bot.catalog.toolset import Toolset
from bot.catalog.variables import Missing
from bot.slack.mentions import is_group

NO_FOLDER = "there is no such folder; AGENTS_DIR names where the agent files are"
EVERY_HANDOFF = "*"  # in handoff_policy: those that it does not name

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
    `toolsets` says by server which of its tools are left of those; `approvals` maps such patterns of tool names to
    what happens when the agent calls one. `icon` is `:emoji:` or the https address of a picture. `handoffs` are
    names of other agents; `handoff_policy` says of those, by name or `*`, which handoff goes through where handoffs
    are executed on our side. `escalation` are the ids of the people and user groups to whom it may hand a thread,
    `approvers` those who decide about its calls (none: whoever asked). `follow_ups`: True, it makes some itself;
    False, people have no button for them under its answers either; None, its file says nothing. `agent_id` adopts
    an agent object that exists at Mistral. `completion_args` and `guardrails` are in the wire's shape. `lines` is
    where its file says what; who makes one without a file has none.
    """

    name: str
    description: str
    model: str
    instructions: str
    source: Path
    tools: tuple[str, ...] = ()
    toolsets: Mapping[str, Toolset] = field(default_factory=dict)
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
    approvers: tuple[str, ...] = ()
    follow_ups: bool | None = None
    lines: Lines = field(default_factory=dict, repr=False, compare=False)

    @property
    def names_groups(self) -> bool:
        """Whether its file names user groups, whose members Slack has to be asked for."""
        return self.access.names_groups or any(map(is_group, (*self.escalation, *self.approvers)))

    @property
    def is_object(self) -> bool:
        """Whether it runs as an agent object at Mistral; else as a direct-model conversation, exact for each thread."""
        return bool(self.handoffs) or self.wants_object

    def says(self, name: str) -> bool:
        """Whether its file gives this field at all."""
        return (name,) in self.lines

    def problem(self, place: Place, message: str) -> Problem:
        """Something wrong with what its file says at `place`."""
        return Problem(self.source, line_of(place, self.lines), dotted(place), message)

    def problem_with(self, name: str, item: str, message: str) -> Problem:
        """Something wrong with one `item` of a list of names."""
        return Problem(self.source, line_of((name, item), self.lines), name, message)


NO_VARIABLES: Mapping[str, str] = MappingProxyType({})


def load(*folders: Path, environment: Mapping[str, str] = NO_VARIABLES) -> tuple[dict[str, Agent], list[Problem]]:
    """All agents under `folders` by name, in the order of their files; of two with one name the first file's stays.

    `environment` fills the variables in authorizations.
    """
    agents: dict[str, Agent] = {}
    problems = [Problem(folder, None, "", NO_FOLDER) for folder in folders if not folder.is_dir()]
    for file in (file for folder in folders for file in _files(folder)):
        agent = read(file, environment)
        if isinstance(agent, list):
            problems += agent
        elif twin := agents.get(agent.name):
            message = f'"{agent.name}" is taken by {twin.source}; give this one another name'
            problems.append(Problem(file, line_of(("name",), agent.lines) or 1, "name", message))
        else:
            agents[agent.name] = agent
    return agents, problems


def _files(folder: Path) -> Iterator[Path]:
    """Those of agents; what is hidden is an editor's or a tool's own."""
    for file in sorted(folder.rglob("*.md")):
        if not any(part.startswith(".") for part in file.relative_to(folder).parts):
            yield file


def read(file: Path, environment: Mapping[str, str] = NO_VARIABLES) -> Agent | list[Problem]:
    """The agent in `file`, or everything that is wrong with it."""
    parts = front_matter.read(file)
    if isinstance(parts, list):
        return parts
    form = check(AgentForm, {"name": file.stem, **parts.values}, file=file, lines=parts.lines)
    problems = form if isinstance(form, list) else []
    if not parts.body:
        problems.append(Problem(file, parts.body_line, "", "the instructions are missing: write them below the fields"))
    if isinstance(form, list) or problems:
        return sorted((helpful(problem) for problem in problems), key=lambda problem: problem.line or 0)
    agent = _agent(file, form, parts, environment)
    if isinstance(agent, Problem):
        return [agent]
    return [agent.problem(one.path, one.sentence) for one in refusals.of(agent)] or agent


def _agent(file: Path, form: AgentForm, parts: FrontMatter, environment: Mapping[str, str]) -> Agent | Problem:
    name = form.name or file.stem
    try:
        completion_args = response_format.in_wire_shape(form.completion_args)
    except NotUsable as exc:
        at = ("completion_args", "response_format")
        return Problem(file, line_of(at, parts.lines), dotted(at), str(exc))
    try:
        connectors = tuple(connector_forms.read(connector, environment) for connector in form.connectors)
    except Missing as exc:
        message = (
            f"the variable {exc.args[0]} is not set, so the agent is left out; set it, or give it a default: "
            f"${{{exc.args[0]}:-default}}"
        )
        return Problem(file, line_of(("connectors",), parts.lines), "connectors", message)
    return Agent(
        name=name,
        description=form.description.strip(),
        model=form.model,
        instructions=parts.body,
        source=file,
        tools=tuple(dict.fromkeys(tool.name for tool in form.tools)),
        toolsets={tool.name: tool.toolset.toolset for tool in form.tools if tool.toolset is not None},
        approvals={pattern: Policy(policy) for pattern, policy in form.approvals.items()},
        completion_args=completion_args,
        display_name=form.display_name or name.replace("-", " ").replace("_", " ").capitalize(),
        prompts=tuple(Prompt(prompt.title, prompt.message) for prompt in form.prompts),
        icon=form.icon,
        connectors=connectors,
        handoffs=tuple(dict.fromkeys(target.lower() for target in form.handoffs)),
        handoff_execution=form.handoff_execution,
        handoff_policy={target.lower(): policy for target, policy in form.handoff_policy.items()},
        guardrails=tuple(one.model_dump(exclude_unset=True) for one in form.guardrails),
        store=form.store,
        wants_object=form.object is True or (form.object is None and form.agent_id is not None),
        agent_id=form.agent_id,
        access=form.access.access,
        escalation=tuple(dict.fromkeys(form.escalation)),
        approvers=tuple(dict.fromkeys(form.approvers)),
        follow_ups=form.follow_ups,
        lines=with_items(parts.lines, form),
    )
