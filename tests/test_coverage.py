"""docs/coverage.md is true: each test that it names exists, each row names one or says why not, nothing is left out."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import get_args

import pytest
from mistralai.client.models import SSETypes

from playground.agents_api.wire.tools import BuiltInTool

ROOT = Path(__file__).parent.parent
COVERAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", COVERAGE)
ROWS = [line.strip("|").split("|") for line in COVERAGE.splitlines() if line.startswith("|") and "---" not in line]
EVENTS = [name for one in get_args(SSETypes) for name in get_args(one) if isinstance(name, str)]
HEADS = {"Call", "Capability", "Event", "Connector", "Server", "The announcement"}
CAPABILITIES = (
    "create", "update = a new version", "start with an agent", "start with a model", "continue", "`store: false`",
    "`handoff_execution: server`", "`handoff_execution: client`", "look back", "branch", "over stdio", "over HTTP",
    "OAuth", "functions", "structured output", "continue on error",
)  # fmt: skip


@cache
def functions_in(path: str) -> frozenset[str]:
    found = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    return frozenset(node.name for node in found if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_every_test_that_is_named_exists(path: str, name: str) -> None:
    assert (ROOT / path).exists()
    assert name.startswith("test_")
    assert name in functions_in(path)


def test_every_row_names_a_test_or_says_not_yet() -> None:
    bare = [row[0] for row in ROWS if row[0].strip() not in HEADS and not re.search(r"::test_|not yet:", "".join(row))]
    assert bare == []


def test_every_capability_event_and_connector_has_a_row() -> None:
    first = "\n".join(row[0] for row in ROWS)
    assert [name for name in CAPABILITIES if name not in first] == []
    assert "message.output.delta" in EVENTS
    assert [name for name in EVENTS if f"`{name}`" not in first] == []
    built_in = get_args(BuiltInTool.model_fields["type"].annotation)
    assert [name for name in (*built_in, "document_library", "connector") if f"`{name}`" not in first] == []
