"""What a process does before anything else: read its settings, or say in plain words what is wrong with them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.settings import Settings

BAD_SETTINGS = 2  # the exit status
NO_DOTENV = "--no-dotenv"  # on the command line of a process that is told all its settings, as the demo's are


def read_settings() -> Settings:
    """The settings from the environment and `.env`; ends the process with one sentence per problem."""
    try:
        return Settings(_env_file=dotenv_file())
    except ValidationError as exc:
        problems = exc.errors(include_input=False, include_url=False)
        give_up(*(sentence(problem) for problem in [*problems, *_hidden(problems)]), status=BAD_SETTINGS)


def environment(dotenv: Path | None = None) -> dict[str, str]:
    """What fills the variables of mcp.json: the environment, and `.env` for what is not set there, as for settings."""
    dotenv = dotenv or dotenv_file()
    if dotenv is None:
        return dict(os.environ)
    kept = {name: value for name, value in dotenv_values(dotenv, encoding="utf-8").items() if value}
    return kept | {name: value for name, value in os.environ.items() if value or name not in kept}


def sentence(problem: ErrorDetails) -> str:
    """One problem with the settings, with the name to look for; never with the value, which may be a secret."""
    name = ".".join(str(part) for part in problem["loc"]).upper()
    if problem["type"] == "missing":
        return f"{name} is not set. Put it into the environment or into .env; .env.example lists every setting."
    if problem["type"].startswith("time_delta"):
        return f"{name} is wrong: give a number of seconds, such as 15."
    message = problem["msg"].removeprefix("Value error, ")
    return f"{name} is wrong: {message}." if name else f"{message}."


def give_up(*sentences: str, status: int) -> NoReturn:
    """Say why this process does not start, and end it."""
    for line in sentences:
        print(f"threadwind: {line}", file=sys.stderr)
    sys.exit(status)


def dotenv_file() -> Path | None:
    return None if NO_DOTENV in sys.argv[1:] else Path(".env")


def _hidden(problems: list[ErrorDetails]) -> list[ErrorDetails]:
    """What is wrong with how the settings go together: pydantic looks at that only when each of them is right."""
    names = {str(problem["loc"][0]) for problem in problems if problem["loc"]}
    fields = {name: Settings.model_fields[name] for name in names}
    stand_ins: dict[str, Any] = {name: "-" if field.is_required() else field.default for name, field in fields.items()}
    try:
        Settings(_env_file=dotenv_file(), **stand_ins)
    except ValidationError as exc:
        return [
            problem for problem in exc.errors(include_input=False, include_url=False) if names and not problem["loc"]
        ]
    return []
