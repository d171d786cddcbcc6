"""The files an operator starts from: complete, and true to the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pydantic_core import PydanticUndefined

from bot.catalog import agents
from bot.catalog.agents import Agent
from bot.settings import Settings
from playground.agents_api.brains.understanding import Intent, intent_of

ROOT = Path(__file__).parents[2]
LINE = re.compile(r"^(# )?([A-Z][A-Z0-9_]*)=(.*)$", re.MULTILINE)


def example() -> list[tuple[bool, str, str]]:
    """Each setting of .env.example in its order: commented out or not, name, value."""
    text = (ROOT / ".env.example").read_text()
    return [(bool(mark), name, value) for mark, name, value in LINE.findall(text)]


def test_the_example_names_every_setting_once_and_nothing_else() -> None:
    assert sorted(name for _, name, _ in example()) == sorted(name.upper() for name in Settings.model_fields)


def test_what_is_required_comes_first_and_is_to_be_filled_in() -> None:
    required = {name.upper() for name, field in Settings.model_fields.items() if field.default is PydanticUndefined}
    first = example()[: len(required) + 2]
    assert {name for _, name, _ in first} == required | {"SLACK_SIGNING_SECRET", "SLACK_APP_TOKEN"}
    assert all(not commented and not value for commented, _, value in first)
    assert all(commented for commented, _, _ in example()[len(first) :])


def test_the_values_shown_are_those_that_hold_anyway(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for _, name, _ in example():
        monkeypatch.delenv(name, raising=False)
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "MISTRAL_API_KEY": "k"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    without = Settings()
    for commented, name, value in example():
        if commented and value:
            monkeypatch.setenv(name, value)
    assert Settings() == without


def test_every_setting_has_a_comment_of_its_own_or_shares_the_one_above() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for at, line in enumerate(lines):
        if LINE.match(line):
            assert lines[at - 1].startswith("#"), line


def test_procfile_and_compose_start_the_same_processes() -> None:
    procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert procfile == {"release": "threadwind agents push", "web": "python -m bot", "worker": "python -m workers"}
    assert services["worker"]["depends_on"]["release"] == {"condition": "service_completed_successfully"}
    assert {name: " ".join(services[name]["command"]) for name in procfile} == procfile
    assert "/healthz" in " ".join(services["web"]["healthcheck"]["test"])
    redis = " ".join(services["redis"]["command"])
    assert "--appendonly yes" in redis
    assert "--maxmemory-policy noeviction" in redis


def test_the_demos_rules_understand_every_prompt_of_the_agents_that_come_along() -> None:
    for file in (ROOT / "agents").glob("*.md"):
        agent = agents.read(file)
        assert isinstance(agent, Agent)
        assert agent.prompts
        assert Intent.UNKNOWN not in {intent_of(prompt.message) for prompt in agent.prompts}, file
