"""What the doctor finds out about Redis, the operator's files and the tool servers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from mcp_types import Tool
from redis.asyncio import Redis

from bot.vault import Vault
from playground import serving
from playground.agents_api.app import KEY
from playground.services.odd import raw as careless
from playground.store import EmbeddedStore
from tests.workers.commands.checking import files_of, of, some_settings
from tests.world import AGENT
from workers.commands.checks import agents, everything, store, tools
from workers.commands.checks.finding import Status
from workers.commands.quiet import quiet
from workers.tools import lock

NO_SIGN_INS: dict[str, Any] = {"redis_url": "redis://127.0.0.1:1/0", "vault": Vault([])}


async def test_a_redis_that_forgets_is_warned_of() -> None:
    async with EmbeddedStore() as own, Redis.from_url(own.url) as redis:
        assert of(await store.check(own.url), "Redis").status is Status.OK
        await redis.config_set("appendonly", "no")
        await redis.config_set("save", "")
        await redis.config_set("maxmemory-policy", "allkeys-lru")
        eviction, persistence = await store.check(own.url)
    assert (eviction.status, persistence.status) == (Status.WARNING, Status.WARNING)
    assert "allkeys-lru" in eviction.says
    assert "noeviction" in eviction.mend
    assert "keeps nothing on disk" in persistence.says
    assert "appendonly" in persistence.mend


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis://:hunter-two@127.0.0.1:1/0", "does not answer"),
        ("http://127.0.0.1", "no usable address"),
        ("redis://127.0.0.1:port/0", "no usable address"),
    ],
)
async def test_a_redis_that_is_not_there_fails(url: str, says: str) -> None:
    [found] = await store.check(url)
    assert found.status is Status.FAILED
    assert says in found.says
    assert "hunter-two" not in str(found)


async def test_a_password_redis_does_not_take_is_told(redis_url: str) -> None:
    [found] = await store.check(redis_url.replace("redis://", "redis://nobody:hunter-two@"))
    assert found.says.endswith("does not let us in.")
    assert "hunter-two" not in str(found)


async def test_mistakes_in_files_are_told_with_their_line(tmp_path: Path) -> None:
    settings = some_settings(**files_of(tmp_path, AGENT.replace("model:", "modle:")))
    findings = await agents.check(settings, agents.load(settings, {}))
    assert {finding.status for finding in findings} == {Status.FAILED}
    assert any("assistant.md:2: modle:" in finding.says for finding in findings)
    assert any("DEFAULT_AGENT" in finding.says for finding in findings)


async def test_a_wrong_default_agent_is_a_settings_mistake_and_no_files(tmp_path: Path) -> None:
    settings = some_settings(**files_of(tmp_path, AGENT), default_agent="nobody")
    [found] = await agents.check(settings, agents.load(settings, {}))
    assert found.says.startswith('DEFAULT_AGENT: there is no agent "nobody"')
    assert found.mend == "Set DEFAULT_AGENT to one of: assistant."


async def test_tool_servers_are_started_and_those_that_do_not_start_are_told(tmp_path: Path) -> None:
    servers = {
        "time": {"command": "mcp-server-time", "args": ["--local-timezone", "UTC"]},
        "gone": {"command": "threadwind-no-such-command", "env": {"KEY": "an-inner-secret"}},
        "unused": {"command": "threadwind-no-such-command"},
    }
    agent = AGENT.replace("[time]", "[time, time__no_such_tool, gone]")
    settings = some_settings(**files_of(tmp_path, agent, servers))
    with quiet():
        findings = await tools.check(agents.load(settings, {}), tmp_path / "tools.lock.json", **NO_SIGN_INS)
    time, unknown, unlocked, gone = findings
    assert (time.status, time.says) == (Status.OK, "starts and offers 2 tools.")
    assert (unknown.status, unknown.says) == (
        Status.WARNING,
        "assistant names time__no_such_tool, which it does not offer.",
    )
    assert (unlocked.status, "nobody accepted its tools yet" in unlocked.says) == (Status.WARNING, True)
    assert (gone.check, gone.status) == ("Tool server gone", Status.FAILED)
    assert "cannot be started" in gone.says


async def test_tools_that_differ_from_those_accepted_and_too_many_of_them_are_told(tmp_path: Path) -> None:
    listed = [
        {"name": f"tool_{number}", "description": "Now.", "inputSchema": {"type": "object"}} for number in range(41)
    ]
    before = [{**listed[0], "description": "Before."}, *listed[1:], {**listed[0], "name": "tool_41"}]
    file = tmp_path / "tools.lock.json"
    lock.write(file, lock.Lock().replaced("shop", [Tool.model_validate(tool) for tool in before]))
    async with serving.serve(careless.build(listed, {})) as url:
        settings = some_settings(
            **files_of(tmp_path, AGENT.replace("[time]", "[shop]"), {"shop": {"url": f"{url}/mcp"}})
        )
        with quiet():
            starts, differs, many = await tools.check(agents.load(settings, {}), file, **NO_SIGN_INS)
    assert starts.status is Status.OK
    assert differs.says == "it differs from what was accepted, and this is refused: changed: tool_0; gone: tool_41."
    assert differs.mend == "Look at it, and accept it: threadwind tools lock shop"
    assert many.says.startswith("assistant is offered 42 tools; beyond 40 a model chooses worse")
    assert {differs.status, many.status} == {Status.WARNING}


def test_what_servers_are_handed_is_hidden_whoever_says_it(tmp_path: Path) -> None:
    servers = {
        "one": {"command": "one", "env": {"KEY": "an-inner-secret"}},
        "two": {"url": "http://127.0.0.1:1/", "headers": {"authorization": "${OUTER}"}},
    }
    settings = some_settings(**files_of(tmp_path, AGENT, servers), redis_url="redis://:hunter-two@127.0.0.1/0")
    hidden = everything.secrets(settings, agents.load(settings, {"OUTER": "an-outer-secret"}))
    assert {"an-inner-secret", "an-outer-secret", "hunter-two", KEY, "xoxb-playground"} <= set(hidden)
