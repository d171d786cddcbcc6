"""Where people and authorization servers reach us for a sign-in. Rules: no I/O.

With PUBLIC_URL everybody may sign in. Without it the browser must run on the bot's own machine: by its loopback name,
at CALLBACK_PORT, else at the bot's own port.
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
    @property
    def callback_port(self) -> int | None: ...


def base(settings: Reached) -> str:
    return (settings.public_url or on_this_machine(settings.callback_port or settings.port)).rstrip("/")


def on_this_machine(port: int) -> str:
    return f"http://localhost:{port}"


def own_port(settings: Reached) -> int | None:
    """The port on which the bot hears browsers of this machine alone, beside its own; None where it needs none."""
    return None if settings.public_url or settings.callback_port == settings.port else settings.callback_port


def link(settings: Reached, secret: str) -> str:
    return f"{base(settings)}{CONNECT_PATH.format(secret=secret)}"


def callback(settings: Reached) -> str:
    return f"{base(settings)}{CALLBACK_PATH}"


def client_document(settings: Reached) -> str | None:
    """Only an https address may stand for a client."""
    return f"{base(settings)}{CLIENT_PATH}" if base(settings).startswith("https://") else None
