"""The `threadwind` command, for whoever runs it: one module a group of commands, and this table of them all.

Always holds: no message text, no token and no argument of a tool is printed. Importing this is quick: what a command
needs is imported when it runs, so that `--help` does not wait for Slack's, Mistral's and MCP's libraries.
"""

from __future__ import annotations

from typing import Annotated

import typer

from workers.commands import (
    agents,
    audit,
    chat,
    dead,
    doctor,
    followups,
    libraries,
    manifest,
    new,
    threads,
    tools,
    vault,
)

app = typer.Typer(
    name="threadwind",
    help="Mistral agents at work in Slack: set it up, check it, and see what became of a message.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its traces show local variables, and so secrets
)
app.command("manifest")(manifest.manifest)
app.command("doctor")(doctor.doctor)
app.add_typer(new.app, name="new")
app.command("chat")(chat.chat)
app.command("turn")(threads.turn)
app.command("thread")(threads.thread)
app.command("audit")(audit.audit)
app.add_typer(agents.app, name="agents")
app.add_typer(tools.app, name="tools")
app.add_typer(libraries.app, name="libraries")
app.add_typer(followups.app, name="followups")
app.add_typer(dead.app, name="dead")
app.add_typer(vault.app, name="vault")


@app.callback()
def everywhere(
    no_dotenv: Annotated[
        bool, typer.Option("--no-dotenv", help="Leave a file .env alone: the environment has all settings.")
    ] = False,
) -> None:
    """What holds for every command. `bot/start.py` reads the option where it reads the settings."""


def main() -> None:
    app()
