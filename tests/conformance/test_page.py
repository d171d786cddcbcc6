"""docs/conformance.md says what the table says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.conformance import gate, suite

PAGE = (suite.REPOSITORY / "docs" / "conformance.md").read_text(encoding="utf-8")
TABLE = gate.read_table()


def test_the_page_gives_each_exception_and_its_reason() -> None:
    assert dict(re.findall(r"^\| `(\S+)` \| (.+) \|$", PAGE, re.MULTILINE)) == TABLE.exceptions


def test_the_page_counts_scenarios_and_checks_as_the_table_has_them() -> None:
    told = re.findall(r"^\| (\d{4}-\d\d-\d\d), .+ \| (\d+) \| (\d+) \|$", PAGE, re.MULTILINE)
    assert told == [(version, *map(str, counted(version))) for version in sorted(suite.SETS, reverse=True)]


def counted(version: str) -> tuple[int, int]:
    least = [versions[version] for versions in TABLE.least.values() if version in versions]
    return len(least), sum(least)


def test_the_page_names_the_suites_version() -> None:
    wanted = json.loads((Path(__file__).parent / "package.json").read_text())["devDependencies"]
    [(package, version)] = wanted.items()
    assert f"`{package}` {version}" in PAGE
