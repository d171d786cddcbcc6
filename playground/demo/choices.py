"""What the environment says about the demo, checked before anything is started.

A MISTRAL_API_KEY that lies in the shell is left alone unless LIVE=1: nothing here costs money by accident.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Answerer = Literal["rules", "model", "mistral"]

MISTRAL = "https://api.mistral.ai"
PORTS = {  # a port's name here: what listens there, the variable, the usual one
    "page": ("the page, the local Slack", "DEMO_PORT", 8090),
    "agents_api": ("the local Agents API", "DEMO_AGENTS_API_PORT", 8091),
    "bot": ("the bot", "DEMO_BOT_PORT", 8092),
    "store": ("the embedded store", "DEMO_STORE_PORT", 8093),
    "github": ("the local GitHub", "DEMO_GITHUB_PORT", 8094),
    "linear": ("the local Linear", "DEMO_LINEAR_PORT", 8095),
    "sign_in": ("Linear's sign-in", "DEMO_SIGN_IN_PORT", 8096),
}
SERVICES = ("github", "linear", "sign_in")  # other people's, beside Slack and Mistral
OWN_KEY = "playground-mistral-key"


class Wrong(Exception):
    """Nothing can be started; each argument is a sentence that says what to change."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """`ports` holds those that will be listened on, by their names in `PORTS`; the keys are never shown."""

    folder: Path
    ports: Mapping[str, int]
    redis_url: str | None
    answerer: Answerer
    mistral_url: str
    mistral_key: str
    model_url: str
    model_name: str
    model_key: str
    key_ignored: bool  # there is a MISTRAL_API_KEY in the shell, and it is not used

    @property
    def world(self) -> Path:
        """Where this run's data lie. What was said to the local stand-in is not taken to Mistral."""
        return self.folder / ("live" if self.answerer == "mistral" else "local")

    @property
    def with_services(self) -> bool:
        """Not with Mistral: what their stand-ins say is not taken there, either."""
        return self.answerer != "mistral"

    @property
    def page_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['page']}"

    @property
    def store_url(self) -> str:
        return self.redis_url or _store_url(self.ports["store"])


def read(environment: Mapping[str, str]) -> Choices:
    """Raises `Wrong`."""
    values = {name: value.strip() for name, value in environment.items() if value.strip()}
    live = values.get("LIVE", "").lower() not in ("", "0", "no", "false")
    all_ports = {name: _port(values, name) for name in PORTS}
    redis_url = values.get("REDIS_URL")
    if redis_url == _store_url(all_ports["store"]):
        redis_url = None  # read from `.demo/env`: our own store, which we start
    key = values.get("MISTRAL_API_KEY", "")
    _check_model(values, live=live, key=key)
    unused = {*(["agents_api", *SERVICES] if live else []), *(["store"] if redis_url else [])}
    ports = {name: port for name, port in all_ports.items() if name not in unused}
    _check_apart(ports)
    own_url = f"http://127.0.0.1:{all_ports['agents_api']}"
    return Choices(
        folder=Path(values.get("DEMO_DIR", ".demo")).absolute(),
        ports=ports,
        redis_url=redis_url,
        answerer="mistral" if live else "model" if "MODEL_URL" in values else "rules",
        mistral_url=values.get("MISTRAL_API_URL", MISTRAL) if live else own_url,
        mistral_key=key if live else OWN_KEY,
        model_url=values.get("MODEL_URL", ""),
        model_name=values.get("MODEL_NAME", ""),
        model_key=values.get("MODEL_KEY", ""),
        key_ignored=bool(key) and key != OWN_KEY and not live,
    )


def _port(values: Mapping[str, str], name: str) -> int:
    _, variable, usual = PORTS[name]
    given = values.get(variable, str(usual))
    if not given.isdecimal() or not 1 <= int(given) <= 65535:
        raise Wrong(f"{variable} must be a port, a number from 1 to 65535; it is {given!r}.")
    return int(given)


def _check_apart(ports: Mapping[str, int]) -> None:
    for name, port in ports.items():
        twins = [PORTS[other][1] for other, its in ports.items() if its == port]
        if len(twins) > 1:
            raise Wrong(f"{PORTS[name][1]} and {twins[1]} are both {port}; each needs a port of its own.")


def _check_model(values: Mapping[str, str], *, live: bool, key: str) -> None:
    if ("MODEL_URL" in values) != ("MODEL_NAME" in values):
        raise Wrong("MODEL_URL and MODEL_NAME belong together: set both, or neither.")
    if live and "MODEL_URL" in values:
        raise Wrong("LIVE=1 (Mistral answers) and MODEL_URL (your model answers) exclude each other: unset one.")
    if live and not key:
        raise Wrong("LIVE=1 needs MISTRAL_API_KEY, a key of console.mistral.ai; without LIVE=1 none is needed.")
    if live and key == OWN_KEY:
        raise Wrong("LIVE=1 needs a real MISTRAL_API_KEY; the one set is the playground's own, from .demo/env.")


def _store_url(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"
