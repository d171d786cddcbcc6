"""`threadwind followups`: what is promised for later, when it is due or why it stands still; what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from workers.commands.settings import StoreSettings

app = typer.Typer(
    help="Follow-ups: the list of them, one in full, and pause, resume, cancel and run.",
    invoke_without_command=True,
    add_completion=False,
)
FollowUpId = Annotated[str, typer.Argument(metavar="ID", help="Its id, as the list shows it.")]
Team = Annotated[str | None, typer.Option("--team", metavar="ID", help="Of one workspace, by Slack's id.")]


@app.callback()
def bare(context: typer.Context) -> None:
    """Without another word it is the list."""
    if context.invoked_subcommand is None:
        list_()


@app.command("list")
def list_(
    team: Team = None,
    user: Annotated[str | None, typer.Option("--user", metavar="ID", help="Of one person, by Slack's id.")] = None,
    thread: Annotated[str | None, typer.Option("--thread", metavar="LINK", help="A link to it, or its key.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that have ended lately.")] = False,
) -> None:
    """List those that are open, the next due first, without a word of what they say."""
    from workers.commands import follow_up_lookup, store

    async def show(redis: Redis, _: StoreSettings) -> None:
        wanted = follow_up_lookup.Wanted(team=team, user=user, place=thread, ended=every)
        lines = follow_up_lookup.table(await follow_up_lookup.found(redis, wanted))
        _print(lines or ["No follow-up is open." if not every else "No follow-up is known."])

    store.run(show)


@app.command()
def show(follow_up_id: FollowUpId, team: Team = None) -> None:
    """Print all that is known of one but its words."""
    from workers.commands import follow_up_lookup, store

    async def tell(redis: Redis, _: StoreSettings) -> None:
        _print(follow_up_lookup.lines(await follow_up_lookup.one(redis, follow_up_id, team)))

    store.run(tell)


@app.command()
def pause(follow_up_id: FollowUpId, team: Team = None) -> None:
    """Let it stand still until somebody resumes it; a run that has begun goes on."""
    _act("pause", follow_up_id, team)


@app.command()
def resume(follow_up_id: FollowUpId, team: Team = None) -> None:
    """Let it go on from now; what passed meanwhile is not made up for."""
    _act("resume", follow_up_id, team)


@app.command()
def cancel(follow_up_id: FollowUpId, team: Team = None) -> None:
    """End it for good."""
    _act("cancel", follow_up_id, team)


@app.command()
def run(follow_up_id: FollowUpId, team: Team = None) -> None:
    """Hand an extra run to its thread at once; its times stay as they are."""
    _act("run", follow_up_id, team)


def _act(act: str, follow_up_id: str, team: str | None) -> None:
    import asyncio

    from bot.settings import Settings
    from workers.commands import follow_up_acts, settings, store
    from workers.commands.quiet import quiet

    known = settings.read(Settings)
    with quiet():
        done = store.guarded(known.redis_url, lambda: asyncio.run(follow_up_acts.do(known, act, follow_up_id, team)))
    _print([done])


def _print(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)
