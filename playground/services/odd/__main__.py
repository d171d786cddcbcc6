"""`python -m playground.services.odd`: over stdio or, with `--port`, over HTTP, until it is told to end."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import anyio
import typer
from pydantic import ValidationError

from playground import serving
from playground.faults import Fault, Faults
from playground.services.odd import wire
from playground.services.odd.app import create
from playground.services.odd.server import NAME, SETS, a_bench
from playground.services.odd.stdio import Manners, serve
from playground.services.odd.switches import Switches


def main(
    port: Annotated[int | None, typer.Option(help="A loopback port: serve over HTTP instead of stdio.")] = None,
    name: str = NAME,
    sets: Annotated[str, typer.Option(help="Sets of tools, comma-separated.")] = ",".join(SETS),
    journal: Annotated[Path | None, typer.Option(help="Write a line here whenever a tool begins.")] = None,
    switch: Annotated[
        list[str], typer.Option(metavar="NAME=VALUE", help="A switch, its value as JSON; may be repeated.")
    ] = [],  # noqa: B006  # typer copies it
    fault: Annotated[list[str], typer.Option(metavar="JSON", help="A rule for a fault; may be repeated.")] = [],  # noqa: B006
    json_response: Annotated[bool, typer.Option(help="Over HTTP: one JSON body instead of a stream.")] = False,
    start_seconds: Annotated[float, typer.Option(help="Over stdio: how long it takes to come up.")] = 0,
    deaf: Annotated[bool, typer.Option(help="Over stdio: ignore SIGTERM and the end of the input.")] = False,
    children: Annotated[int, typer.Option(help="Over stdio: processes that it starts and leaves behind.")] = 0,
    rubbish: Annotated[int, typer.Option(help="Over stdio: lines on stdout before each answer.")] = 0,
    noise: Annotated[int, typer.Option(help="Over stdio: lines on stderr before each answer.")] = 0,
) -> None:
    """Serve the odd jobs."""
    if unknown := [each for each in sets.split(",") if each not in SETS]:
        raise typer.BadParameter(f"There is no set of tools {unknown[0]}; there are {', '.join(SETS)}.")
    bench = a_bench(
        name, sets=sets.split(","), journal=journal, switches=_switches(switch), environment=dict(os.environ)
    )
    rules = _rules(fault)
    if port is None:
        if foreign := [rule.kind for rule in rules if rule.kind not in wire.KINDS]:
            raise typer.BadParameter(f"There is no fault of kind {foreign[0]} over stdio.")
        manners = Manners(start_seconds=start_seconds, deaf=deaf, children=children, rubbish=rubbish, noise=noise)
        anyio.run(serve, bench, _faults(Faults(), rules), manners)
        return
    if Manners(start_seconds=start_seconds, deaf=deaf, children=children, rubbish=rubbish, noise=noise) != Manners():
        raise typer.BadParameter("How the process behaves can be said of one over stdio only.")
    bench.url = f"http://127.0.0.1:{port}"
    app = create(bench, json_response=json_response)
    _faults(app.faults, rules)
    serving.run(app, host="127.0.0.1", port=port, on_stop=app.open.close)


def _switches(given: Sequence[str]) -> Switches:
    try:
        return Switches.model_validate(
            {name: json.loads(value) for name, _, value in (one.partition("=") for one in given)}
        )
    except ValidationError as problem:
        first = problem.errors()[0]
        raise typer.BadParameter(f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as exc:
        raise typer.BadParameter("A switch is NAME=VALUE, its value JSON: page_size=5") from exc


def _rules(given: Sequence[str]) -> list[Fault]:
    try:
        return [Fault.model_validate_json(one) for one in given]
    except ValidationError as problem:
        raise typer.BadParameter(f"A rule for a fault does not fit: {problem.errors()[0]['msg']}") from None


def _faults(faults: Faults, rules: Sequence[Fault]) -> Faults:
    for rule in rules:
        faults.add(rule)
    return faults


if __name__ == "__main__":
    typer.run(main)
