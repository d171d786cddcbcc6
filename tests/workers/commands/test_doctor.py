"""`threadwind doctor`: everything is looked at, each mistake told with how to mend it, and no secret shown."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.settings import Settings
from tests.stories.conftest import MakeWorld
from tests.workers.commands.checking import NOWHERE, SECRETS, files_of, of, some_settings
from tests.workers.commands.conftest import Threadwind, environment_of
from tests.world import World
from workers.commands.checks import everything, store
from workers.commands.checks import settings as settings_check
from workers.commands.checks.finding import Finding, Status


async def test_a_well_installation_passes_and_shows_no_secret(world: World, threadwind: Threadwind) -> None:
    ran = await threadwind("doctor", **environment_of(world))
    assert ran.status == 0, ran.all
    assert "failed" not in ran.out
    for line in ("Slack token: the bot is U0BOT in", "Mistral key:", "Redis: 127.0.0.1:", "Agents: assistant;"):
        assert f"ok           {line}" in ran.out
    assert "not checked  Slack events:" in ran.out
    assert "app_mention, message.im" in ran.out
    assert ran.err == ""
    own = world.settings
    for secret in (own.slack_bot_token, own.slack_signing_secret, own.mistral_api_key):
        assert secret is not None
        assert secret.get_secret_value() not in ran.all


async def test_socket_mode_is_asked_for_an_address_and_connects_to_none(
    make_world: MakeWorld, threadwind: Threadwind
) -> None:
    world = await make_world(slack={"kind": "socket"}, worker=False)
    ran = await threadwind.here("doctor", "--json", **environment_of(world))
    said = json.loads(ran.out)
    assert (ran.status, said["ok"]) == (0, True)
    socket = next(finding for finding in said["findings"] if finding["check"] == "Socket Mode")
    assert socket == {
        "check": "Socket Mode",
        "status": "ok",
        "says": "Slack takes SLACK_APP_TOKEN and offers a connection.",
        "mend": "",
    }
    assert world.slack.sockets.connections == 1, "the bot's own"


async def test_everything_broken_is_all_told_at_once(threadwind: Threadwind) -> None:
    """One mistake does not hide the next: a newcomer mends all of them after one look."""
    ran = await threadwind.here(
        "doctor",
        SLACK_BOT_TOKEN=SECRETS[0],
        SLACK_APP_TOKEN=SECRETS[1],
        SLACK_API_URL=f"{NOWHERE}/api/",
        MISTRAL_API_KEY="",
        REDIS_URL="redis://:hunter-two@127.0.0.1:1/0",
        PORT="many",
    )
    assert ran.status == 1
    for line in (
        "Settings: PORT is wrong",
        "Settings: MISTRAL_API_KEY is not set.",
        "Slack token: 127.0.0.1:1/api/ cannot be reached",
        "Socket Mode: 127.0.0.1:1/api/ cannot be reached",
        "Redis: 127.0.0.1:1/0 does not answer",
        "Agents: ",
    ):
        assert f"failed       {line}" in ran.out
    assert "not checked  Mistral key: there is none." in ran.out
    assert ran.err == ""
    for secret in (*SECRETS, "hunter-two", "many"):
        assert secret not in ran.all


async def test_an_empty_environment_is_answered_with_what_to_set(threadwind: Threadwind) -> None:
    ran = await threadwind.here("doctor", "--json", REDIS_URL="redis://127.0.0.1:1/0")
    said = json.loads(ran.out)
    assert (ran.status, said["ok"]) == (1, False)
    settings = [finding["says"] for finding in said["findings"] if finding["check"] == "Settings"]
    assert settings == [
        "SLACK_BOT_TOKEN is not set.",
        "MISTRAL_API_KEY is not set.",
        "set SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode).",
    ]
    assert all(finding["mend"] for finding in said["findings"] if finding["status"] == "failed")


def test_settings_that_only_clash_leave_the_rest_to_look_at(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in {
        "SLACK_BOT_TOKEN": SECRETS[0],
        "SLACK_SIGNING_SECRET": SECRETS[2],
        "MISTRAL_API_KEY": SECRETS[3],
        "SLACK_MODE": "socket",
        "LEASE": "0.1",
    }.items():
        monkeypatch.setenv(name, value)
    found, findings = settings_check.read()
    assert found is not None
    assert found.slack_bot_token.get_secret_value() == SECRETS[0]
    assert found.mode == "socket"
    assert [finding.says.split()[0] for finding in findings] == ["SLACK_MODE=socket", "LEASE"]


async def test_a_broken_check_takes_no_other_down(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def breaks(url: str) -> list[Finding]:
        raise RuntimeError(url)

    monkeypatch.setattr(store, "check", breaks)
    monkeypatch.setattr(settings_check, "read", lambda: (some_settings(**files_of(tmp_path)), []))
    findings = await everything.check()
    assert of(findings, "Redis").says == "the check itself broke (RuntimeError)."
    assert of(findings, "Agents").status is Status.OK
