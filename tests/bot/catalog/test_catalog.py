"""The catalogue as a whole: the default agent, near names, and files that turn wrong while the bot runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.catalog.catalog import Catalog, Catalogs, NoDefaultAgent, Problem
from bot.catalog.channels import Channel
from bot.catalog.reload import tell, watch
from tests.bot.catalog.conftest import Files

ROOT = Path(__file__).parents[3]

TIME = 'did you mean "time"?'


def test_the_projects_own_files_are_right(files: Files) -> None:
    settings = files.settings(agents_dir=ROOT / "agents", mcp_config=ROOT / "mcp.json")
    catalog = Catalog.load(settings, {}, functions=())
    assert catalog.problems == ()
    assert catalog.default.name == "assistant"
    assert catalog.agents["timekeeper"].tools == ("time",)
    assert [connector.type for connector in catalog.default.connectors] == ["web_search"]
    assert not catalog.default.is_object, "nothing has to be pushed before it answers"
    desk = {name: catalog.agents[name].handoffs for name in ("front", "technical", "billing")}
    assert desk == {"front": ("technical", "billing"), "technical": ("billing",), "billing": ("technical",)}
    assert catalog.servers["time"].command == "mcp-server-time"
    assert all(agent.description and agent.prompts for agent in catalog.agents.values())


def test_a_missing_default_agent_is_told_with_the_names_there_are(files: Files) -> None:
    files.agent("helper")
    files.agent("oracle")
    catalog = Catalog.load(files.settings(default_agent="asistant"), {})
    [problem] = catalog.problems
    assert problem.field == "DEFAULT_AGENT"
    assert "helper, oracle" in problem.message
    with pytest.raises(NoDefaultAgent, match=r'DEFAULT_AGENT: there is no agent "asistant".*helper, oracle'):
        _ = catalog.default


def test_agents_are_found_however_the_name_is_written_and_near_names_are_offered(files: Files) -> None:
    for name in ("assistant", "timekeeper", "oracle"):
        files.agent(name)
    catalog = Catalog.load(files.settings(), {})
    found = catalog.find("TimeKeeper")
    assert found is not None
    assert found.name == "timekeeper"
    assert catalog.find("timekeper") is None
    assert catalog.nearest("timekeper") == ["timekeeper"]
    assert catalog.nearest("xyzzy") == ["assistant", "oracle", "timekeeper"]
    for name in ("one", "two", "three"):
        files.agent(name)
    assert Catalog.load(files.settings(), {}).nearest("xyzzy") == []


def test_a_channel_without_settings_has_the_defaults(files: Files) -> None:
    files.agent("assistant")
    files.write("channels.toml", '[C01]\nlanguage = "fr"\nagent = "nobody"\n')
    catalog = Catalog.load(files.settings(), {})
    assert catalog.channel("C01").language == "fr"
    assert catalog.channel("C99") == Channel()
    [problem] = catalog.problems
    assert problem.field == "C01.agent"
    assert 'no agent "nobody"' in problem.message


@pytest.mark.parametrize("content", ['{"mcpServers": {', "[]", '{"servers": {}}', '{"mcpServers": []}'])
def test_servers_that_cannot_be_read_are_told_once_and_not_again_for_each_tool(files: Files, content: str) -> None:
    files.write("mcp.json", content)
    files.agent("assistant", "model: m\ntools: [time, tickets__find]")
    [problem] = Catalog.load(files.settings(), {}, functions=[]).problems
    assert problem.file.name == "mcp.json"


def test_a_tool_that_nobody_has_is_told(files: Files) -> None:
    files.write("mcp.json", '{"mcpServers": {"time": {"command": "x"}}}')
    files.agent("assistant", "model: m\ntools: [time, time__now, tmie__now, 'time__*', roll_dice, timee]")
    known = Catalog.load(files.settings(), {}, functions=["roll_dice"]).problems
    assert [problem.message.split(";")[0] for problem in known] == [
        '"tmie__now" names the server "tmie", and mcp.json has none of that name',
        '"timee" is neither a server nor a function',
    ]
    assert all('did you mean "time"?' in problem.message for problem in known)
    unknown = Catalog.load(files.settings(), {}).problems
    assert len(unknown) == 1, "who does not know the functions judges no plain name"


def test_a_server_whose_entry_is_wrong_is_told_apart_from_one_that_there_is_not(files: Files) -> None:
    files.write("mcp.json", '{"mcpServers": {"time": {"comand": "x"}}}')
    files.agent("assistant", "model: m\ntools: [time__now]\napprovals: {time__now: ask}")
    said = [problem.message for problem in Catalog.load(files.settings(), {}).problems]
    assert said.count('"time__now" names the server "time", whose entry in mcp.json could not be read') == 2


def test_an_approval_that_decides_about_nothing_is_told(files: Files) -> None:
    files.write("mcp.json", '{"mcpServers": {"time": {"command": "x"}}}')
    right = "{time__now: auto, 'time__*': ask, '*__now': ask, '*': deny, roll_dice: auto}"
    files.agent("right", f"model: m\napprovals: {right}")
    files.agent("mailer", "model: m\nconnectors: [connector: {id: gmail}]\napprovals: {gmail_send: ask}")
    files.agent("assistant", "model: m\napprovals: {time: ask, tmie__now: ask, 'tmie__*': ask, rol_dice: ask}")
    found = Catalog.load(files.settings(), {}, functions=["roll_dice"]).problems
    assert {problem.file.stem for problem in found} == {"assistant"}
    assert [(problem.field, problem.message) for problem in found] == [
        ("approvals.time", '"time" is a server, no tool; for all of its tools write "time__*"'),
        *(
            (f"approvals.{name}", f'"{name}" names the server "tmie", and mcp.json has none of that name; {TIME}')
            for name in ("tmie__now", "tmie__*")
        ),
        ("approvals.rol_dice", '"rol_dice" is no tool of a server and no function; did you mean "roll_dice"?'),
    ]


def test_a_reload_takes_what_changed_and_keeps_an_agent_whose_file_became_wrong(files: Files) -> None:
    files.agent("assistant")
    files.agent("oracle")
    catalogs = Catalogs(files.settings(), {})
    before = catalogs.now
    files.agent("assistant", "model: [")
    files.agent("oracle", body="Speak plainly.")
    files.agent("newcomer")
    after = catalogs.reload()
    assert after is catalogs.now
    assert after.default.instructions == "Be kind."
    assert after.agents["oracle"].instructions == "Speak plainly."
    assert after.agents["newcomer"]
    assert [problem.file.name for problem in after.problems] == ["assistant.md"]
    assert before.agents["oracle"].instructions == "Be kind.", "a turn keeps the catalogue it took"

    (files.agents / "assistant.md").unlink()
    assert catalogs.reload().find("assistant") is None


@asynccontextmanager
async def watched(files: Files) -> AsyncIterator[tuple[Catalogs, asyncio.Queue[tuple[tuple[str, ...], int]]]]:
    heard: asyncio.Queue[tuple[tuple[str, ...], int]] = asyncio.Queue()

    async def on_change(names: tuple[str, ...], problems: tuple[Problem, ...]) -> None:
        heard.put_nowait((names, len(problems)))

    catalogs = Catalogs(files.settings(), {})
    task = asyncio.create_task(watch(catalogs, on_change))
    try:
        # The watch begins a moment after the call: touch a file until it has been heard once.
        async with asyncio.timeout(60):
            while heard.empty():
                files.agent("warm-up")
                with suppress(TimeoutError):
                    heard.put_nowait(await asyncio.wait_for(heard.get(), 0.3))
            catalogs.reload()
        yield catalogs, heard
    finally:
        task.cancel()
        await asyncio.wait([task])


async def heard_of(heard: asyncio.Queue[tuple[tuple[str, ...], int]], name: str) -> int:
    """The number of problems when `name` changed."""
    async with asyncio.timeout(60):
        while True:
            names, problems = await heard.get()
            if name in names or (not name and problems):
                return problems


async def test_saving_an_agents_file_reloads_it_and_says_which(files: Files) -> None:
    files.agent("assistant")
    async with watched(files) as (catalogs, heard):
        files.agent("assistant", body="Be brief.")
        assert await heard_of(heard, "assistant") == 0
        assert catalogs.now.default.instructions == "Be brief."

        files.agent("assistant", "modle: m")
        assert await heard_of(heard, "") == 2
        assert catalogs.now.default.instructions == "Be brief.", "a mistake does not silence the agent"


async def test_an_agent_whose_file_is_deleted_is_not_named_as_one(files: Files) -> None:
    files.agent("assistant")
    gone = files.agent("oracle")
    async with watched(files) as (catalogs, heard):
        gone.unlink()
        async with asyncio.timeout(60):
            while catalogs.now.find("oracle"):
                names, _ = await heard.get()
        assert "oracle" not in names


async def test_a_reload_is_one_line_and_each_problem_another() -> None:
    problems = (Problem(Path("a.md"), 2, "modle", "no such field"), Problem(Path("b.md"), None, "", "cannot be read"))
    with capture_logs() as lines:
        await tell(("oracle",), problems)
    assert lines == [
        {"event": "agents.reloaded", "log_level": "info", "names": ["oracle"]},
        {"event": "catalog.problem", "log_level": "warning", "problem": "a.md:2: modle: no such field"},
        {"event": "catalog.problem", "log_level": "warning", "problem": "b.md: cannot be read"},
    ]
