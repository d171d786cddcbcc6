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


def a_run(*statuses: str, code: int | None = 0) -> Run:
    checks = tuple(Check(f"c{n}", status, "because") for n, status in enumerate(statuses))
    return Run(checks, code, "printed")


def test_a_run_counts_when_enough_checks_succeeded_and_none_failed() -> None:
    assert complaints(a_run("SUCCESS", "INFO", "SKIPPED", "SUCCESS"), least=2, refuses=False) == []
    assert complaints(a_run("SUCCESS", "SUCCESS", "SUCCESS"), least=2, refuses=False) == []


@pytest.mark.parametrize("status", ["FAILURE", "WARNING"])
def test_a_failed_check_is_named_and_a_warning_is_one(status: str) -> None:
    assert complaints(a_run("SUCCESS", status), least=1, refuses=False) == ["c1: because"]


@pytest.mark.parametrize(("run", "seen", "least"), [(a_run(), 0, 1), (a_run("SUCCESS", "SKIPPED"), 1, 2)])
def test_a_run_in_which_too_little_was_looked_at_does_not_count(run: Run, seen: int, least: int) -> None:
    assert complaints(run, least=least, refuses=False) == [f"{seen} checks succeeded, not the {least} of the table"]


def test_what_was_not_run_does_not_count() -> None:
    assert complaints(None, least=0, refuses=False) == ["the suite did not run it"]


@pytest.mark.parametrize(
    ("code", "refuses", "wrong"),
    [
        (0, False, None),
        (1, False, "could not do it"),
        (BROKE, False, "broke"),
        (None, False, "did not end"),
        (1, True, None),
        (0, True, "did what it should have refused"),
        (BROKE, True, "broke"),
        (None, True, "did not end"),
    ],
)
def test_our_command_has_to_end_as_the_scenario_wants_it(code: int | None, refuses: bool, wrong: str | None) -> None:
    """The suite does not look at it; to refuse is to say so and not to break."""
    found = complaints(a_run("SUCCESS", code=code), least=1, refuses=refuses)
    assert found == ([] if wrong is None else [f"our command {wrong}:\nprinted"])


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
    assert unknown(Table(least, (), exceptions), offered, REVISIONS) == wrong


def test_what_is_to_be_refused_is_run() -> None:
    wrong = ["odd is to be refused and not run"]
    assert unknown(Table(LEAST, ["ping", "odd"], EXCEPTIONS), OFFERED, REVISIONS) == wrong
