"""How settings are read from the environment."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.settings import Settings

REQUIRED = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "MISTRAL_API_KEY": "k"}


@pytest.fixture(autouse=True)
def _required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("value", "seconds"), [("15", 15), ("2.5", 2.5), ("PT2M", 120)])
def test_a_duration_is_a_number_of_seconds(value: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASE", value)
    assert Settings().lease == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["soon", "", "nan"])
def test_a_duration_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASE", value)
    with pytest.raises(ValueError, match="lease"):
        Settings()
