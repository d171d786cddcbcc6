"""`python -m playground.agents_api`: the stand-in as a process of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from playground.agents_api.app import KEY, KEY_PREFIX, create
from playground.agents_api.brains.model import Model
from playground.agents_api.locks import LOCK_SECONDS
from playground.serving import run

PIECE_SECONDS = 0.03  # slow enough to be watched


def main(
    port: Annotated[int, typer.Option(help="Loopback port to listen on.")],
    host: str = "127.0.0.1",
    brain: Annotated[
        str, typer.Option(help="Who answers: rules, model or script; the model where one is given, else the rules.")
    ] = "",
    key: Annotated[str, typer.Option(help="A bearer key that is good.", envvar="PLAYGROUND_MISTRAL_KEY")] = KEY,
    key_prefix: Annotated[str, typer.Option(help="Keys that begin with this are good, too.")] = KEY_PREFIX,
    lock_seconds: Annotated[float, typer.Option(help="How long a dropped stream keeps its conversation.")] = (
        LOCK_SECONDS
    ),
    piece_seconds: Annotated[float, typer.Option(help="Time per piece of the rules' text.")] = PIECE_SECONDS,
    model_url: Annotated[
        str, typer.Option(help="An OpenAI-compatible server, e.g. http://127.0.0.1:11434/v1.", envvar="MODEL_URL")
    ] = "",
    model_name: Annotated[str, typer.Option(help="The model's name there.", envvar="MODEL_NAME")] = "",
    model_key: Annotated[str, typer.Option(help="Its key, if it needs one.", envvar="MODEL_KEY")] = "",
    seed: Annotated[int, typer.Option(help="For faults that come by chance.")] = 0,
    state: Annotated[
        Path | None, typer.Option(help="Keep conversations, agents, files and libraries in this file, over restarts.")
    ] = None,
    switch: Annotated[
        list[str], typer.Option(metavar="NAME=VALUE", help="One of the switches, its value as JSON; may be repeated.")
    ] = [],  # noqa: B006  # typer copies it
    handbook: Annotated[
        bool, typer.Option(help="Begin with a library called Handbook, owned by the key, so that there is one to ask.")
    ] = True,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    if bool(model_url) != bool(model_name):
        raise typer.BadParameter("MODEL_URL and MODEL_NAME belong together: set both, or neither.")
    model = Model(model_url, model_name, model_key or None) if model_url else None
    api = create(
        model=model,
        key=key,
        key_prefix=key_prefix,
        seed=seed,
        state=state,
        with_handbook=handbook,
        brain=brain or ("model" if model else "rules"),
        lock_seconds=lock_seconds,
        piece_seconds=piece_seconds,
        **_switches(switch),
    )
    run(api, host=host, port=port, on_stop=api.stop)


def _switches(given: Sequence[str]) -> dict[str, Any]:
    try:
        return {name: json.loads(value) for name, _, value in (one.partition("=") for one in given)}
    except ValueError as exc:
        raise typer.BadParameter("A switch is NAME=VALUE, its value JSON: processing_seconds=60") from exc


if __name__ == "__main__":
    typer.run(main)
