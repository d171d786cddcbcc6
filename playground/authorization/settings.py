"""What one issuer is started with: its name and address, its scopes, the clients that it knows already."""

from __future__ import annotations

from dataclasses import dataclass, field

from playground.authorization.asking import OFFLINE
from playground.authorization.clients import Client
from playground.authorization.switches import Switches
from playground.slack.seed import PersonSeed, Seed

RESOURCE_KEY = "playground-resource-key"


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope in the words of the page: what the client may do."""

    name: str
    en: str
    fr: str


OFFLINE_ACCESS = Scope(OFFLINE, "Keep this access while you are away", "Garder cet accès pendant votre absence")


@dataclass(frozen=True, kw_only=True)
class Settings:
    """`path` is the issuer's below the server's root, `""` for the root itself. `resources`: those that tokens may be
    for; empty means any. `resource_key` is what resources show when they ask about a token. Without `remembers` each
    person is asked each time: where several use one browser, as in the demo."""

    name: str = "Playground"
    path: str = ""
    scopes: tuple[Scope, ...] = ()
    clients: tuple[Client, ...] = ()
    resources: tuple[str, ...] = ()
    people: tuple[PersonSeed, ...] = field(default_factory=lambda: tuple(Seed().people))
    token_path: str = "/token"
    resource_key: str = RESOURCE_KEY
    remembers: bool = True
    switches: Switches = field(default_factory=Switches)
