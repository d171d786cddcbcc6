"""Which files of operators' the demo reads: those of the checkout, and its own beside them."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from playground.demo.choices import Choices

AGENTS = Path(__file__).parent / "agents"  # beside those of the checkout: for what these cannot show
SERVERS = Path(__file__).parent / "mcp.json"  # of what runs beside it
LOCK = Path(__file__).parent / "tools.lock.json"  # of their tools: one lists them only to people who signed in
VARIABLE = re.compile(r"\$\{(\w+)")  # as mcp.json names them


def folders(choices: Choices, environment: Mapping[str, str]) -> list[Path]:
    """Where the agents' files are. What the demo's own ones ask for (a library, people) is not there at Mistral."""
    named = [Path(part.strip()) for part in environment.get("AGENTS_DIR", "agents").split(",") if part.strip()]
    given = [folder for folder in named if folder != AGENTS]  # it is there when `.demo/env` was sourced before
    return given if choices.answerer == "mistral" else [*given, AGENTS]


def servers(choices: Choices, environment: Mapping[str, str]) -> list[Path]:
    """The files that name the MCP servers; the demo's own one is of what runs beside it."""
    named = [Path(part.strip()) for part in environment.get("MCP_CONFIG", "mcp.json").split(",") if part.strip()]
    given = [file for file in named if file != SERVERS]
    return [*given, SERVERS] if choices.with_services else given


def variables(environment: Mapping[str, str]) -> set[str]:
    """What mcp.json asks of the environment, in so many words: `${NAME}`."""
    found: set[str] = set()
    for config in environment.get("MCP_CONFIG", "mcp.json").split(","):
        with contextlib.suppress(OSError, ValueError):  # the bot says what is wrong with it
            text = json.dumps(json.loads(Path(config.strip()).read_text(encoding="utf-8")))
            found.update(VARIABLE.findall(text))
    return found
