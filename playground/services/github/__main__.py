"""`python -m playground.services.github`: GitHub as a process of its own."""

from __future__ import annotations

import typer

from playground.services.github.app import create
from playground.services.process import command

if __name__ == "__main__":
    typer.run(command(create))
