"""`threadwind doctor`: looks at everything Threadwind stands on, and says how to mend what is wrong."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workers.commands.checks.finding import Finding

FAILED = 1  # the exit status
COLOURS = {"ok": "green", "warning": "yellow", "failed": "red", "not checked": "bright_black"}
WIDTH = max(map(len, COLOURS))


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object, for other programs.")] = False,
) -> None:
    """Check settings, Slack, Mistral, Redis, agents and tool servers; exit status 1 when something failed."""
    from workers.commands.checks import everything
    from workers.commands.checks.finding import Status

    findings = asyncio.run(everything.check())
    well = all(finding.status is not Status.FAILED for finding in findings)
    if as_json:
        typer.echo(json.dumps({"ok": well, "findings": [one.dump() for one in findings]}, indent=2, ensure_ascii=False))
    else:
        show(findings)
    if not well:
        raise typer.Exit(FAILED)


def show(findings: list[Finding]) -> bool:
    """Print them, and how many there are of each; whether none of them failed."""
    for finding in findings:
        _print(finding)
    typer.echo(_sum(findings))
    return all(finding.status.value != "failed" for finding in findings)


def _print(finding: Finding) -> None:
    status = typer.style(f"{finding.status.value:<{WIDTH}}", fg=COLOURS[finding.status.value])
    typer.echo(f"{status}  {finding.check}: {finding.says}")
    if finding.mend:
        typer.echo(f"{'':{WIDTH}}  -> {finding.mend}")


def _sum(findings: list[Finding]) -> str:
    counts = {status: sum(1 for finding in findings if finding.status.value == status) for status in COLOURS}
    return "\n" + ", ".join(f"{count} {status}" for status, count in counts.items() if count) + "."
