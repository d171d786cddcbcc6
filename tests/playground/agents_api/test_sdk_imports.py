"""The announcement was written for an older SDK: where its imports are today."""

from __future__ import annotations

import importlib

import pytest

MOVED = [
    ("mistralai", "mistralai.client", "Mistral"),
    ("mistralai.types", "mistralai.client.types", "BaseModel"),
]
STAYED = [
    ("mistralai.extra.run.context", "RunContext"),
    ("mistralai.extra.mcp.stdio", "MCPClientSTDIO"),
    ("mistralai.extra.mcp.sse", "MCPClientSSE"),
    ("mistralai.extra.mcp.auth", "build_oauth_params"),
]


@pytest.mark.parametrize(("old", "new", "name"), MOVED, ids=[row[0] for row in MOVED])
def test_the_announcements_imports_are_gone_and_have_a_new_place(old: str, new: str, name: str) -> None:
    with pytest.raises((ImportError, AttributeError)):
        getattr(importlib.import_module(old), name)
    assert hasattr(importlib.import_module(new), name)


@pytest.mark.parametrize(("module", "name"), STAYED, ids=[row[1] for row in STAYED])
def test_the_helpers_for_runs_and_servers_are_where_they_were(module: str, name: str) -> None:
    assert hasattr(importlib.import_module(module), name)
