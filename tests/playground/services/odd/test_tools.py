"""What each tool of the odd server does, seen by the official SDK's client, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import mcp_types as T
import psutil
import pytest
from mcp import MCPError, UrlElicitationRequiredError

from playground.services.odd.app import OddServer, running
from playground.services.odd.asking import EveryField
from playground.services.odd.journal import ran
from playground.services.odd.server import a_bench
from playground.services.odd.switches import Switches
from tests.playground.services.odd.clients import Host, accepted, over_http, over_sse, text

ERAS = pytest.mark.parametrize("mode", ["auto", "legacy"])
MEGABYTE = 10**6


@pytest.fixture
async def odd() -> AsyncIterator[OddServer]:
    async with running() as server:
        yield server


@ERAS
async def test_who_it_is_and_how_often_each_tool_ran(odd: OddServer, mode: str, tmp_path: Path) -> None:
    own = tmp_path / "own"
    async with over_http(odd.url, mode=mode) as client, httpx2.AsyncClient() as http:
        listed = await names(client)
        assert text(await client.call_tool("who", {})) == "odd_jobs"
        assert text(await client.call_tool("pid", {})) == str(os.getpid())
        await client.call_tool("count", {"journal": str(own)})
        await client.call_tool("count", {})
        counted = (await http.get(f"{odd.url}/_control/runs")).json()

    assert len(listed) == len(set(listed)) > 25
    assert counted == odd.runs == {"who": 1, "pid": 1, "count": 2}
    assert own.read_text() == f"{os.getpid()}\n"


async def test_the_journal_is_shared_by_servers(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    for _ in range(2):
        async with running(a_bench(journal=journal)) as server, over_http(server.url) as client:
            await client.call_tool("count", {})

    assert (ran(journal, "count"), ran(journal, "who")) == (2, 0)
    assert server.runs == {"count": 1}


async def test_failures_of_each_kind(odd: OddServer) -> None:
    async with over_http(odd.url) as client:
        meant = await client.call_tool("fail", {})
        unmeant = await client.call_tool("explode", {})
        unknown = await client.call_tool("nowhere", {})
        wrong = await client.call_tool("big", {"characters": "many"})

    assert [each.is_error for each in (meant, unmeant, unknown, wrong)] == [True] * 4
    assert "the shelf is empty" in text(meant)
    assert "something inside broke" not in text(unmeant)
    assert odd.runs == {"fail": 1, "explode": 1}


async def test_a_call_that_hangs_is_given_up_and_the_others_go_on(odd: OddServer) -> None:
    async with over_http(odd.url) as client:
        with pytest.raises(MCPError, match="timed out"):
            await client.call_tool("hang", {}, read_timeout_seconds=0.2)
        assert text(await client.call_tool("slow", {"seconds": 0.01})) == "after 0.01 seconds"

    assert odd.runs == {"hang": 1, "slow": 1}


# ---- content --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("big", {"characters": 10 * MEGABYTE}),
        ("big_image", {"size": 10 * MEGABYTE}),
        ("big_structured", {"rows": 50_000}),
    ],
)
@ERAS
async def test_results_of_ten_megabytes(odd: OddServer, mode: str, tool: str, arguments: dict[str, Any]) -> None:
    async with over_http(odd.url, mode=mode) as client:
        result = await client.call_tool(tool, arguments)

    size = sum(len(block.model_dump_json()) for block in result.content)
    assert size >= (5 if tool == "big_structured" else 10) * MEGABYTE  # a structured result comes a second time
    assert (result.structured_content is not None) is (tool != "big_image")


async def test_a_picture_of_a_size_is_a_picture(odd: OddServer) -> None:
    async with over_http(odd.url) as client:
        [image] = (await client.call_tool("big_image", {"size": 100_000})).content

    assert isinstance(image, T.ImageContent)
    data = base64.b64decode(image.data)
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert abs(len(data) - 100_000) < 200


async def test_every_kind_of_content(odd: OddServer) -> None:
    async with over_http(odd.url) as client:
        result = await client.call_tool("everything", {})
        nothing = await client.call_tool("nothing", {})
        shelf = await client.read_resource("odd://shelf")

    kinds = [type(block) for block in result.content]
    assert kinds == [
        T.TextContent, T.ImageContent, T.AudioContent, T.EmbeddedResource, T.EmbeddedResource, T.ResourceLink,
        T.ResourceLink, T.TextContent,
    ]  # fmt: skip
    sound = result.content[2]
    assert isinstance(sound, T.AudioContent)
    assert base64.b64decode(sound.data)[:4] == b"RIFF"
    resources = [block.resource for block in result.content if isinstance(block, T.EmbeddedResource)]
    assert isinstance(resources[0], T.TextResourceContents)
    assert isinstance(resources[1], T.BlobResourceContents)
    assert nothing.content == []
    assert isinstance(shelf.contents[0], T.TextResourceContents)


# ---- progress -------------------------------------------------------------------------------------------------------


@ERAS
async def test_work_tells_how_far_it_is(odd: OddServer, mode: str) -> None:
    told: list[tuple[float, float | None, str | None]] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        told.append((progress, total, message))

    async with over_http(odd.url, mode=mode) as client:
        await client.call_tool("work", {"steps": 2}, progress_callback=on_progress)
        with_total, told = told, []
        await client.call_tool("work_in_silence", {"steps": 2}, progress_callback=on_progress)
        without, told = told, []
        said = await client.call_tool("chatter", {"times": 300}, progress_callback=on_progress)

    assert with_total == [(1, 2, "step 1 of 2"), (2, 2, "step 2 of 2")]
    assert without == [(1, None, None), (2, None, None)]
    assert text(said) == "said 300 times"
    assert len(told) == 300


# ---- questions ------------------------------------------------------------------------------------------------------


@ERAS
async def test_a_form_has_a_field_of_each_kind(odd: OddServer, mode: str) -> None:
    host = Host([accepted(name="Ada", age=36, size="small", team="notes", fruits=["fig"])])
    async with over_http(odd.url, host, mode=mode) as client:
        said = json.loads(text(await client.call_tool("fill_in", {})))

    [question] = host.questions
    assert isinstance(question, T.ElicitRequestFormParams)
    fields = question.requested_schema["properties"]
    assert list(fields) == list(EveryField.model_fields)
    assert question.requested_schema["required"] == ["name", "age", "size"]
    assert {field.get("format") for field in fields.values()} == {None, "email", "uri", "date", "date-time"}
    assert fields["colour"]["enumNames"] == ["Red", "Teal"]
    assert fields["team"]["oneOf"][0] == {"const": "engines", "title": "Engines"}
    assert fields["fruits"] == {
        "type": "array", "title": "Fruits", "default": ["plum"], "minItems": 1, "maxItems": 2,
        "items": {"type": "string", "enum": ["plum", "pear", "fig"]},
    }  # fmt: skip
    assert (fields["name"]["minLength"], fields["name"]["maxLength"]) == (2, 20)
    assert (fields["age"]["minimum"], fields["weight"]["maximum"]) == (18, 99.5)
    assert {fields[name]["type"] for name in fields} == {"string", "integer", "number", "boolean", "array"}
    assert (said["name"], said["team"], said["email"], said["remark"]) == ("Ada", "notes", "ada@example.com", None)
    assert odd.runs == {"fill_in": 1}


@ERAS
async def test_a_form_may_have_some_of_the_fields(odd: OddServer, mode: str) -> None:
    host = Host([T.ElicitResult(action="decline")])
    async with over_http(odd.url, host, mode=mode) as client:
        arguments = {"fields": ["agreed", "name"], "message": "Shall we?"}
        declined = await client.call_tool("fill_in", arguments)
        cancelled = await client.call_tool("fill_in", arguments)
        unknown = await client.call_tool("fill_in", {"fields": ["shoe"]})

    question = host.questions[0]
    assert isinstance(question, T.ElicitRequestFormParams)
    assert question.message == "Shall we?"
    assert list(question.requested_schema["properties"]) == ["agreed", "name"]
    assert text(declined) == "The person answered: decline."
    assert text(cancelled) == "The person answered: cancel."
    assert unknown.is_error
    assert "There is no field shoe" in text(unknown)


@ERAS
async def test_an_answer_that_does_not_fit_the_form_does_not_run_the_tool(odd: OddServer, mode: str) -> None:
    host = Host([accepted(name="A", age=3, size="huge")])
    async with over_http(odd.url, host, mode=mode) as client:
        said = await client.call_tool("fill_in", {})

    assert said.is_error
    assert odd.runs == {}


@ERAS
async def test_a_server_that_asks_as_before_cannot_do_so_in_the_newer_protocol(odd: OddServer, mode: str) -> None:
    host = Host([accepted(name="Ada")])
    async with over_http(odd.url, host, mode=mode) as client:
        if mode == "legacy":
            assert text(await client.call_tool("greet_the_old_way", {})) == "hello Ada"
        else:
            with pytest.raises(MCPError, match="no back-channel"):
                await client.call_tool("greet_the_old_way", {})

    assert odd.runs == {"greet_the_old_way": 1}


@ERAS
async def test_two_questions_come_one_after_the_other(odd: OddServer, mode: str) -> None:
    host = Host([accepted(name="Ada"), accepted(name="Lovelace")])
    async with over_http(odd.url, host, mode=mode) as client:
        said = await client.call_tool("greet_in_full", {})

    assert [question.message for question in host.questions] == ["First name?", "Last name of Ada?"]
    assert text(said) == "hello Ada Lovelace"
    assert odd.runs == {"greet_in_full": 1}


@ERAS
async def test_the_model_and_the_roots_are_asked_for(odd: OddServer, mode: str) -> None:
    async with over_http(odd.url, mode=mode) as client:
        thought = await client.call_tool("think", {"prompt": "hello"})
        roots = await client.call_tool("look_around", {})

    assert text(thought) == "The model said: HELLO"
    assert json.loads(text(roots)) == ["file:///srv"]


@pytest.mark.parametrize("tool", ["greet", "think", "look_around", "visit"])
@ERAS
async def test_a_client_that_can_answer_nothing_is_asked_nothing(odd: OddServer, mode: str, tool: str) -> None:
    arguments = {"prompt": "hello"} if tool == "think" else {"by_error": False} if tool == "visit" else {}
    nobody = {"elicitation_callback": None, "sampling_callback": None, "list_roots_callback": None}
    async with over_http(odd.url, mode=mode, **nobody) as client:
        with pytest.raises(MCPError):
            await client.call_tool(tool, arguments)

    assert odd.runs == ({"visit": 1} if tool == "visit" else {})


async def test_a_link_is_asked_for_by_an_error_until_it_was_opened(odd: OddServer) -> None:
    async with over_http(odd.url, mode="legacy") as client:
        with pytest.raises(MCPError) as caught:
            await client.call_tool("visit", {"id": "one"})
        [link] = UrlElicitationRequiredError.from_error(caught.value.error).elicitations
        async with httpx2.AsyncClient() as browser:
            page = await browser.get(link.url)
        again = await client.call_tool("visit", {"id": "one"})

    assert caught.value.code == -32042
    assert (link.url, link.elicitation_id) == (f"{odd.url}/visit/one", "one")
    assert "Confirmed" in page.text
    assert text(again) == "The link was opened."


@ERAS
async def test_a_link_is_asked_for_in_the_way_of_the_protocol(odd: OddServer, mode: str) -> None:
    host = Host([accepted()])
    async with over_http(odd.url, host, mode=mode) as client:
        said = await client.call_tool("visit", {"id": "two", "by_error": False})

    [question] = host.questions
    assert isinstance(question, T.ElicitRequestURLParams)
    assert question.url == f"{odd.url}/visit/two"
    assert (question.elicitation_id is None) is (mode == "auto")
    assert text(said) == "The person answered: accept."


# ---- the list of tools ----------------------------------------------------------------------------------------------


async def names(client: Any) -> list[str]:
    return [tool.name for tool in (await client.list_tools(cache_mode="bypass")).tools]


async def heard(host: Host, kind: type) -> None:
    async with asyncio.timeout(60):
        while not any(isinstance(message, kind) for message in host.heard):  # noqa: ASYNC110  # another task hears
            await asyncio.sleep(0.01)


async def test_the_list_changes_and_older_clients_are_told(odd: OddServer) -> None:
    host, other = Host(), Host()
    async with over_http(odd.url, host, mode="legacy") as client, over_http(odd.url, other, mode="legacy"):
        assert client.server_capabilities.tools is not None
        assert client.server_capabilities.tools.list_changed
        await client.call_tool("change_tools", {"add": ["late"], "remove": ["who"], "redescribe": {"pid": "Changed."}})
        await heard(host, T.ToolListChangedNotification)
        await heard(other, T.ToolListChangedNotification)
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        said = await client.call_tool("late", {})

    assert "who" not in listed
    assert listed["pid"].description == "Changed."
    assert text(said) == "late is new here"
    assert odd.runs["late"] == 1


async def test_the_list_changes_and_newer_clients_that_listen_are_told(odd: OddServer) -> None:
    async with (
        over_http(odd.url) as client,
        client.listen(tools_list_changed=True) as changes,
        httpx2.AsyncClient() as http,
    ):
        await http.post(f"{odd.url}/_control/tools", json={"add": ["late"]})
        async with asyncio.timeout(60):
            change = await anext(aiter(changes))
        assert "late" in await names(client)

    assert type(change).__name__ == "ToolsListChanged"


@ERAS
async def test_the_list_changes_without_a_word(odd: OddServer, mode: str) -> None:
    host = Host()
    async with over_http(odd.url, host, mode=mode) as client, httpx2.AsyncClient() as http:
        before = await names(client)
        changed = await http.post(f"{odd.url}/_control/tools?announce=false", json={"remove": ["pid"]})
        await client.call_tool("change_tools", {"remove": ["who"], "announce": False})
        after = await names(client)
        await client.call_tool("count", {})  # whatever was sent before it has come

    assert changed.json() == {"changed": "0 added, 1 removed, 0 changed"}
    assert set(before) - set(after) == {"pid", "who"}
    assert not [message for message in host.heard if isinstance(message, T.ToolListChangedNotification)]


@ERAS
async def test_pages_and_pages_without_end(odd: OddServer, mode: str) -> None:
    async with over_http(odd.url, mode=mode) as client:
        all_names = await names(client)
        odd.bench.switches.page_size = 10
        paged, cursor = [], None
        while True:
            page = await client.list_tools(cursor=cursor)
            paged += [tool.name for tool in page.tools]
            cursor = page.next_cursor
            if cursor is None:
                break
        odd.bench.switches.endless_pages = True
        cursors = set()
        for _ in range(20):
            page = await client.list_tools(cursor=cursor)
            cursor = page.next_cursor
            cursors.add(cursor)

    assert paged == all_names
    assert None not in cursors
    assert len(cursors) == 20


@ERAS
async def test_a_tool_breaks_its_own_output_schema_after_it_ran(odd: OddServer, mode: str) -> None:
    async with over_http(odd.url, mode=mode) as client:
        with pytest.raises(RuntimeError, match="Invalid structured content"):
            await client.call_tool("liar", {})

    assert odd.runs == {"liar": 1}


async def test_a_schema_of_an_older_draft_is_listed_as_it_is() -> None:
    bench = a_bench(sets=["schemas"], switches=Switches(page_size=1))
    async with running(bench) as server, over_http(server.url) as client:
        [tool] = (await client.list_tools(cursor="1")).tools

    assert tool.name == "old_fashioned"
    assert tool.input_schema["$schema"] == "http://json-schema.org/draft-04/schema#"


async def test_a_tool_that_wants_to_be_a_task_says_so(odd: OddServer) -> None:
    async with over_http(odd.url, mode="legacy") as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        called = await client.call_tool("only_as_a_task", {})

    assert listed["only_as_a_task"].execution is not None
    assert listed["only_as_a_task"].execution.task_support == "required"
    assert called.is_error


# ---- children, SSE --------------------------------------------------------------------------------------------------


async def test_children_are_started_and_ended_with_the_server() -> None:
    async with running() as server, over_http(server.url) as client:
        pids = json.loads(text(await client.call_tool("spawn", {"count": 2, "stubborn": True})))
        children = [psutil.Process(pid) for pid in pids]
        children[0].send_signal(signal.SIGTERM)
        assert all(child.is_running() for child in children)

    assert not any(psutil.pid_exists(pid) for pid in pids)


@ERAS
async def test_the_older_transport_has_the_same_tools(odd: OddServer, mode: str) -> None:
    host = Host([accepted(name="Ada")])
    async with over_sse(odd.url, host, mode=mode) as client:
        assert text(await client.call_tool("greet", {})) == "hello Ada"
        assert "visit" in await names(client)
