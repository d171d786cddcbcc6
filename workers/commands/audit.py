"""`threadwind audit`: the log of actions, to be read or exported. No arguments, no results and no words are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from bot.threads.audit import Row
    from workers.commands.settings import StoreSettings

HEAD = (
    "AT",
    "PERSON",
    "AGENT",
    "TOOL",
    "AS",
    "RESULT",
    "DECIDED BY",
    "SECONDS",
    "TOKENS",
    "ARGUMENTS",
    "THREAD",
    "TURN",
)


def audit(
    person: Annotated[str | None, typer.Option("--person", metavar="ID", help="Who asked, by Slack's id.")] = None,
    tool: Annotated[str | None, typer.Option("--tool", metavar="PATTERN", help="Such as `linear__*`.")] = None,
    since: Annotated[
        str, typer.Option("--since", metavar="TIME", help="`24h`, `7d`, `2026-01-31` or `2026-01-31T12:00Z`.")
    ] = "7d",
    thread: Annotated[str | None, typer.Option("--thread", metavar="LINK", help="A link to it, or its key.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Comma-separated values, with a line of names.")] = False,
) -> None:
    """Show what agents did or wanted to do, oldest first: who asked, who allowed it, as whom, what came of it."""
    import time

    from workers.commands import actions, store

    async def show(redis: Redis, _: StoreSettings) -> None:
        after = actions.moment_of(since, time.time())
        wanted = actions.Wanted(person=person, tool=tool, since=after, place=thread)
        rows = await actions.found(redis, wanted)
        if as_json or as_csv:
            typer.echo((actions.json_lines if as_json else actions.csv_text)(rows), nl=False)
        else:
            _table(rows)

    store.run(show)


def _table(rows: list[Row]) -> None:
    from workers.commands.terminal import columns, moment

    if not rows:
        typer.echo("No action was logged.")
        return
    cells = [(moment(row.at), *_cells(row)) for row in rows]
    for line in columns(HEAD, cells):
        typer.echo(line)


def _cells(row: Row) -> tuple[str, ...]:
    it = row.action
    said = (it.person, it.agent, it.tool, it.account, it.result, it.decided_by, it.seconds, it.tokens, it.arguments)
    return (*(cell or "-" for cell in said), it.thread, it.turn)
