"""What the services have in common as processes of their own: their options, and serving until a signal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from playground.authorization.grants import Verifier
from playground.authorization.introspection import Introspection
from playground.services.service import Service
from playground.serving import run


class Create(Protocol):
    def __call__(
        self, *, verifier: Verifier | None, authorization_servers: Sequence[str], state: Path | None, seed: int
    ) -> Service[Any]: ...


def command(create: Create) -> Callable[..., None]:
    def main(
        port: Annotated[int, typer.Option(help="Loopback port to listen on.")],
        host: str = "127.0.0.1",
        state: Annotated[Path | None, typer.Option(help="Keep everything in this file, over restarts.")] = None,
        seed: Annotated[int, typer.Option(help="For faults that come by chance.")] = 0,
        authorization_server: Annotated[
            list[str], typer.Option(help="Issuer that gives tokens for the MCP face; may be repeated.")
        ] = [],  # noqa: B006  # typer copies it
        introspection_url: Annotated[
            str, typer.Option(help="Where to ask whose token it is (RFC 7662), beside the static ones.")
        ] = "",
        introspection_key: Annotated[str, typer.Option(help="What is shown there, as a bearer key.")] = "",
    ) -> None:
        """Serve until SIGINT or SIGTERM."""
        verifier = Introspection(introspection_url, introspection_key) if introspection_url else None
        service = create(verifier=verifier, authorization_servers=authorization_server, state=state, seed=seed)
        run(service, host=host, port=port, on_stop=service.streams.close)

    return main
