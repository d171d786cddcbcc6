"""`threadwind tools lock`: what the tool servers offer, shown, accepted by an operator, written down. And `login`."""

from __future__ import annotations

from typing import Annotated

import typer

from workers.commands.login import login

CANNOT = 1  # the exit status
app = typer.Typer(help="The tools of the servers in mcp.json.", no_args_is_help=True, add_completion=False)


@app.callback()
def group() -> None:
    """The tools of the servers in mcp.json."""


app.command("login")(login)


@app.command("lock")
def lock_(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[SERVER]…", help="Servers as mcp.json names them; else all.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Accept what is different without being asked.")] = False,
) -> None:
    """Show what the servers offer now, and write it down when you accept it. A server that cannot be asked keeps its
    entry; then status 1."""
    import asyncio

    from bot.catalog import server_files, servers
    from bot.catalog.problem import did_you_mean
    from bot.start import environment, give_up
    from workers.commands.quiet import quiet
    from workers.commands.settings import LockSettings, read
    from workers.commands.tool_differences import lines
    from workers.tools import lock, locking

    settings = read(LockSettings)
    files = ", ".join(map(str, settings.mcp_config))
    known, problems = server_files.load(settings.mcp_config, environment())
    for unknown in (name for name in names or () if name not in known):
        said = [str(problem) for problem in problems if problem.field in (unknown, f"{servers.ROOT}.{unknown}")]
        give_up(
            *(said or [f'There is no server "{unknown}" in {files}; {did_you_mean(unknown, known)}']),
            status=CANNOT,
        )
    try:
        before = lock.read(settings.tools_lock)
        with quiet():
            asked = [server for name, server in known.items() if not names or name in names]
            work = locking.locked(before, asked, redis_url=settings.redis_url, vault=settings.vault)
            after, failed = asyncio.run(work)
        left_out = {problem.field.removeprefix(f"{servers.ROOT}.").partition(".")[0] for problem in problems}
        gone = [] if names or "" in left_out else [name for name in before.servers if name not in {*known, *left_out}]
        after = after.without(gone)
    except lock.BadLock as exc:
        give_up(str(exc), status=CANNOT)
    for server in (server.name for server in asked if server.name not in failed):
        typer.echo("\n".join(lines(server, before.servers.get(server, {}), after.servers[server])))
    for name in gone:
        typer.echo(f"{name}: taken out; {files} names it no more.")
    if after.servers != before.servers and not (yes or _accepted()):
        give_up(f"Nothing was written: {settings.tools_lock} is as it was.", status=CANNOT)
    try:
        lock.write(settings.tools_lock, after)
    except lock.BadLock as exc:
        give_up(str(exc), status=CANNOT)
    for problem in [] if names else problems:
        typer.echo(f"{problem}.", err=True)
    for name, why in failed.items():
        kept = "its entry stays as it was" if name in before.servers else "it has no entry yet"
        typer.echo(f"{name}: {kept}. {why}", err=True)
    if failed or (problems and not names):
        raise typer.Exit(CANNOT)


def _accepted() -> bool:
    """Whether the operator says yes; where nobody can be asked, nobody does."""
    try:
        return typer.confirm("Accept this? Agents are then offered these tools, as they stand here", err=True)
    except typer.Abort:
        typer.echo("", err=True)
        return False
