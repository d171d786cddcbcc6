"""`python -m playground.slack`: one workspace on one port, until Ctrl-C."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Sequence
from pathlib import Path

from playground import serving
from playground.slack import manifest
from playground.slack.app import create
from playground.slack.seed import Seed
from playground.slack.settings import Settings


@dataclasses.dataclass(frozen=True, kw_only=True)
class Process:
    """Where this one is served, and where its workspace is kept."""

    host: str
    port: int
    state: Path | None


def settings(arguments: Sequence[str] | None = None) -> tuple[Settings, Process]:
    parser = argparse.ArgumentParser(
        prog="python -m playground.slack", description="A Slack workspace on this machine."
    )
    default = Settings()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--kind", choices=["http", "socket"], default=default.kind, help="how the app is reached")
    parser.add_argument("--events-url", help="the app's Request URL, for --kind http")
    parser.add_argument("--signing-secret", default=default.signing_secret)
    parser.add_argument("--bot-token", default=default.bot_token)
    parser.add_argument("--app-token", default=default.app_token)
    parser.add_argument("--scopes", help="granted scopes, comma-separated; all that are known by default")
    parser.add_argument("--events", help="subscribed bot events, comma-separated; all that are known by default")
    parser.add_argument("--manifest", type=Path, help="the app's manifest, JSON or YAML: its commands and shortcuts")
    parser.add_argument("--no-agent", action="store_true", help="the app's manifest declares no agent_view")
    parser.add_argument("--profile", choices=["full", "minimal"], default=default.profile)
    parser.add_argument("--rate-limits", action="store_true", help="Slack's tiers; answers 429")
    parser.add_argument("--inspector", action="store_true", help="record the traffic for the page")
    parser.add_argument("--retry-after", type=float, nargs="+", help="seconds before each repeat of an unheard event")
    parser.add_argument("--stream-life", type=float, default=default.stream_life_seconds, help="seconds")
    parser.add_argument("--public-url", help="how others reach this workspace, if not by the Host they ask for")
    parser.add_argument("--seed", type=Path, help="a JSON file: people, channels, greeting")
    parser.add_argument("--state", type=Path, help="keep the workspace in this file, over restarts")
    given = parser.parse_args(arguments)
    chosen = dataclasses.replace(
        default,
        kind=given.kind,
        events_url=given.events_url,
        signing_secret=given.signing_secret,
        bot_token=given.bot_token,
        app_token=given.app_token,
        agent=not given.no_agent,
        profile=given.profile,
        rate_limits=given.rate_limits,
        inspector=given.inspector,
        stream_life_seconds=given.stream_life,
        public_url=given.public_url,
    )
    if given.retry_after:
        chosen = dataclasses.replace(chosen, retry_after_seconds=tuple(given.retry_after))
    if given.scopes:
        chosen = dataclasses.replace(chosen, scopes=frozenset(given.scopes.split(",")))
    if given.events:
        chosen = dataclasses.replace(chosen, events=frozenset(given.events.split(",")))
    if given.manifest:
        commands, shortcuts = manifest.read(given.manifest)
        chosen = dataclasses.replace(chosen, commands=commands, shortcuts=shortcuts)
    if given.seed:
        chosen = dataclasses.replace(chosen, seed=Seed.read(given.seed))
    return chosen, Process(host=given.host, port=given.port, state=given.state)


def main() -> None:
    chosen, process = settings()
    app = create(chosen, state=process.state)
    serving.run(app, host=process.host, port=process.port, on_stop=app.standin.close)


if __name__ == "__main__":
    main()
