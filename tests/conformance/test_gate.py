"""When a run of the suite counts as passed, and what the table has to know."""

from __future__ import annotations

import pytest

from tests.conformance.gate import Table, complaints, unknown
from tests.conformance.suite import Check, Run
from tests.conformance.warm import BROKE

REVISIONS = {"2025-11-25": {"ping"}, "2026-07-28": {"ping", "pong"}}
LEAST = {"ping": {"2025-11-25": 1, "2026-07-28": 1}, "pong": {"2026-07-28": 2}}
EXCEPTIONS = {"odd": "nobody needs it"}
OFFERED = {"ping", "pong", "odd"}
MISSING = "is required for 2026-07-28 and not run with it"


def a_run(*statuses: str, passed: bool = True, code: int = 0) -> Run:
    checks = tuple(Check(f"c{n}", status, "because") for n, status in enumerate(statuses))
    return Run(checks, passed, code, "printed")


def test_a_run_counts_when_enough_checks_succeeded_and_none_failed() -> None:
    assert complaints(a_run("SUCCESS", "INFO", "SKIPPED", "SUCCESS"), least=2) == []
    assert complaints(a_run("SUCCESS", "SUCCESS", "SUCCESS"), least=2) == []


@pytest.mark.parametrize("status", ["FAILURE", "WARNING"])
def test_a_failed_check_is_named_and_a_warning_is_one(status: str) -> None:
    assert complaints(a_run("SUCCESS", status), least=1) == ["c1: because"]


def test_a_run_in_which_too_little_was_looked_at_does_not_count() -> None:
    assert complaints(a_run(), least=1) == ["0 checks succeeded, not the 1 of the table"]
    assert complaints(a_run("SUCCESS", "SKIPPED"), least=2) == ["1 checks succeeded, not the 2 of the table"]


def test_the_suites_own_verdict_counts_and_its_output_is_shown() -> None:
    """It knows what no check tells: that our command broke or took too long."""
    assert complaints(a_run("SUCCESS", passed=False), least=1) == ["the suite does not call it passed:\nprinted"]


def test_to_refuse_is_to_say_so_and_not_to_break() -> None:
    """Where the suite expects a refusal, it lets our command end as it likes."""
    assert complaints(a_run("SUCCESS", code=1), least=1) == []
    assert complaints(a_run("SUCCESS", code=BROKE), least=1) == ["our command broke:\nprinted"]


@pytest.mark.parametrize(
    ("least", "exceptions", "offered", "wrong"),
    [
        (LEAST, EXCEPTIONS, OFFERED, []),
        (LEAST, EXCEPTIONS, OFFERED | {"new"}, ["new is in no part of the table"]),
        (LEAST, EXCEPTIONS, {"ping", "pong"}, ["odd is in the table, not in the suite"]),
        (LEAST, EXCEPTIONS | {"pong": "no"}, OFFERED, ["pong is run and excepted"]),
        (
            LEAST | {"ping": {"2025-11-25": 1}},
            EXCEPTIONS,
            OFFERED,
            [f"ping {MISSING}"],
        ),
        (
            {"ping": LEAST["ping"]},
            {"pong": "", "odd": ""},
            OFFERED,
            [f"pong {MISSING}"],
        ),
    ],
)
def test_the_table_speaks_of_every_scenario_once_and_runs_all_that_are_required(
    least: dict[str, dict[str, int]], exceptions: dict[str, str], offered: set[str], wrong: list[str]
) -> None:
    assert unknown(Table(least, exceptions), offered, REVISIONS) == wrong
