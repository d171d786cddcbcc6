"""`python -m playground.agents_api`: the stand-in as a process of its own."""

from __future__ import annotations

from typing import Annotated

import typer

from playground.agents_api.app import KEY, KEY_PREFIX, create
from playground.agents_api.locks import LOCK_SECONDS
from playground.serving import run

PIECE_SECONDS = 0.03  # slow enough to be watched


def main(
    port: Annotated[int, typer.Option(help="Loopback port to listen on.")],
    host: str = "127.0.0.1",
    brain: Annotated[str, typer.Option(help="Who answers: rules, model or script.")] = "rules",
    key: Annotated[str, typer.Option(help="A bearer key that is good.", envvar="PLAYGROUND_MISTRAL_KEY")] = KEY,
    key_prefix: Annotated[str, typer.Option(help="Keys that begin with this are good, too.")] = KEY_PREFIX,
    lock_seconds: Annotated[float, typer.Option(help="How long a dropped stream keeps its conversation.")] = (
        LOCK_SECONDS
    ),
    piece_seconds: Annotated[float, typer.Option(help="Time per piece of the rules' text.")] = PIECE_SECONDS,
    seed: Annotated[int, typer.Option(help="For faults that come by chance.")] = 0,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    api = create(
        key=key,
        key_prefix=key_prefix,
        seed=seed,
        brain=brain,
        lock_seconds=lock_seconds,
        piece_seconds=piece_seconds,
    )
    run(api, host=host, port=port, on_stop=api.stop)


if __name__ == "__main__":
    typer.run(main)
