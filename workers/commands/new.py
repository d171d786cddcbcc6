"""`threadwind new agent NAME`: an agent's file to begin with."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Write a file to begin with.", no_args_is_help=True, add_completion=False)


@app.callback()
def _several() -> None:
    """Typer takes an app with one command for that command."""


@app.command()
def agent(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What people will type after +, such as ticket-desk.")],
) -> None:
    """Write an agent's file with every field in it, most of them commented out."""
    import re

    from bot.catalog import agents
    from bot.catalog.agent_form import NAME
    from bot.picking.command import is_reserved
    from bot.start import environment, give_up
    from workers.commands import agent_template
    from workers.commands.settings import FileSettings, read

    if not re.fullmatch(NAME, name):
        better = re.sub(r"[^a-z0-9_-]+", "-", name.lower()).strip("-_")[:63]
        hint = f' How about "{better}"?' if better else ""
        give_up(f"A name has small letters, digits, - and _ only, 63 at most.{hint}", status=1)
    if is_reserved(name):
        give_up(f'"{name}" is a word by which people tell the bot something else. Choose another name.', status=1)
    folders = read(FileSettings).agents_dir
    known, _ = agents.load(*folders, environment=environment())
    taken = [found.source for found in known.values() if found.name == name]
    taken += [file for one in folders for file in one.rglob(f"{name}.md")]  # one that cannot be read, too
    if taken:
        give_up(f"There is an agent {name} already: {taken[0]}. Choose another name, or change that file.", status=1)
    file = folders[0] / f"{name}.md"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as new:
            new.write(agent_template.text(name))
    except OSError as exc:
        give_up(f"{file} cannot be written ({exc.strerror}). Check AGENTS_DIR and its rights.", status=1)
    typer.echo(f"Wrote {file}.")
    typer.echo("Next: put its description and instructions into your words, then check and try it:")
    typer.echo(f"  threadwind doctor\n  threadwind chat {name}")
    typer.echo("With handoffs or `object: true` it runs as an agent object; then also: threadwind agents push")
    typer.echo(
        f"In Slack, people reach it with +{name} once the processes have started anew (or by themselves, with "
        "RELOAD_AGENTS=true)."
    )
