"""mcp.json is read in the ecosystem's usual shape; a wrong server is left out and named."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import server_files, servers
from bot.catalog.access import Access
from bot.catalog.server_credentials import OAuthClient
from bot.catalog.servers import Server
from bot.catalog.tool_rules import ToolRule
from bot.catalog.toolset import Toolset
from tests.bot.catalog.conftest import Files

ENVIRONMENT = {"TOKEN": "s3cret-token", "EMPTY": ""}


def read(files: Files, **entries: Any) -> tuple[dict[str, Server], list[str]]:
    file = files.write("mcp.json", json.dumps({"mcpServers": entries}))
    found, problems = servers.load(file, ENVIRONMENT)
    return found, [f"{problem.field}: {problem.message}" for problem in problems]


def test_local_servers_have_a_command_and_remote_ones_an_address(files: Files) -> None:
    found, problems = read(
        files,
        time={"command": "mcp-server-time", "args": ["--x"], "env": {"A": "b"}, "cwd": "here", "trusted": True},
        issues={"type": "http", "url": "https://mcp.example/mcp", "headers": {"X": "y"}, "timeout": 2.5},
        plain={"url": "https://mcp.example/mcp", "protocol": "legacy", "roots": ["files", "/srv/more"]},
        old={
            "type": "sse",
            "url": "https://mcp.example/sse",
            "include": ["get_*"],
            "exclude": ["get_all"],
            "read_only": True,
            "reads": ["get_one"],
            "rules": [{"tools": ["get_*"], "users": ["U012AB"], "guests": True}],
            "internal": True,
        },
        stream={"type": "streamable-http", "url": "http://127.0.0.1:1/mcp"},
    )
    assert problems == []
    assert found["time"] == Server(
        name="time",
        transport="stdio",
        command="mcp-server-time",
        args=("--x",),
        env={"A": "b"},
        cwd=files.root / "here",
        trusted=True,
    )
    assert found["plain"].roots == (files.root.resolve() / "files", Path("/srv/more"))
    assert found["issues"].timeout == timedelta(seconds=2.5)
    assert found["issues"].headers == {"X": "y"}
    assert {name: server.transport for name, server in found.items()} == {
        "time": "stdio",
        "issues": "http",
        "plain": "http",
        "old": "sse",
        "stream": "http",
    }
    assert (found["old"].include, found["old"].exclude) == (("get_*",), ("get_all",))
    assert found["old"].toolset == Toolset(include=("get_*",), exclude=("get_all",), read_only=True)
    assert found["old"].reads == ("get_one",)
    access = Access(users=frozenset({"U012AB"}), guests=True)
    assert found["old"].rules == (ToolRule(tools=("get_*",), access=access),)
    assert (found["old"].internal, found["plain"].internal) == (("*",), ())
    assert found["plain"].protocol == "legacy"
    assert not found["plain"].trusted


def test_variables_are_filled_from_what_is_given(files: Files) -> None:
    found, problems = read(
        files,
        a={
            "command": "${BIN:-run}",
            "args": ["--as", "${WHO:-}", "${EMPTY:-full}", "${EMPTY}", "$TOKEN"],
            "env": {"T": "x-${TOKEN}"},
        },
        b={"url": "${URL:-https://mcp.example}/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}},
    )
    assert problems == []
    assert found["a"].command == "run"
    assert found["a"].args == ("--as", "", "full", "", "$TOKEN")
    assert found["a"].env == {"T": "x-s3cret-token"}
    assert found["b"].url == "https://mcp.example/mcp"
    assert found["b"].headers == {"Authorization": "Bearer s3cret-token"}


def test_a_missing_variable_leaves_its_server_out_and_is_named_with_it(files: Files) -> None:
    found, problems = read(files, a={"command": "x", "env": {"T": "${GITHUB_TOKEN}"}}, b={"command": "y"})
    assert set(found) == {"b"}
    [problem] = problems
    assert "GITHUB_TOKEN is not set" in problem
    assert '"a" is left out' in problem
    assert "${GITHUB_TOKEN:-default}" in problem


def test_secrets_stay_out_of_what_is_printed(files: Files) -> None:
    found, _ = read(
        files,
        a={"command": "x", "args": ["${TOKEN}"], "env": {"T": "${TOKEN}"}},
        b={"url": "https://x/${TOKEN}", "headers": {"T": "${TOKEN}"}},
    )
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    ("name", "entry", "sentence"),
    [
        ("a", {}, 'mcpServers.a: needs either "command" (a local server) or "url" (a remote one)'),
        ("a", {"command": "x", "url": "https://y"}, "has both command (a local server) and url (a remote one)"),
        ("a", {"command": "x", "headers": {}}, "has both command"),
        ("a", {"type": "stdio", "url": "https://y"}, 'type "stdio" needs command'),
        ("a", {"type": "sse", "command": "x"}, 'type "sse" needs url'),
        ("a", {"type": "htpp", "url": "https://y"}, 'did you mean "http"?'),
        ("a", {"url": "ftp://y"}, "mcpServers.a.url: must begin with https:// or http://"),
        ("a", {"command": "x", "timeout": 0}, "mcpServers.a.timeout: should be greater than 0, not 0"),
        ("a", {"command": "x", "trusted": "yes"}, "mcpServers.a.trusted: should be a valid boolean, not text"),
        ("a", {"command": "x", "protocol": "2025-11-25"}, 'protocol: "2025-11-25" is not one of auto, legacy'),
        ("a", {"comand": "x"}, 'does not know the field "comand"; did you mean "command"?'),
        (
            "a",
            {"command": "x", "env": {"KEY": 12345678}},
            "mcpServers.a.env.KEY: should be a valid string, not a number",
        ),
        ("a", "x", "mcpServers.a: should be"),
        ("a b", {"command": "x"}, "mcpServers.a b: a server's name has letters"),
        ("a__b", {"command": "x"}, "single _ only"),
    ],
)
def test_a_wrong_server_is_left_out_with_a_sentence(files: Files, name: str, entry: Any, sentence: str) -> None:
    found, problems = read(files, **{name: entry, "good": {"command": "y"}})
    assert set(found) == {"good"}
    assert any(sentence in problem for problem in problems), problems
    assert not any("12345678" in problem for problem in problems)


def test_problems_name_the_line(files: Files) -> None:
    file = files.write(
        "mcp.json",
        """
        {
          "mcpServers": {
            "good": {"command": "x"},
            "bad": {
              "command": "x",
              "timeout": -1
            }
          },
          "servers": {}
        }
        """,
    )
    problems = servers.load(file, {})[1]
    assert [(problem.line, problem.field) for problem in problems] == [(9, "servers"), (6, "mcpServers.bad.timeout")]


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ('{\n  "mcpServers": {,}\n}', 2, "this is not JSON"),
        ("[]", 1, "must be an object"),
        ('{"mcpServers": []}', 1, "must be an object of servers by name"),
    ],
)
def test_a_file_of_another_shape_says_so(files: Files, text: str, line: int, sentence: str) -> None:
    [problem] = servers.load(files.write("mcp.json", text), {})[1]
    assert problem.line == line
    assert sentence in problem.message


def test_no_file_means_no_servers(files: Files) -> None:
    assert servers.load(files.root / "mcp.json", {}) == ({}, [])


def test_several_files_are_one_list_and_of_two_servers_with_one_name_the_first_stays(files: Files) -> None:
    first = files.write("mcp.json", '{"mcpServers": {"time": {"command": "first"}}}')
    second = files.write("more.json", '{"mcpServers": {"time": {"command": "second"}, "git": {"command": "git"}}}')
    known, [problem] = server_files.load([first, second], {})
    assert {name: server.command for name, server in known.items()} == {"time": "first", "git": "git"}
    assert str(problem).startswith(f"{second}: mcpServers.time")


def test_an_entry_says_what_its_tools_need_who_decides_and_which_of_them_create_or_update(files: Files) -> None:
    found, problems = read(
        files,
        git={
            "command": "git-server",
            "approvals": {"get_*": "auto", "push": "ask", "wipe": "deny"},
            "approvers": ["others", "U0BOSS", "S0LEADS"],
            "upserts": {"save_*": "id"},
            "methods": {"label_*": "method"},
        },
    )
    assert problems == []
    assert found["git"].approvals == {"get_*": "auto", "push": "ask", "wipe": "deny"}
    assert found["git"].approvers == ("others", "U0BOSS", "S0LEADS")
    assert found["git"].upserts == {"save_*": "id"}
    assert found["git"].methods == {"label_*": "method"}


@pytest.mark.parametrize(
    ("entry", "field", "words"),
    [
        ({"approvals": {"push": "maybe"}}, "approvals.push", "ask"),
        ({"approvers": ["ada"]}, "approvers", '"ada" should be asker, others, or the id'),
        ({"approvers": []}, "approvers", "empty"),
        ({"upserts": {"save_*": ""}}, "upserts.save_*", ""),
        ({"upserts": {"*": "id"}, "methods": {"*": "how"}}, "methods", '"*" stands in upserts as well; keep one'),
    ],
)
def test_an_entry_that_says_it_wrongly_is_left_out(files: Files, entry: dict[str, Any], field: str, words: str) -> None:
    found, [problem] = read(files, git={"command": "git-server", **entry})
    assert found == {}
    assert field in problem
    assert words in problem


@pytest.mark.parametrize(
    ("entry", "field", "message"),
    [
        ({"url": "https://a.example", "oauth": {}}, "oauth", "needs a client_id"),
        ({"url": "https://a.example", "oauth": {"client_id": ""}}, "oauth.client_id", ""),
        ({"url": "https://a.example", "oauth": {"client_id": "x", "scope": "a"}}, "oauth.scope", "scopes"),
        ({"url": "https://a.example", "oauth": {"client_id": "x", "scopes": "a"}}, "oauth.scopes", ""),
        ({"url": "https://a.example", "oauth": {"scopes": []}}, "oauth", "needs a client_id"),
        ({"url": "https://a.example", "oauth": {"scopes": ["read write"]}}, "oauth", "a scope is one word"),
        (
            {"url": "https://a.example", "oauth": {"client_secret": "x", "scopes": ["read"]}},
            "oauth",
            "client_secret belongs to a client_id",
        ),
        (
            {"url": "https://a.example", "oauth": {"client_id": "x", "client_secret": "${NO}"}},
            "",
            "variable NO is not set",
        ),
        (
            {"url": "https://a.example", "oauth": {"client_id": "${NO:-}", "scopes": ["read"]}},
            "oauth.client_id",
            "is empty once its variables are filled in",
        ),
        (
            {"url": "https://a.example", "oauth": {"client_id": "${NO:- }", "client_secret": "x"}},
            "oauth.client_id",
            "is empty once its variables are filled in",
        ),
        (
            {"url": "https://a.example", "oauth": {"client_id": "x"}, "headers": {"authorization": "Bearer x"}},
            "oauth",
            "people sign in, and headers has an Authorization, with which nobody does; keep one",
        ),
        ({"url": "https://a.example", "channels": {"general": {"headers": {"A": "b"}}}}, "channels.general", ""),
        ({"url": "https://a.example", "channels": {"C012AB": {"headers": {}}}}, "channels.C012AB.headers", ""),
        ({"url": "https://a.example", "channels": {"C012AB": {"url": "x"}}}, "channels.C012AB", ""),
        ({"command": "x", "oauth": {"client_id": "x"}}, "", "has both command (a local server) and oauth"),
        (
            {"command": "x", "channels": {"C012AB": {"headers": {"A": "b"}}}},
            "",
            "has both command (a local server) and ch",
        ),
    ],
)
def test_a_mistake_in_sign_ins_and_channels_is_named_with_its_line(
    files: Files, entry: dict[str, Any], field: str, message: str
) -> None:
    file = files.write("mcp.json", json.dumps({"mcpServers": {"git": entry}}, indent=1))
    found, problems = servers.load(file, ENVIRONMENT)
    assert found == {}
    [problem] = problems[:1]
    assert problem.field.startswith(".".join(["mcpServers.git", field]).rstrip("."))
    assert message in problem.message
    assert problem.line is not None
    assert f"mcp.json:{problem.line}" in str(problem)
    line = file.read_text().splitlines()[problem.line - 1]
    assert any(f'"{part}"' in line for part in problem.field.split("."))


def test_sign_ins_and_channels_are_read_with_their_variables_and_shown_to_nobody(files: Files) -> None:
    found, problems = read(
        files,
        git={
            "url": "https://a.example",
            "oauth": {"client_id": "ours", "client_secret": "${TOKEN}", "scopes": ["repo"]},
            "channels": {"C012AB": {"headers": {"Authorization": "Bearer ${TOKEN}"}}},
        },
    )
    assert problems == []
    oauth = found["git"].oauth
    assert oauth is not None
    assert (oauth.client_id, oauth.client_secret, oauth.scopes) == ("ours", "s3cret-token", ("repo",))
    assert found["git"].channels == {"C012AB": {"Authorization": "Bearer s3cret-token"}}
    assert "s3cret-token" not in repr(found)


def test_scopes_may_be_chosen_where_nobody_registered_a_client(files: Files) -> None:
    found, problems = read(files, git={"url": "https://a.example", "oauth": {"scopes": ["read", "mcp:tools/list"]}})
    assert problems == []
    assert found["git"].oauth == OAuthClient(scopes=("read", "mcp:tools/list"))
    assert found["git"].own_client is None
