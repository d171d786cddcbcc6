"""`python -m playground.services.notes`: the notes as a process of their own, until Ctrl-C."""

from __future__ import annotations

from typing import Annotated

import typer

from playground import serving
from playground.authorization.introspection import Introspection
from playground.authorization.settings import RESOURCE_KEY
from playground.services.notes.app import create


def main(
    port: Annotated[int, typer.Option(help="Loopback port to listen on.")],
    issuer: Annotated[
        str, typer.Option(metavar="URL", help="Who signs people in: python -m playground.authorization.")
    ],
    host: str = "127.0.0.1",
    resource_key: Annotated[str, typer.Option(help="What is shown to the issuer to ask about a token.")] = RESOURCE_KEY,
) -> None:
    """Serve until SIGINT or SIGTERM."""
    app = create(Introspection(f"{issuer.rstrip('/')}/introspect", resource_key), issuer)
    serving.run(app, host=host, port=port, on_stop=app.open.close)


if __name__ == "__main__":
    typer.run(main)
