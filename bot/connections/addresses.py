"""Where people and authorization servers reach us for a sign-in. Rules: no I/O.

With PUBLIC_URL everybody may sign in. Without it the browser must run on the bot's own machine: the bot's own
port, by its loopback name.
"""

from __future__ import annotations

from typing import Protocol

CONNECT_PATH = "/connect/{secret}"
CALLBACK_PATH = "/oauth/callback"
CLIENT_PATH = "/oauth/client.json"  # who we are, for servers that take its address for our name


class Reached(Protocol):
    """What of the settings decides here."""

    @property
    def public_url(self) -> str | None: ...
    @property
    def port(self) -> int: ...


def base(settings: Reached) -> str:
    return (settings.public_url or f"http://localhost:{settings.port}").rstrip("/")


def link(settings: Reached, secret: str) -> str:
    return f"{base(settings)}{CONNECT_PATH.format(secret=secret)}"


def callback(settings: Reached) -> str:
    return f"{base(settings)}{CALLBACK_PATH}"


def client_document(settings: Reached) -> str | None:
    """Only an https address may stand for a client."""
    return f"{base(settings)}{CLIENT_PATH}" if base(settings).startswith("https://") else None
