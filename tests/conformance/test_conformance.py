"""Our tool layer, judged by MCP's own conformance suite: every scenario that a revision requires, over each version.

The Makefile installs the suite (see package.json here). `scenarios.toml` says what has to be seen.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conformance import gate, suite, warm

TABLE = gate.read_table()
CASES = [
    pytest.param(scenario, wire, id=f"{scenario} over {wire}")
    for scenario, wires in TABLE.least.items()
    for wire in wires
]
Runs = Callable[[str, str], suite.Run]


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    if reason := suite.lacking():
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="module")
def runs(request: pytest.FixtureRequest, redis_url: str) -> Iterator[Runs]:
    """What the suite saw of a scenario. All chosen ones run a few at a time, from the first that is asked for on."""
    with (
        tempfile.TemporaryDirectory(prefix="tw-") as folder,
        warm.kept(Path(folder)) as address,
        ThreadPoolExecutor(os.cpu_count()) as pool,
    ):
        started = {
            case: pool.submit(suite.run, *case, Path(folder) / str(number), warm=address, redis_url=redis_url)
            for number, case in enumerate(chosen(request.session.items))
        }
        yield lambda scenario, wire: started[scenario, wire].result()
        pool.shutdown(cancel_futures=True)


def chosen(items: list[pytest.Item]) -> list[tuple[str, str]]:
    """The scenarios of this session's tests, in their order."""
    functions = [item for item in items if isinstance(item, pytest.Function) and "runs" in item.fixturenames]
    cases = [function.callspec.params for function in functions if not function.get_closest_marker("xfail")]
    return [(str(case["scenario"]), str(case["wire"])) for case in cases]


@pytest.mark.parametrize(("scenario", "wire"), CASES)
def test_a_scenario_passes_with_as_many_checks_as_the_table_says(scenario: str, wire: str, runs: Runs) -> None:
    assert gate.complaints(runs(scenario, wire), least=TABLE.least[scenario][wire]) == []


def test_the_table_speaks_of_all_that_the_suite_has_and_requires() -> None:
    required = suite.required()
    assert required.keys() == {"2025-11-25", "2026-07-28"}
    assert gate.unknown(TABLE, suite.scenarios(), required) == []
