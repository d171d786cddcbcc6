"""tools.lock.json: stable, readable, complete, and refused when somebody changed it by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from mcp_types import Tool

from bot.catalog import servers
from bot.vault import Vault
from tests.test_documents import ROOT
from workers.tools import lock, locking
from workers.tools.definitions import KEPT, Change
from workers.tools.lock import BadLock, Lock

NOW = {
    "name": "now",
    "title": "Now",
    "description": "The time.",
    "inputSchema": {
        "type": "object",
        "properties": {"zone": {"type": "string", "title": "Zone"}},
        "required": ["zone"],
    },
    "annotations": {"readOnlyHint": True},
    "_meta": {"serial": 7},
}
SERVER = servers.Server(name="time", transport="stdio", trusted=True)


def tools(*changes: dict[str, Any]) -> list[Tool]:
    return [Tool.model_validate({**NOW, **change}) for change in changes]


def written(folder: Path, found: Lock) -> Path:
    file = folder / "tools.lock.json"
    lock.write(file, found)
    return file


def test_what_is_written_is_read_again_whatever_the_order(tmp_path: Path) -> None:
    one = Lock().replaced("time", tools({}, {"name": "later"})).replaced("art", tools({"name": "draw"}))
    other = Lock().replaced("art", tools({"name": "draw"})).replaced("time", tools({"name": "later"}, {}))
    assert one.text() == other.text()
    assert lock.read(written(tmp_path, one)).servers == one.servers
    assert list(json.loads(one.text())["servers"]) == ["art", "time"]
    assert lock.read(tmp_path / "none.json") == Lock()
    assert [file.name for file in tmp_path.iterdir()] == ["tools.lock.json"]


def test_a_tool_stands_as_the_server_sent_it_and_is_cleaned_for_the_model() -> None:
    found = Lock().replaced("time", tools({}))
    entry = found.servers["time"]["now"]
    assert {key: entry[key] for key in KEPT} == {key: NOW[key] for key in KEPT}
    [spec] = found.specs(SERVER)
    assert (spec.name, spec.read_only, spec.trusted) == ("time__now", True, True)
    assert spec.parameters["properties"] == {"zone": {"type": "string"}}
    assert found.specs(servers.Server(name="other", transport="stdio")) == ()


def test_what_no_screen_shows_is_written_so_that_it_does() -> None:
    """A description may hide an instruction to the model from whoever reviews it."""
    hidden = "The time.\u200b\u202e\U000e0041\U000e0100\u3164"
    text = Lock().replaced("time", tools({"description": f"{hidden} à Paris"})).text()
    assert "The time.\\u200b\\u202e\\udb40\\udc41\\udb40\\udd00\\u3164 à Paris" in text
    assert json.loads(text)["servers"]["time"]["now"]["description"] == f"{hidden} à Paris"


def test_what_changed_is_named() -> None:
    before = Lock().replaced("time", tools({}, {"name": "gone"}, {"name": "same"}))
    after = before.replaced(
        "time", tools({"description": "Newer.", "annotations": None}, {"name": "new"}, {"name": "same"})
    )
    change = after.change_from(before, "time")
    assert change == Change(("new",), ("gone",), {"now": ("description", "annotations")})
    assert not after.change_from(after, "time")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: "{", "is not what `threadwind tools lock` writes"),
        (lambda text: "[]", "is not what `threadwind tools lock` writes"),
        (lambda text: text.replace('"version": 1', '"version": 2'), "has version 2, this one knows 1"),
        (lambda text: text.replace("The time.", "Pay."), '"now" of the server "time" does not fit its hash'),
        (lambda text: text.replace('"name": "now"', '"name": "other"'), "does not fit its hash"),
        (lambda text: text.replace('"inputSchema"', '"schema"'), '"now" of the server "time" is no tool'),
    ],
)
def test_a_lock_that_is_not_as_it_was_written_is_refused(change: Any, says: str, tmp_path: Path) -> None:
    file = written(tmp_path, Lock().replaced("time", tools({})))
    file.write_text(change(file.read_text()))
    with pytest.raises(BadLock) as refused:
        lock.read(file)
    assert says in str(refused.value)
    assert "threadwind tools lock" in str(refused.value) or "write it anew" in str(refused.value)


async def test_the_lock_that_comes_along_is_what_the_servers_that_come_along_say() -> None:
    known, problems = servers.load(ROOT / "mcp.json", {})
    assert problems == []
    after, failed = await locking.locked(Lock(), known.values(), redis_url="redis://127.0.0.1:1/0", vault=Vault([]))
    assert failed == {}
    assert after.text() == (ROOT / "tools.lock.json").read_text(encoding="utf-8")
