"""MCP servers as mcp.json names them, in the ecosystem's usual shape with a few fields of ours beside it.

`{"mcpServers": {name: {command, args, env, cwd} | {type: "http" | "streamable-http" | "sse", url, headers}}}`, and for
either `timeout` (seconds), `roots`, `trusted`, `protocol`, `include`, `exclude`, `read_only`, `reads`, `rules`,
`internal`, and of its tools `approvals`, `approvers`, `upserts`, `methods`; for remote ones `oauth` (people sign in,
with a client that was registered by hand) and `channels` (headers of a channel's own). A wrong server is left out, the
others stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.catalog.forms import Lines, check, line_of, yaml_lines
from bot.catalog.policy import Policy
from bot.catalog.problem import Problem, did_you_mean
from bot.catalog.server_credentials import OAuthClient
from bot.catalog.server_form import Protocol, ServerForm
from bot.catalog.tool_rules import ToolRule
from bot.catalog.toolset import Toolset
from bot.catalog.variables import Missing, expand, expand_all
from bot.slack.mentions import is_group

Transport = Literal["stdio", "http", "sse"]

ROOT = "mcpServers"
NAME = re.compile(r"(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,31}")  # "server__tool" must split again, within 64 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to reach one MCP server. `command`, `args`, `env`, `cwd` are stdio's; `url` and `headers` the others'.

    All but the name may hold secrets: they stay out of `repr`. `roots` are the folders that it is told of when it asks
    where it may work. `trusted` says whether its tools' hints count;
    `toolset` says which of them agents are given; `reads` are patterns of those that only read, by the operator's word.
    `rules` say who may have which of them called; `internal` are patterns of those that other organisations never meet.
    Keys of `approvals`, `upserts` and `methods` are patterns of the server's own tool names: those of `upserts` update
    where they are given that argument and create where they are not, those of `methods` do what it says. `approvers`
    are `asker`, `others`, or ids of people and groups (`bot/approvals/approvers.py`).
    """

    name: str
    transport: Transport
    command: str = ""
    args: tuple[str, ...] = field(default=(), repr=False)
    env: dict[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None
    url: str = field(default="", repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    timeout: timedelta | None = None
    roots: tuple[Path, ...] = ()
    trusted: bool = False
    protocol: Protocol = "auto"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    read_only: bool = False
    reads: tuple[str, ...] = ()
    rules: tuple[ToolRule, ...] = ()
    internal: tuple[str, ...] = ()
    approvals: dict[str, Policy] = field(default_factory=dict)
    approvers: tuple[str, ...] = ()
    upserts: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    oauth: OAuthClient | None = None
    channels: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    @property
    def toolset(self) -> Toolset:
        return Toolset(include=self.include, exclude=self.exclude, read_only=self.read_only)

    @property
    def names_groups(self) -> bool:
        """Whether its entry names user groups, whose members Slack has to be asked for."""
        return any(rule.access.names_groups for rule in self.rules) or any(map(is_group, self.approvers))

    @property
    def takes_sign_in(self) -> bool:
        """Whether people sign in there by themselves, should it ask for it."""
        return self.transport != "stdio" and "authorization" not in map(str.lower, self.headers)

    @property
    def own_client(self) -> OAuthClient | None:
        """As whom people sign in there, where an operator registered that by hand."""
        return self.oauth if self.oauth and self.oauth.client_id else None

    @property
    def personal(self) -> bool:
        """Whether it is used with a sign-in of the person's own, so that what is sent there is not for everybody."""
        return self.oauth is not None


def load(file: Path, environment: Mapping[str, str]) -> tuple[dict[str, Server], list[Problem]]:
    """The servers in `file` by name. No file means no servers."""
    if not file.exists():
        return {}, []
    try:
        text = file.read_text(encoding="utf-8-sig")
        content = json.loads(text)
    except json.JSONDecodeError as exc:
        return {}, [Problem(file, exc.lineno, "", f"this is not JSON: {exc.msg}")]
    except (OSError, ValueError) as exc:
        return {}, [Problem(file, None, "", f"cannot be read: {exc}")]
    lines = _lines(text)
    if not isinstance(content, dict):
        return {}, [Problem(file, 1, "", f'must be an object: {{"{ROOT}": {{…}}}}')]
    problems = [
        Problem(file, line_of((key,), lines), key, f"this version does not know the field; {did_you_mean(key, [ROOT])}")
        for key in content
        if key != ROOT
    ]
    entries = content.get(ROOT, {})
    if not isinstance(entries, dict):
        return {}, [*problems, Problem(file, line_of((ROOT,), lines), ROOT, "must be an object of servers by name")]
    servers: dict[str, Server] = {}
    for name, entry in entries.items():
        server = _read(name, entry, file=file, lines=lines, environment=environment)
        if isinstance(server, Server):
            servers[name] = server
        else:
            problems += server
    return servers, problems


def named_in(problems: Iterable[Problem]) -> frozenset[str]:
    """The servers whose entries could not be read."""
    return frozenset(problem.field.split(".")[1] for problem in problems if problem.field.startswith(f"{ROOT}."))


def _read(
    name: str, entry: object, *, file: Path, lines: Lines, environment: Mapping[str, str]
) -> Server | list[Problem]:
    at = (ROOT, name)
    where = f"{ROOT}.{name}"
    if not NAME.fullmatch(name):
        rule = "a server's name has letters, digits, - and single _ only, 32 at most: tools are called name__tool"
        return [Problem(file, line_of(at, lines), where, rule)]
    form = check(ServerForm, entry, file=file, lines=lines, at=at)
    if isinstance(form, list):
        return form
    try:
        values = _expanded(form, environment)
    except Missing as exc:
        variable = exc.args[0]
        message = (
            f'the variable {variable} is not set, so the server "{name}" is left out; '
            f"set it, or give it a default: ${{{variable}:-default}}"
        )
        return [Problem(file, line_of(at, lines), where, message)]
    if wrong := form.wrong(values):
        path, sentence = wrong
        return [Problem(file, line_of((*at, *path), lines), ".".join((where, *path)), sentence)]
    return Server(
        name=name,
        transport="stdio" if form.command else "sse" if form.type == "sse" else "http",
        cwd=file.parent / values.pop("cwd") if form.cwd else values.pop("cwd"),
        timeout=timedelta(seconds=form.timeout) if form.timeout else None,
        roots=tuple((file.parent / root).resolve() for root in values.pop("roots")),
        trusted=form.trusted,
        protocol=form.protocol,
        include=tuple(form.include),
        exclude=tuple(form.exclude),
        read_only=form.read_only,
        reads=tuple(form.reads),
        rules=tuple(rule.rule for rule in form.rules),
        internal=tuple(form.internal) if isinstance(form.internal, list) else ("*",) if form.internal else (),
        approvals={pattern: Policy(policy) for pattern, policy in form.approvals.items()},
        approvers=tuple(dict.fromkeys(form.approvers)),
        upserts=form.upserts,
        methods=form.methods,
        **values,
    )


def _expanded(form: ServerForm, environment: Mapping[str, str]) -> dict[str, Any]:
    """The fields that may hold variables, with their values."""
    return {
        "command": expand(form.command or "", environment),
        "args": tuple(expand(argument, environment) for argument in form.args),
        "env": expand_all(form.env, environment),
        "cwd": expand(form.cwd, environment) if form.cwd else None,
        "roots": [expand(root, environment) for root in form.roots],
        "url": expand(form.url or "", environment),
        "headers": expand_all(form.headers, environment),
        "oauth": form.oauth.read(environment) if form.oauth else None,
        "channels": {channel: expand_all(entry.headers, environment) for channel, entry in form.channels.items()},
    }


def _lines(text: str) -> Lines:
    """JSON is YAML, but for a few odd escapes and tabs; then the problems go without a line."""
    try:
        return yaml_lines(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return {}
