"""`threadwind dead list|retry|drop`: turns that were put aside because their workers died three times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from workers.commands.settings import StoreSettings

app = typer.Typer(
    help="Turns that were put aside because their workers died three times.",
    no_args_is_help=True,
    add_completion=False,
)
TurnId = Annotated[str, typer.Argument(metavar="ID", help="The turn's id, as `threadwind dead list` shows it.")]


@app.command("list")
def list_() -> None:
    """List them, oldest first."""
    from workers.commands import letters, store
    from workers.commands.terminal import columns, moment

    async def show(redis: Redis, settings: StoreSettings) -> None:
        known = await letters.Letters(redis).all()
        if not known:
            typer.echo("No turn was put aside.")
            return
        head = ("TURN", "SINCE", "MESSAGES", "PRINCIPAL", "AGENT", "THREAD")
        rows = [
            (one.turn, moment(one.at), len(one.mail), one.principal, one.agent or "-", one.thread)
            if isinstance(one, letters.Letter)
            else (one.turn, "cannot be read; drop it", "", "", "", "")
            for one in known
        ]
        for line in columns(head, rows):
            typer.echo(line)

    store.run(show)


@app.command()
def retry(turn_id: TurnId) -> None:
    """Ask again what the turn was asked: its messages become new mail of their thread, in a new turn."""
    from time import time

    from bot.threads.mailbox import Mailbox
    from workers.commands import letters, store

    async def put_back(redis: Redis, settings: StoreSettings) -> None:
        mailbox = Mailbox(redis, limit=settings.mailbox_limit, thread_life=settings.thread_life)
        letter = await letters.Letters(redis).retry(turn_id, mailbox, now=time())
        typer.echo(f"Put back into its thread: {letter.thread}. It becomes a new turn; a worker takes it at once.")

    store.run(put_back)


@app.command()
def drop(turn_id: TurnId) -> None:
    """Delete what was put aside. The thread was told when it happened and stays as it is."""
    from workers.commands import letters, store

    async def delete(redis: Redis, settings: StoreSettings) -> None:
        await letters.Letters(redis).drop(turn_id)
        typer.echo(f"Dropped: {turn_id}.")

    store.run(delete)
