"""When a scenario counts as passed, and whether the table knows all there is. Rules: values in, values out.

Stricter than the suite, which passes a client that does nothing where no check comes to be made, and does not look at
how it ended.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.suite import Run

TABLE = Path(__file__).with_name("scenarios.toml")
DONE, REFUSED = 0, 1  # how our command ends
ENDS = {DONE: "did what it should have refused", REFUSED: "could not do it", None: "did not end"}
OUTPUT_SHOWN = 3000  # characters of what was printed


@dataclass(frozen=True, slots=True)
class Table:
    """`least` holds the fewest successful checks by scenario and version; in `refusals` our command has to refuse;
    `exceptions` says why a scenario does not count.
    """

    least: Mapping[str, Mapping[str, int]]
    refusals: Collection[str]
    exceptions: Mapping[str, str]


def read_table() -> Table:
    said = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Table(said["least"], said["refusals"]["of"], said["exceptions"])


def complaints(run: Run | None, *, least: int, refuses: bool) -> list[str]:
    """Why the run does not count as passed; none when it does."""
    if run is None:
        return ["the suite did not run it"]
    counted = Counter(check.status for check in run.checks)
    wrong = [f"{check.name}: {check.why}" for check in run.checks if check.status in ("FAILURE", "WARNING")]
    if counted["SUCCESS"] < least:
        wrong.append(f"{counted['SUCCESS']} checks succeeded, not the {least} of the table")
    if run.code != (REFUSED if refuses else DONE):
        wrong.append(f"our command {ENDS.get(run.code, 'broke')}:\n{run.output[-OUTPUT_SHOWN:]}")
    return wrong


def unknown(table: Table, offered: Collection[str], required: Mapping[str, Collection[str]]) -> list[str]:
    """What the suite has or requires, and the table does not speak of; and what the table names for nothing."""
    known = {*table.least, *table.exceptions}
    wrong = [f"{scenario} is in no part of the table" for scenario in sorted({*offered} - known)]
    wrong += [f"{scenario} is in the table, not in the suite" for scenario in sorted(known - {*offered})]
    wrong += [f"{scenario} is run and excepted" for scenario in sorted({*table.least} & {*table.exceptions})]
    wrong += [f"{scenario} is to be refused and not run" for scenario in sorted({*table.refusals} - {*table.least})]
    for revision, scenarios in required.items():
        lacking = [scenario for scenario in sorted(scenarios) if revision not in table.least.get(scenario, {})]
        wrong += [f"{scenario} is required for {revision} and not run with it" for scenario in lacking]
    return wrong
