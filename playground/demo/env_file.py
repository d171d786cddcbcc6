"""`.demo/env`: everything another terminal needs to talk to the running demo, the commands included (`. .demo/env`)."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

from playground.demo.choices import Choices
from playground.demo.parts import joining

GITHUB_TOKEN = "ghp_playground_ada"  # of an admin of playground/storefront, who may register webhooks there


def write(choices: Choices, environment: Mapping[str, str]) -> Path:
    """Readable by its owner alone. A real key stays in the shell it came from."""
    values = joining(choices, environment) | {"PLAYGROUND_URL": choices.page_url}
    if choices.with_services:
        values["DEMO_GITHUB_TOKEN"] = GITHUB_TOKEN
    lines = ["# Written by `make demo` at each start: . .demo/env"]
    if choices.answerer == "mistral":
        del values["MISTRAL_API_KEY"]
        lines.append("# MISTRAL_API_KEY is not written down: with LIVE=1 it is the one of your shell.")
    lines += [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    lines.append(f"export PATH={shlex.quote(str(Path(sys.executable).parent))}:$PATH")
    path = choices.folder / "env"
    beside = path.with_name("env.new")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    beside.chmod(0o600)  # one that was there may have been wider
    os.replace(beside, path)
    return path
