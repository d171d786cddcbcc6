"""The three scenarios of Mistral's announcement of the Agents API with MCP, with the files in `examples/article`."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest

from playground.agents_api.brains.port import Question
from playground.agents_api.brains.steps import AnyStep, Say
from playground.services.semgrep import app as semgrep
from tests.stories import shipped
from tests.stories.conftest import MakeWorld
from tests.stories.shipped import ARTICLE, call, results
from tests.stories.tools import inside
from tests.world import REPOSITORY, Thread, until

WEATHER = "Tell me the weather in John's location currently."
SECURITY = "Can you write a hello_world.py file and then check it for security vulnerabilities using available tools?"
CAREFUL = 'print("Hello, world!")\n'
CARELESS = 'import subprocess\nsubprocess.run("echo Hello, world!", shell=True)\n'

streamed_and_not = pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "not streamed"])


@pytest.fixture(autouse=True)
def started_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a worker is: paths in agents' files count from there."""
    monkeypatch.chdir(REPOSITORY)


@pytest.fixture
async def semgrep_url() -> AsyncIterator[str]:
    async with semgrep.running() as url:
        yield url


def tells_the_weather(question: Question) -> str | list[AnyStep]:
    """As a model does it: the location first, with it the weather, with both the answer."""
    match [inside(result) for result in results(question)]:
        case []:
            return call("get_location", name="John")
        case [place]:
            return call("weather__get_weather", location=place)
        case [place, temperature]:
            return json.dumps({"user": "John", "location": place, "temperature": float(temperature)})
    raise AssertionError(results(question))


@streamed_and_not
@pytest.mark.usefixtures("servers_may_start_slowly")
async def test_the_weather_where_john_is_comes_in_its_form(make_world: MakeWorld, streamed: bool) -> None:
    world = await make_world(
        agents=shipped.agent(ARTICLE / "agents" / "weather.md"),
        servers={"weather": shipped.entry(ARTICLE / "mcp.json", "weather")},
        functions=str(ARTICLE / "location.py"),
        stream_in_channels=streamed,
    )
    world.mistral.script.answer_with(tells_the_weather)
    thread = await world.mention(WEATHER)
    await until(lambda: world.files_in(thread), seen=lambda: thread.said)
    await thread.rests()

    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    wanted = start.body["completion_args"]["response_format"]["json_schema"]
    assert set(wanted["schema"]["properties"]) == {"user", "location", "temperature"}
    [file] = world.files_in(thread)
    answer = json.loads(file.content or b"")
    assert answer["user"] == "John"
    assert answer["location"] in ("New York", "London", "Paris")
    assert isinstance(answer["temperature"], float)
    assert answer["location"] in "\n".join(thread.said)


@streamed_and_not
@pytest.mark.parametrize(
    ("code", "verdict"), [(CAREFUL, "No security issues"), (CARELESS, "Starts a shell")], ids=["careful", "careless"]
)
async def test_a_program_is_written_and_checked_by_a_server_over_sse(
    make_world: MakeWorld, semgrep_url: str, code: str, verdict: str, streamed: bool
) -> None:
    entry = shipped.entry(ARTICLE / "mcp.json", "semgrep", {"https://mcp.semgrep.ai": semgrep_url})
    assert (entry["type"], entry["timeout"]) == ("sse", 100)
    world = await make_world(
        agents=shipped.agent(ARTICLE / "agents" / "security.md"),
        servers={"semgrep": entry},
        stream_in_channels=streamed,
    )

    def writes_and_checks(question: Question) -> str | list[AnyStep]:
        if not (found := results(question)):
            return call("semgrep__security_check", code_files=[{"filename": "hello_world.py", "content": code}])
        return written(f"```python\n{code}```\n\n{found[0]}")

    world.mistral.script.answer_with(writes_and_checks)
    thread = await world.mention(SECURITY)
    if streamed:
        await grows(thread)
    [said] = await thread.answered()
    assert code in said
    assert verdict in said


async def test_what_sends_more_to_the_scanner_asks_first(make_world: MakeWorld, semgrep_url: str) -> None:
    entry = shipped.entry(ARTICLE / "mcp.json", "semgrep", {"https://mcp.semgrep.ai": semgrep_url})
    world = await make_world(agents=shipped.agent(ARTICLE / "agents" / "security.md"), servers={"semgrep": entry})
    world.mistral.script.will_call("semgrep__semgrep_scan", {"code_files": []})
    thread = await world.mention("scan it")
    await until(lambda: any("approve" in str(message.blocks) for message in thread.ours), seen=lambda: thread.said)
    await thread.rests()
    [start] = world.mistral.log.requests("conversations.start")
    assert start.body is not None
    assert {tool["function"]["name"] for tool in start.body["tools"]} == {
        "semgrep__security_check",
        "semgrep__semgrep_scan",
        "semgrep__get_abstract_syntax_tree",
        "semgrep__supported_languages",
    }


def written(text: str) -> list[AnyStep]:
    """An answer that takes its time, as a model's does."""
    return [Say(text=text, pieces=5, seconds=0.1)]


async def grows(thread: Thread) -> None:
    """Wait until the person reads the beginning of an answer that goes on."""
    await until(lambda: thread.streaming and thread.said[-1], seen=lambda: thread.said)
