"""Names of tools for models: safe, short, stable, and never one name for two tools."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.tools.names import LIMIT, model_name, safe_prefix

SAFE = re.compile(r"[a-zA-Z0-9_-]{1,64}")
names = st.one_of(st.text(min_size=1, max_size=90), st.text("ab_.-", min_size=1, max_size=70))


@pytest.mark.parametrize(
    ("server", "tool", "name"),
    [
        ("time", "get_current_time", "time__get_current_time"),
        ("time", "_hidden", "time___hidden"),
        ("a-b", "c__d", "a-b__c__d"),
    ],
)
def test_an_ordinary_name_is_kept(server: str, tool: str, name: str) -> None:
    assert model_name(server, tool) == name


@pytest.mark.parametrize(("server", "tool"), [("docs", "read.file"), ("docs", "t" * 90), ("a__b", "c"), ("a_", "b")])
def test_what_had_to_be_changed_ends_in_a_hash(server: str, tool: str) -> None:
    name = model_name(server, tool)

    assert re.search(r"_[0-9a-f]{10}$", name)
    assert len(name) <= LIMIT


@given(names, names, names, names)
def test_two_tools_never_share_a_name(server: str, tool: str, other_server: str, other_tool: str) -> None:
    first, second = model_name(server, tool), model_name(other_server, other_tool)

    assert SAFE.fullmatch(first)
    assert (first == second) == ((server, tool) == (other_server, other_tool))


@given(names, names)
def test_every_name_begins_with_its_servers_prefix(server: str, tool: str) -> None:
    assert model_name(server, tool).startswith(safe_prefix(server))


def test_names_are_known_without_loading_mcp() -> None:
    code = "import sys, workers.tools.names; sys.exit('mcp' in sys.modules or 'pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # our own interpreter
