"""Our tool layer, judged by MCP's own conformance suite: all that a revision requires, and all there is for older ones.

The Makefile installs the suite (see package.json here). `scenarios.toml` says what has to be seen.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.conformance import gate, suite, warm

# The first test of a version runs all of its scenarios; a busy machine is no failure.
pytestmark = pytest.mark.timeout(suite.RUN_SECONDS + 30)

TABLE = gate.read_table()
REQUIRED = ["2025-11-25", "2026-07-28"]
CASES = [
    pytest.param(scenario, version, id=f"{scenario} over {version}")
    for version in suite.SETS
    for scenario, versions in TABLE.least.items()
    if version in versions
]
Runs = Callable[[str], suite.Seen]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if reason := suite.lacking():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def runs(redis_url: str) -> Iterator[Runs]:
    """What the suite saw of all scenarios of a version, which run when it is first asked for."""
    with tempfile.TemporaryDirectory(prefix="tw-") as folder, warm.kept(Path(folder)) as address:
        yield cache(lambda version: suite.run(version, Path(folder) / version, warm=address, redis_url=redis_url))


@pytest.mark.parametrize(("scenario", "version"), CASES)
def test_a_scenario_passes_with_as_many_checks_as_the_table_says(scenario: str, version: str, runs: Runs) -> None:
    run = runs(version).runs.get(scenario)
    least, refuses = TABLE.least[scenario][version], scenario in TABLE.refusals
    assert gate.complaints(run, least=least, refuses=refuses) == []


@pytest.mark.parametrize("version", suite.SETS)
def test_the_suite_itself_calls_the_set_passed(version: str, runs: Runs) -> None:
    seen = runs(version)
    assert seen.passed, seen.output


@pytest.mark.parametrize("version", REQUIRED)
def test_an_exception_that_would_pass_is_none(version: str, runs: Runs) -> None:
    tried = {scenario: run for scenario, run in runs(version).runs.items() if scenario in TABLE.exceptions}
    assert tried
    assert [scenario for scenario, run in tried.items() if not gate.complaints(run, least=1, refuses=False)] == []


def test_the_table_speaks_of_all_that_the_suite_has_and_requires() -> None:
    required = suite.required()
    assert sorted(required) == REQUIRED
    assert gate.unknown(TABLE, suite.scenarios(), required) == []
