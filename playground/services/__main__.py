"""`python -m playground.services`: all services in one process, each on its port. Two would need twice the memory.

With `--sign-in-port` people sign in at Linear's own authorization server, which runs in the process as well.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer
from starlette.types import ASGIApp

from playground.authorization import app as authorization
from playground.authorization import profiles
from playground.authorization.grants import Verifier
from playground.authorization.introspection import Introspection
from playground.services.github.app import create as create_github
from playground.services.linear.app import create as create_linear
from playground.services.service import Service
from playground.serving import serve

HOST = "127.0.0.1"


def main(
    github_port: Annotated[int, typer.Option(help="Loopback port of GitHub.")],
    linear_port: Annotated[int, typer.Option(help="Loopback port of Linear.")],
    sign_in_port: Annotated[
        int, typer.Option(help="Loopback port of Linear's own authorization server; 0: it has none.")
    ] = 0,
    listening: Annotated[
        list[int],
        typer.Option(metavar="FD", help="A socket that listens on one of these ports already; may be repeated."),
    ] = [],  # noqa: B006  # typer copies it
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

    def service(name: str, create: Any, verifier: Verifier | None, issuers: Sequence[str]) -> Service[Any]:
        made: Service[Any] = create(verifier=verifier, authorization_servers=issuers, state=kept(name))
        return made

    def kept(name: str) -> Path | None:
        return state / f"{name}.json" if state else None

    verifier: Verifier | None = Introspection(introspection_url, introspection_key) if introspection_url else None
    served: dict[int, ASGIApp] = {github_port: service("github", create_github, verifier, authorization_server)}
    if sign_in_port:
        asks = replace(profiles.linear(), remembers=False)
        own = authorization.create(asks, public_url=f"http://{HOST}:{sign_in_port}", state=kept("linear-sign-in"))
        served[linear_port] = service("linear", create_linear, own.issuer, [own.issuer.url])
        served[sign_in_port] = own
    else:
        served[linear_port] = service("linear", create_linear, verifier, authorization_server)
    given = [socket.socket(fileno=number) for number in listening]
    asyncio.run(serve_all(served, {one.getsockname()[1]: one for one in given}))


async def serve_all(served: Mapping[int, ASGIApp], given: Mapping[int, socket.socket]) -> None:
    """Both by port."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for signum in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signum, stop.set)
    async with contextlib.AsyncExitStack() as stack:
        for port, app in served.items():
            try:
                await stack.enter_async_context(
                    serve(app, host=HOST, port=port, given=given.get(port), on_stop=_closing(app))
                )
            except OSError as exc:
                raise SystemExit(f"Cannot listen on {HOST}:{port} ({exc.strerror}). Choose another port.") from exc
        await stop.wait()


def _closing(app: ASGIApp) -> Callable[[], None] | None:
    """What ends the streams that clients hold there."""
    return app.streams.close if isinstance(app, Service) else None


if __name__ == "__main__":
    typer.run(main)
