"""`+name` picks the agent of a follow-up, before all else or before what is to be done."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from workers.follow_ups import typed
from workers.follow_ups.refusals import Wrong
from workers.follow_ups.typed import Typed

NOW = datetime(2026, 11, 28, 10, 23, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.mark.parametrize(
    ("text", "agent", "prompt"),
    [
        ("+research tomorrow 9:00 check the deploy", "research", "check the deploy"),
        ("  +Research, tomorrow 9:00 check the deploy", "research", "check the deploy"),
        ("tomorrow 9:00 +research check the deploy", "research", "check the deploy"),
        ("demain 9h, +research: vérifie", "research", "vérifie"),
        ("every weekday at 9 until 31 March +research list", "research", "list"),
        ("every weekday at 9 +research list until 31 March", "research", "list"),
        ("+research check the deploy tomorrow at 9", "research", "check the deploy"),
        ("webhook issues.closed: +research say who", "research", "say who"),
        ("+one tomorrow 9:00 +two look", "one", "+two look"),
        ("tomorrow 9:00 check with +research", None, "check with +research"),
        ("tomorrow 9:00 +1 for the release", None, "+1 for the release"),
    ],
)
def test_the_agent_and_the_task_are_told_apart(text: str, agent: str | None, prompt: str) -> None:
    found = typed.read(text, now=NOW, language="en")
    assert isinstance(found, Typed), found
    assert (found.agent, found.read.prompt) == (agent, prompt)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("+research", "not_understood"),
        ("+research check", "not_understood"),
        ("+research tomorrow 9:00", "no_prompt"),
        ("tomorrow 9:00 +research", "no_prompt"),
    ],
)
def test_a_name_is_neither_a_time_nor_a_task(text: str, wrong: str) -> None:
    found = typed.read(text, now=NOW, language="en")
    assert isinstance(found, Wrong), found
    assert found.key == f"follow_up.time.{wrong}"
