"""The small rules of tools, bare: who may use what, when a server rests, what a model reads of a result."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from mcp import MCPError
from mcp_types import Tool, ToolAnnotations

from bot.approvals.doing import UNNAMED, Chooses
from bot.catalog.policy import Policy
from bot.catalog.servers import Server
from bot.catalog.toolset import Toolset
from tests.workers.tools.conftest import an_agent
from workers.tools.answers import translated
from workers.tools.breaker import Breaker
from workers.tools.choice import may_use, uses, uses_function
from workers.tools.content import NOTHING, read
from workers.tools.described import specs_of
from workers.tools.errors import root_cause
from workers.tools.names import FOLLOW_UPS
from workers.tools.results import cleaned, cut
from workers.tools.soft_http import Heard
from workers.tools.specs import ToolSpec


@pytest.mark.parametrize(
    ("pattern", "asked", "offered"),
    [
        ("git", True, True),
        ("git__log", True, True),
        ("git__l*", True, True),
        ("*", True, True),
        ("g*", True, True),
        ("*__log", True, True),
        ("git__diff", True, False),
        ("github", False, False),
        ("github__*", False, False),
        ("log", False, False),
    ],
)
def test_a_pattern_decides_which_servers_are_asked_and_which_tools_offered(
    pattern: str, asked: bool, offered: bool
) -> None:
    server = Server(name="git", transport="stdio", command="git")

    assert may_use(an_agent(pattern), server) is asked
    assert uses(an_agent(pattern), server, "log") is offered


def test_a_servers_own_lists_are_stronger_than_an_agents() -> None:
    server = Server(name="git", transport="stdio", command="git", include=("l*", "diff"), exclude=("*_all",))

    chosen = [tool for tool in ("log", "diff", "list_all", "push") if uses(an_agent("git"), server, tool)]

    assert chosen == ["log", "diff"]


@pytest.mark.parametrize(
    ("toolset", "left"),
    [
        (Toolset(), ["get", "list", "list_all", "push"]),
        (Toolset(include=("list*",)), ["list", "list_all"]),
        (Toolset(exclude=("*_all",)), ["get", "list", "push"]),
        (Toolset(include=("list*", "push"), exclude=("*_all",)), ["list", "push"]),
        (Toolset(read_only=True), ["get", "list", "list_all"]),
        (Toolset(read_only=True, include=("push", "get")), ["get"]),
    ],
)
def test_a_toolset_of_the_server_and_one_of_the_agent_leave_the_same(toolset: Toolset, left: list[str]) -> None:
    names = ("get", "list", "list_all", "push")
    plain = Server(name="git", transport="stdio", command="git")
    by_server = replace(plain, include=toolset.include, exclude=toolset.exclude, read_only=toolset.read_only)
    by_agent = replace(an_agent("git"), toolsets={"git": toolset})

    assert [tool for tool in names if uses(an_agent("git"), by_server, tool, reads=tool != "push")] == left
    assert [tool for tool in names if uses(by_agent, plain, tool, reads=tool != "push")] == left


@pytest.mark.parametrize(
    ("trusted", "hint", "reads", "is_left"),
    [
        (True, True, (), True),
        (False, True, (), False),
        (True, False, (), False),
        (False, False, ("l*",), True),
        (False, False, ("push",), False),
    ],
)
def test_only_a_trusted_server_or_the_operator_says_that_a_tool_reads(
    trusted: bool, hint: bool, reads: tuple[str, ...], is_left: bool
) -> None:
    server = Server(name="git", transport="stdio", command="git", trusted=trusted, reads=reads, read_only=True)
    tool = Tool(name="log", input_schema={"type": "object"}, annotations=ToolAnnotations(read_only_hint=hint))
    [spec] = specs_of(server, [tool])

    assert uses(an_agent("git"), server, spec.tool, reads=spec.reads) is is_left


def test_an_agent_is_given_functions_by_name_or_pattern() -> None:
    assert uses_function(an_agent("remember"), "remember")
    assert uses_function(an_agent("re*"), "remember")
    assert not uses_function(an_agent("git"), "remember")


@pytest.mark.parametrize(("said", "offered"), [(None, ()), (False, ()), (True, FOLLOW_UPS)])
def test_follow_ups_are_made_by_agents_whose_file_says_so_and_by_no_pattern(
    said: bool | None, offered: tuple[str, ...]
) -> None:
    agent = replace(an_agent("*", "schedule_follow_up"), follow_ups=said)
    assert tuple(name for name in FOLLOW_UPS if uses_function(agent, name)) == offered


def test_the_agents_file_is_stronger_than_a_functions_own_policy() -> None:
    spec = ToolSpec(
        name="wipe", description="", parameters={}, server=None, tool="wipe", title="Wipe", policy=Policy.DENY
    )

    assert spec.policy_of(an_agent("wipe")) is Policy.DENY
    assert spec.policy_of(an_agent("wipe", approvals={"w*": Policy.ASK})) is Policy.ASK


@pytest.mark.parametrize("tool", ["wipe_" + "x" * 80, "wipe.all"])
def test_a_tool_whose_name_was_changed_for_models_is_denied_by_its_own_name(tool: str) -> None:
    server = Server(name="git", transport="stdio", command="git")
    [spec] = specs_of(server, [Tool(name=tool, input_schema={"type": "object"})])

    def policy(**approvals: Policy) -> Policy:
        return spec.policy_of(an_agent("git", approvals=approvals))

    assert spec.name != f"git__{tool}"
    assert policy(**{f"git__{tool}": Policy.DENY}) is Policy.DENY
    assert policy(**{f"git__{tool}": Policy.DENY, "git__*": Policy.AUTO}) is Policy.DENY
    assert policy(**{f"git__{tool}": Policy.AUTO, spec.name: Policy.DENY}) is Policy.DENY
    assert policy(**{f"git__{tool}": Policy.AUTO}) is Policy.AUTO


@pytest.mark.parametrize(
    ("arguments", "does"),
    [('{"title": "x"}', "create"), ('{"id": null}', "create"), ('{"id": ""}', "create"), ('{"id": 0}', "update"),
     ('{"id": "A-1"}', "update"), ("", "create"), ("no json", "update"), ("[]", "update")],
)  # fmt: skip
def test_a_tool_that_creates_or_updates_by_argument_says_which(arguments: str, does: str) -> None:
    assert an_upsert().does(arguments) == does
    assert replace(an_upsert(), chooses=None).does(arguments) == ""


@pytest.mark.parametrize(
    ("arguments", "does"),
    [('{"method": "create"}', "create"), ('{"method": "delete_pending"}', "delete_pending"),
     ('{"method": "DELETE"}', "DELETE"), ('{"name": "bug"}', UNNAMED), ('{"method": ["delete"]}', UNNAMED),
     ('{"method": "delete all\\n"}', UNNAMED), ('{"method": ""}', UNNAMED), ("no json", UNNAMED), ("[]", UNNAMED)],
)  # fmt: skip
def test_a_tool_whose_method_is_an_argument_says_which(arguments: str, does: str) -> None:
    assert replace(an_upsert(), chooses=Chooses("method", by_value=True)).does(arguments) == does


def test_the_most_specific_pattern_says_how_a_tool_chooses() -> None:
    server = Server(
        name="git",
        transport="stdio",
        command="git",
        upserts={"save_*": "id"},
        methods={"*": "method", "save_all": "how"},
    )
    shape = {"type": "object"}
    specs = specs_of(server, [Tool(name=name, input_schema=shape) for name in ("save_one", "save_all", "write")])
    assert [spec.chooses for spec in specs] == [
        Chooses("id"),
        Chooses("how", by_value=True),
        Chooses("method", by_value=True),
    ]


def test_a_definition_differs_when_anything_does_that_a_person_or_a_model_is_told() -> None:
    said = {"name": "save", "title": "Save", "description": "Saves it.", "inputSchema": {"type": "object"}}
    others: list[dict[str, Any]] = [
        {"description": "Saves it somewhere else."},
        {"inputSchema": {"type": "object", "properties": {}}},
        {"title": "Store"},
        {"annotations": {"readOnlyHint": True}},
        {"name": "save2"},
    ]
    tools = [Tool.model_validate({**said, **other}) for other in ({}, *others)]
    server = Server(name="notes", transport="http", url="http://notes.example")
    definitions = {spec.definition for tool in tools for spec in specs_of(server, [tool])}
    assert len(definitions) == len(tools)
    assert {spec.definition for spec in specs_of(replace(server, trusted=True), tools[:1])} < definitions


def test_a_yes_for_a_tool_does_not_count_where_the_servers_name_leads_elsewhere() -> None:
    tool = Tool(name="save", input_schema={"type": "object"})
    here = Server(name="notes", transport="http", url="https://notes.example/mcp")
    [spec], [elsewhere] = specs_of(here, [tool]), specs_of(replace(here, url="https://other.example/mcp"), [tool])
    assert spec.definition != elsewhere.definition


def an_upsert() -> ToolSpec:
    return ToolSpec(
        name="save", description="Saves.", parameters={}, server="s", tool="save", title="Save", chooses=Chooses("id")
    )


def test_a_failing_server_rests_longer_each_time_and_a_success_ends_it() -> None:
    breaker = Breaker()
    rests = []
    for _ in range(9):
        breaker.failed(100.0)
        rests.append(breaker.rest_left(100.0))

    assert rests == [0, 0, 2, 4, 8, 16, 32, 60, 60]
    assert breaker.rest_left(161.0) == 0
    breaker.worked()
    breaker.failed(200.0)
    assert breaker.rest_left(200.0) == 0


def a_block(kind: str, **fields: Any) -> SimpleNamespace:
    return SimpleNamespace(type=kind, **fields)


PNG = b64encode(bytes.fromhex("89504e470d0a1a0a") + bytes(3000)).decode()
DAMAGED = "[audio: audio/wav; it came damaged and cannot be shown]"
SEEN = "the people in the thread see it as the file"

TEXT = a_block("text", text="hello")
PICTURE = a_block("image", mime_type="image/png", data=PNG)
NOTE = a_block("resource", resource=SimpleNamespace(uri="file:///n", mime_type="text/plain", text="a note"))
BLOB = a_block("resource", resource=SimpleNamespace(uri="file:///b", mime_type=None, blob="A" * 8000))
LINK = a_block("resource_link", name="Report", uri="https://example.com/r", mime_type="text/html")


@pytest.mark.parametrize(
    ("content", "structured", "text"),
    [
        ([TEXT], None, "hello"),
        ([TEXT], {"a": 1}, "hello"),
        ([], {"a": "é"}, '{"a": "é"}'),
        ([PICTURE], {"a": 1}, f'{{"a": 1}}\n[image: image/png, about 3 kB; {SEEN} "draw.png"; you do not]'),
        (
            [PICTURE, PICTURE],
            None,
            f'[image: image/png, about 3 kB; {SEEN} "draw.png"; you do not]\n'
            f'[image: image/png, about 3 kB; {SEEN} "draw-2.png"; you do not]',
        ),
        ([a_block("audio", mime_type="audio/wav", data="no")], None, DAMAGED),
        ([TEXT, NOTE], None, "hello\na note"),
        ([BLOB], None, f'[file file:///b: unknown type, about 6 kB; {SEEN} "b.bin"; you do not]'),
        ([LINK], None, "[link: Report, https://example.com/r, text/html]"),
        ([a_block("hologram")], None, "[content of type hologram, which cannot be shown]"),
        ([], None, NOTHING),
        ([a_block("text", text="a\x1b[31m\x00b\n\tc")], None, "a[31mb\n\tc"),
    ],
)
def test_a_model_reads_text_and_of_the_rest_a_line(content: list[Any], structured: Any, text: str) -> None:
    assert cleaned(read(content, structured, tool="draw").text) == text


def test_too_many_files_of_one_answer_are_left_out_and_said() -> None:
    found = read([PICTURE] * 12, None, tool="draw")

    assert len(found.files) == 10
    assert found.text.count("it is not shown") == 2


def test_only_what_is_too_long_is_cut() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3).startswith("abc\n[Cut here: the answer has 4 characters, only the first 3 are shown.")


NO_REST = "SSE stream ended and reconnection attempts were exhausted"
AFTERWARDS = Heard(status=200, accepted=True, later_refused=True)


@pytest.mark.parametrize(
    ("code", "words", "heard", "kind", "ran"),
    [
        (-32000, "Connection closed", Heard(), "Unheard", "unknown"),
        (-32000, "SSE stream ended without a response", Heard(status=200), "Unheard", "unknown"),
        (-32000, NO_REST, Heard(failure="ConnectError", sent=False), "Unheard", "unknown"),
        (-32000, NO_REST, Heard(status=404, session_lost=True), "Unheard", "unknown"),
        (-32000, "No valid session ID", Heard(status=400), "NotSent", "no"),
        (-32603, "Server returned an error response", AFTERWARDS, "Unheard", "unknown"),
        (-32603, "network: ConnectError", AFTERWARDS, "Unheard", "unknown"),
        (-32600, "Session terminated", AFTERWARDS, "Unheard", "unknown"),
        (-32601, "Not Found", AFTERWARDS, "Unheard", "unknown"),
        (-32602, "no such form", AFTERWARDS, "Rejected", "yes"),
        (-32001, "Request 'tools/call' timed out", Heard(), "Unheard", "unknown"),
        (-32001, "Session not found", Heard(status=404), "NotSent", "no"),
        (-32600, "Session terminated", Heard(status=404), "NotSent", "no"),
        (-32603, "Bad request", Heard(status=400, session_lost=True), "NotSent", "no"),
        (-32603, "Bad request: no such issue", Heard(status=400), "Rejected", "yes"),
        (-32603, "the browser's session expired", Heard(status=200), "Rejected", "yes"),
        (-32603, "network: ConnectError", Heard(failure="ConnectError", sent=False), "NotSent", "no"),
        (-32603, "network: ReadError", Heard(failure="ReadError"), "Unheard", "unknown"),
        (-32603, "Server returned an error response", Heard(status=401), "Rejected", "no"),
        (-32603, "Server returned an error response", Heard(status=503), "Unheard", "unknown"),
        (-32603, "the database is on fire", Heard(status=200), "Rejected", "yes"),
        (-32602, "bad arguments", Heard(), "Rejected", "yes"),
        (-32601, "no such method", Heard(), "Rejected", "no"),
        (-32700, "Failed to parse", Heard(status=200), "Rejected", "yes"),
        (-32042, "sign in first", Heard(), "Rejected", "no"),
        (-31999, "something new", Heard(), "Rejected", "yes"),
    ],
)
def test_every_error_says_whether_the_tool_may_have_run(
    code: int, words: str, heard: Heard, kind: str, ran: str
) -> None:
    error = translated(MCPError(code, words), heard, server="s", what='"t"', timeout_seconds=5)

    assert (type(error).__name__, error.ran) == (kind, ran)
    assert str(error).startswith(('The tool server "s"', "The network failed"))


def test_an_error_is_found_within_nested_groups() -> None:
    cause = ValueError("the reason")
    assert root_cause(ExceptionGroup("a", [ExceptionGroup("b", [cause])])) is cause
