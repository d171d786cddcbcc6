"""`threadwind vault …`: the keys that seal what the store must not show."""

from __future__ import annotations

import typer

app = typer.Typer(help="The keys that seal what Redis must not show.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Typer makes a group of one command only where it is told that it is one."""


@app.command("key")
def key() -> None:
    """Print a new key for VAULT_KEYS. To rotate, put it before the old ones and keep those while they are needed."""
    from bot.vault import new_key

    typer.echo(new_key())
