"""`threadwind turn` and `threadwind thread`: what became of a message, without the message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from workers.commands.settings import StoreSettings


def turn(
    turn_id: Annotated[str, typer.Argument(metavar="ID", help="The short id that the bot or a log named.")],
) -> None:
    """Print a turn's journey: what happened, after how many seconds, and how it ended."""
    from workers.commands import journey, lookup, store

    async def show(redis: Redis, settings: StoreSettings) -> None:
        for found in await lookup.turns(redis, turn_id):
            async with store.slack_of(settings) as slack:
                permalink = await lookup.permalink(slack, found.thread)
            _print(journey.lines(found, permalink))

    store.run(show)


def thread(
    where: Annotated[
        str,
        typer.Argument(metavar="PERMALINK", help="A link to the thread, or team:channel:ts as in the logs."),
    ],
) -> None:
    """Print what is known of a thread: its state, conversation, agent, open turn and waiting mail."""
    from workers.commands import journey, lookup, store

    async def show(redis: Redis, settings: StoreSettings) -> None:
        async with store.slack_of(settings) as slack:
            found = await lookup.thread(redis, lookup.parse(where), slack)
            permalink = await lookup.permalink(slack, found.thread)
        _print(journey.thread_lines(found, permalink))

    store.run(show)


def _print(lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)
