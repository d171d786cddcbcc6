"""What a process does before anything else: read its settings, or say in plain words what is wrong with them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from dotenv import dotenv_values
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.settings import Settings

BAD_SETTINGS = 2  # the exit status


def read_settings() -> Settings:
    """The settings from the environment and `.env`; ends the process with one sentence per problem."""
    try:
        return Settings()
    except ValidationError as exc:
        give_up(
            *(sentence(problem) for problem in exc.errors(include_input=False, include_url=False)), status=BAD_SETTINGS
        )


def environment(dotenv: Path = Path(".env")) -> dict[str, str]:
    """What fills the variables of mcp.json: the environment, and `.env` for what is not set there, as for settings."""
    kept = {name: value for name, value in dotenv_values(dotenv, encoding="utf-8").items() if value}
    return kept | {name: value for name, value in os.environ.items() if value or name not in kept}


def sentence(problem: ErrorDetails) -> str:
    """One problem with the settings, with the name to look for; never with the value, which may be a secret."""
    name = ".".join(str(part) for part in problem["loc"]).upper()
    if problem["type"] == "missing":
        return f"{name} is not set. Put it into the environment or into .env; .env.example lists every setting."
    message = problem["msg"].removeprefix("Value error, ")
    return f"{name} is wrong: {message}." if name else f"{message}."


def give_up(*sentences: str, status: int) -> NoReturn:
    """Say why this process does not start, and end it."""
    for line in sentences:
        print(f"threadwind: {line}", file=sys.stderr)
    sys.exit(status)
