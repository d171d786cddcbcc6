"""The lock files: every package by its hashes, none by an address, and all that the project asks for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# A lock file, and the extras that it locks beside the project's own dependencies.
LOCKS = {"requirements.lock": ("demo",), "requirements-test.lock": ("demo", "test")}
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)(?: ; (.+?))?(?= \\$|$)", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def packages(lock: str) -> dict[str, tuple[str, str]]:
    """Each locked package with its version and everything that stands with it, comments aside."""
    text = re.sub(r"^ *#.*\n", "", (ROOT / lock).read_text(encoding="utf-8"), flags=re.MULTILINE)
    found: dict[str, tuple[str, str]] = {}
    for entry in re.split(r"\n(?=\S)", text.strip()):
        named = ENTRY.match(entry)
        assert named, f"{lock}: not a package with its version: {entry.splitlines()[0]}"
        assert canonical(named[1]) not in found, f"{lock}: {named[1]} stands there twice"
        found[canonical(named[1])] = (named[2], entry[named.end() :])
    return found


def asked_for(extras: tuple[str, ...]) -> set[str]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return {canonical(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_hashes(lock: str) -> None:
    for name, (_, rest) in packages(lock).items():
        lines = [line.strip().removesuffix(" \\") for line in rest.strip(" \\\n").splitlines()]
        assert lines, f"{lock}: {name} has no hash"
        assert [line for line in lines if not re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", line)] == [], name


@pytest.mark.parametrize("lock", LOCKS)
def test_no_host_and_no_folder_is_named(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert re.findall(r"^\s*(?:-i|-f|-e|--(?!hash=)\S+).*|^.* @ .*|.*file:.*", text, re.MULTILINE) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_that_the_project_asks_for_is_locked(lock: str) -> None:
    asked = asked_for(LOCKS[lock])
    assert len(asked) > 15
    assert asked - packages(lock).keys() == set()


def test_the_tests_run_with_the_versions_that_are_delivered() -> None:
    delivered, tested = packages("requirements.lock"), packages("requirements-test.lock")
    assert delivered.keys() <= tested.keys()
    assert {name for name in delivered if delivered[name] != tested[name]} == set()


def test_what_is_delivered_holds_no_judge() -> None:
    assert packages("requirements.lock").keys() & {"pytest", "mistralai", "playwright", "mypy", "ruff"} == set()
