"""MCP servers as mcp.json names them, in the ecosystem's usual shape with a few fields of ours beside it.

`{"mcpServers": {name: {command, args, env, cwd} | {type: "http" | "streamable-http" | "sse", url, headers}}}`, and for
either `timeout` (seconds), `trusted`, `protocol`, `include`, `exclude`. A wrong server is left out, the others stay.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import Field, model_validator

from bot.catalog.forms import Form, Lines, check, line_of, yaml_lines
from bot.catalog.problem import Problem, did_you_mean
from bot.catalog.variables import Missing, expand

Transport = Literal["stdio", "http", "sse"]
Protocol = Literal["auto", "legacy", "2026-07-28"]

ROOT = "mcpServers"
NAME = re.compile(r"(?!.*__)[A-Za-z0-9][A-Za-z0-9_-]{0,31}")  # "server__tool" must split again, within 64 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How to reach one MCP server. `command`, `args`, `env`, `cwd` are stdio's; `url` and `headers` the others'.

    All but the name may hold secrets: they stay out of `repr`. `trusted` says whether its tools' hints count;
    `include` and `exclude` are patterns of the server's own tool names (empty `include`: all).
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
    trusted: bool = False
    protocol: Protocol = "auto"
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class ServerForm(Form):
    type: Literal["stdio", "http", "streamable-http", "sse"] | None = None
    command: str | None = Field(None, min_length=1)
    args: list[str] = Field(default_factory=list)
    env: dict[str, str] = Field(default_factory=dict)
    cwd: str | None = None
    url: str | None = Field(None, min_length=1)
    headers: dict[str, str] = Field(default_factory=dict)
    timeout: float | None = Field(None, gt=0, le=3600)
    trusted: bool = False
    protocol: Protocol = "auto"
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        local = self.model_fields_set & {"command", "args", "env", "cwd"}
        remote = self.model_fields_set & {"url", "headers"}
        if local and remote:
            raise ValueError(f"has both {min(local)} (a local server) and {min(remote)} (a remote one); keep one kind")
        if not self.command and not self.url:
            raise ValueError('needs either "command" (a local server) or "url" (a remote one)')
        if self.type and (self.type == "stdio") != bool(self.command):
            raise ValueError(f'type "{self.type}" needs {"command" if self.type == "stdio" else "url"}')
        return self


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
    if values["url"] and not values["url"].startswith(("http://", "https://")):
        return [Problem(file, line_of((*at, "url"), lines), f"{where}.url", "must begin with https:// or http://")]
    return Server(
        name=name,
        transport="stdio" if form.command else "sse" if form.type == "sse" else "http",
        cwd=file.parent / values.pop("cwd") if form.cwd else values.pop("cwd"),
        timeout=timedelta(seconds=form.timeout) if form.timeout else None,
        trusted=form.trusted,
        protocol=form.protocol,
        include=tuple(form.include),
        exclude=tuple(form.exclude),
        **values,
    )


def _expanded(form: ServerForm, environment: Mapping[str, str]) -> dict[str, Any]:
    """The fields that may hold variables, with their values."""
    return {
        "command": expand(form.command or "", environment),
        "args": tuple(expand(argument, environment) for argument in form.args),
        "env": {key: expand(value, environment) for key, value in form.env.items()},
        "cwd": expand(form.cwd, environment) if form.cwd else None,
        "url": expand(form.url or "", environment),
        "headers": {key: expand(value, environment) for key, value in form.headers.items()},
    }


def _lines(text: str) -> Lines:
    """JSON is YAML, but for a few odd escapes and tabs; then the problems go without a line."""
    try:
        return yaml_lines(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        return {}
