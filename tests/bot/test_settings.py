"""How settings are read from the environment."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.start import environment, read_settings

REQUIRED = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s", "MISTRAL_API_KEY": "k"}


@pytest.fixture(autouse=True)
def _required(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(("value", "seconds"), [("15", 15), ("2.5", 2.5), ("PT2M", 120)])
def test_a_duration_is_a_number_of_seconds(value: str, seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASE", value)
    assert Settings().lease == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["soon", "nan"])
def test_a_duration_that_is_none_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEASE", value)
    with pytest.raises(ValueError, match="lease"):
        Settings()


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_setting_left_empty_is_missing(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An empty signing secret would let anybody sign."""
    monkeypatch.setenv(name, "")
    with pytest.raises(SystemExit):
        read_settings()
    assert name in capsys.readouterr().err


def test_all_that_is_missing_is_told_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in REQUIRED:
        monkeypatch.delenv(name)
    with pytest.raises(SystemExit):
        read_settings()
    told = capsys.readouterr().err
    assert told.count("\n") == len(REQUIRED)
    assert all(name in told for name in (*REQUIRED, "SLACK_APP_TOKEN"))
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-1")
    with pytest.raises(SystemExit):
        read_settings()
    assert "SLACK_SIGNING_SECRET" not in capsys.readouterr().err


def test_a_duration_that_is_none_is_told_in_our_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LEASE", "soon")
    with pytest.raises(SystemExit):
        read_settings()
    assert capsys.readouterr().err == "threadwind: LEASE is wrong: give a number of seconds, such as 15.\n"


def test_a_process_that_is_told_all_its_settings_leaves_dotenv_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("DEFAULT_AGENT=nobody\nTOKEN_OF_A_TOOL=a token\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert (read_settings().default_agent, environment().get("TOKEN_OF_A_TOOL")) == ("nobody", "a token")
    monkeypatch.setattr("sys.argv", ["bot", "--no-dotenv"])
    assert (read_settings().default_agent, environment().get("TOKEN_OF_A_TOOL")) == ("assistant", None)


def test_the_variables_of_mcp_json_are_read_from_where_settings_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment first, then .env; what is left empty there is not set."""
    dotenv = tmp_path / ".env"
    dotenv.write_text("ONLY_HERE='a token'\nBOTH=file\nSHELL_EMPTY=file\nFILE_EMPTY=\nNO_VALUE\n", encoding="utf-8")
    monkeypatch.setenv("BOTH", "shell")
    monkeypatch.setenv("SHELL_EMPTY", "")
    monkeypatch.setenv("ONLY_THERE", "")
    known = environment(dotenv)
    names = ("ONLY_HERE", "BOTH", "SHELL_EMPTY", "FILE_EMPTY", "NO_VALUE", "ONLY_THERE")
    assert [known.get(name) for name in names] == ["a token", "shell", "file", None, None, ""]
    assert environment(tmp_path / "none").get("ONLY_HERE") is None
