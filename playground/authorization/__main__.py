"""`python -m playground.authorization`: sign-in for the sample services, as a process of its own, until Ctrl-C.

With one issuer it is at the root; with several each is below its name: `http://127.0.0.1:8097/linear`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Annotated

import typer
from pydantic import ValidationError

from playground import serving
from playground.authorization.app import create
from playground.authorization.profiles import CALLBACKS, PROFILES
from playground.authorization.settings import RESOURCE_KEY, Settings
from playground.authorization.switches import Switches


def main(
    port: Annotated[int, typer.Option(help="Loopback port to listen on.")],
    host: str = "127.0.0.1",
    issuer: Annotated[
        list[str], typer.Option(metavar="NAME", help=f"One of {', '.join(PROFILES)}; may be repeated.")
    ] = ["notes"],  # noqa: B006  # typer copies it
    callback: Annotated[
        list[str],
        typer.Option(metavar="URL", help="Where clients registered by hand are called back; may be repeated."),
    ] = list(CALLBACKS),  # noqa: B006  # typer copies it
    resource_key: Annotated[str, typer.Option(help="What services show when they ask about a token.")] = RESOURCE_KEY,
    switch: Annotated[
        list[str],
        typer.Option(metavar="NAME=VALUE", help="A switch of all issuers, its value as JSON; may be repeated."),
    ] = [],  # noqa: B006  # typer copies it
    public_url: Annotated[
        str | None, typer.Option(help="How browsers reach it, if not by the Host they ask for.")
    ] = None,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    if unknown := [name for name in issuer if name not in PROFILES]:
        raise typer.BadParameter(f"There is no issuer {unknown[0]}; there are {', '.join(PROFILES)}.")
    changes = _switches(switch)
    chosen = [
        _chosen(name, "" if len(issuer) == 1 else f"/{name}", tuple(callback), resource_key, changes) for name in issuer
    ]
    serving.run(create(*chosen, public_url=public_url), host=host, port=port)


def _chosen(name: str, path: str, callbacks: tuple[str, ...], key: str, changes: dict[str, object]) -> Settings:
    settings = PROFILES[name](path, callbacks)
    try:
        switches = Switches.model_validate({**settings.switches.model_dump(), **changes})
    except ValidationError as problem:
        first = problem.errors()[0]
        raise typer.BadParameter(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return dataclasses.replace(settings, resource_key=key, switches=switches)


def _switches(given: Sequence[str]) -> dict[str, object]:
    try:
        return {name: json.loads(value) for name, _, value in (one.partition("=") for one in given)}
    except ValueError as exc:
        raise typer.BadParameter("A switch is NAME=VALUE, its value JSON: access_seconds=60") from exc


if __name__ == "__main__":
    typer.run(main)
