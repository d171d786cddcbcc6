"""`python -m playground.services`: all services in one process, each on its port. Two would need twice the memory."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from playground.authorization.introspection import Introspection
from playground.services.github.app import create as create_github
from playground.services.linear.app import create as create_linear
from playground.services.service import Service
from playground.serving import serve

HOST = "127.0.0.1"


def main(
    github_port: Annotated[int, typer.Option(help="Loopback port of GitHub.")],
    linear_port: Annotated[int, typer.Option(help="Loopback port of Linear.")],
    state: Annotated[Path | None, typer.Option(help="Keep everything in this folder, over restarts.")] = None,
    authorization_server: Annotated[
        list[str], typer.Option(help="Issuer that gives tokens for the MCP faces; may be repeated.")
    ] = [],  # noqa: B006  # typer copies it
    introspection_url: Annotated[
        str, typer.Option(help="Where to ask whose token it is (RFC 7662), beside the static ones.")
    ] = "",
    introspection_key: Annotated[str, typer.Option(help="What is shown there, as a bearer key.")] = "",
) -> None:
    """Serve until SIGINT or SIGTERM."""

    def service(name: str, create: Any, port: int) -> Service[Any]:
        verifier = Introspection(introspection_url, introspection_key) if introspection_url else None
        kept = state / f"{name}.json" if state else None
        made: Service[Any] = create(verifier=verifier, authorization_servers=authorization_server, state=kept)
        return made

    github = service("github", create_github, github_port)
    linear = service("linear", create_linear, linear_port)
    asyncio.run(serve_all({github_port: github, linear_port: linear}))


async def serve_all(services: Mapping[int, Service[Any]]) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        for port, service in services.items():
            try:
                await stack.enter_async_context(serve(service, host=HOST, port=port, on_stop=service.streams.close))
            except OSError as exc:
                raise SystemExit(f"Cannot listen on {HOST}:{port} ({exc.strerror}). Choose another port.") from exc
        await stop.wait()


if __name__ == "__main__":
    typer.run(main)
