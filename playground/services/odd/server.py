"""The server: one bench, and the sets of tools that are put on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from mcp.server import MCPServer
from mcp.server.subscriptions import InMemorySubscriptionBus

from playground.services.odd import asking, children, contents, jobs, listing, progress
from playground.services.odd.bench import Bench
from playground.services.odd.journal import Journal
from playground.services.odd.switches import Switches

NAME = "odd_jobs"
NOWHERE = "https://odd.example"
SETS: dict[str, Callable[[Bench], None]] = {
    "jobs": jobs.add,
    "contents": contents.add,
    "progress": progress.add,
    "asking": asking.add,
    "schemas": listing.add_schemas,
    "changes": listing.add_changes,
    "children": children.add,
}


def a_bench(
    name: str = NAME,
    *,
    sets: Iterable[str] = SETS,
    journal: Path | None = None,
    switches: Switches | None = None,
    url: str = NOWHERE,
    environment: Mapping[str, str] | None = None,
) -> Bench:
    """A bench with these sets of tools; `url` is where links to visit lead."""
    bus = InMemorySubscriptionBus()
    bench = Bench(
        name=name,
        journal=Journal(journal),
        switches=switches or Switches(),
        bus=bus,
        url=url,
        environment=environment or {},
    )
    for each in sets:
        SETS[each](bench)
    bench.mcp = MCPServer(
        name,
        version="1.0",
        log_level="CRITICAL",
        subscriptions=bus,
        tools=bench.tools,
        resources=bench.resources,
        middleware=[listing.Listing(bench)],
    )
    return bench


def build(name: str = NAME, *, sets: Iterable[str] = ("jobs", "contents")) -> MCPServer:
    """A server for tests that want no more of it than its tools."""
    return a_bench(name, sets=sets).mcp
