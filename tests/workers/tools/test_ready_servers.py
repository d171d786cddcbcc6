"""The servers and agents in `examples/`: every entry is read, and every agent is given tools that there are.

The names are those of the stand-ins, of the servers as they are (git, fetch, filesystem: version 2026.10 of each), and,
for Jira, of agent configurations that people published in 2026.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from mcp_types import Tool

from bot.approvals.doing import UNNAMED
from bot.catalog import agents, server_files, servers
from bot.catalog.agents import Agent
from bot.catalog.policy import Policy, policy_for
from bot.catalog.servers import Server
from playground.services.github.app import create as create_github
from playground.services.linear.app import create as create_linear
from tests.world import REPOSITORY
from workers.tools.choice import MANY, may_use, uses
from workers.tools.described import specs_of

EXAMPLES = REPOSITORY / "examples"
READY = EXAMPLES / "servers" / "mcp.json"
ARTICLE = EXAMPLES / "article" / "mcp.json"
VARIABLES = {"GITHUB_TOKEN": "a-token", "GIT_REPOSITORY": "/repository", "FILES_FOLDER": "/folder"}
AGENTS = [*sorted(EXAMPLES.glob("*/agents/*.md")), REPOSITORY / "agents" / "timekeeper.md"]
GITHUB_TOOLSETS = {"context", "repos", "issues", "pull_requests", "users"}  # those that the entry asks for
NAMES: dict[str, list[str]] = {
    "linear": sorted(create_linear().face.marks),
    "github": [name for name, mark in create_github().face.marks.items() if mark.toolsets & GITHUB_TOOLSETS],
    "git": [
        "git_status",
        "git_diff_unstaged",
        "git_diff_staged",
        "git_diff",
        "git_commit",
        "git_add",
        "git_reset",
        "git_log",
        "git_create_branch",
        "git_checkout",
        "git_show",
        "git_branch",
    ],
    "time": ["get_current_time", "convert_time"],
    "fetch": ["fetch"],
    "files": [
        "read_file",
        "read_text_file",
        "read_media_file",
        "read_multiple_files",
        "write_file",
        "edit_file",
        "create_directory",
        "list_directory",
        "list_directory_with_sizes",
        "directory_tree",
        "move_file",
        "search_files",
        "get_file_info",
        "list_allowed_directories",
    ],
    "jira": [
        "getAccessibleAtlassianResources",
        "atlassianUserInfo",
        "lookupJiraAccountId",
        "getVisibleJiraProjects",
        "getJiraProjectIssueTypesMetadata",
        "getJiraIssueTypeMetaWithFields",
        "searchJiraIssuesUsingJql",
        "getJiraIssue",
        "getTransitionsForJiraIssue",
        "getJiraIssueRemoteIssueLinks",
        "getIssueLinkTypes",
        "createJiraIssue",
        "editJiraIssue",
        "transitionJiraIssue",
        "addCommentToJiraIssue",
        "addWorklogToJiraIssue",
        "createIssueLink",
        "search",
        "fetch",
        "getConfluencePage",
        "getConfluenceSpaces",
        "getPagesInConfluenceSpace",
        "searchConfluenceUsingCql",
        "createConfluencePage",
        "updateConfluencePage",
    ],
    "weather": ["get_weather"],
    "semgrep": [
        "security_check",
        "semgrep_scan",
        "semgrep_scan_with_custom_rule",
        "get_abstract_syntax_tree",
        "semgrep_findings",
        "supported_languages",
        "semgrep_rule_schema",
    ],
}


def read(file: Path) -> dict[str, Server]:
    known, problems = servers.load(file, VARIABLES)
    assert problems == []
    return known


def everything() -> dict[str, Server]:
    return read(ARTICLE) | read(READY)


def an_agent(file: Path) -> Agent:
    agent = agents.read(file)
    assert isinstance(agent, Agent), agent
    return agent


def offered(agent: Agent, server: Server) -> list[str]:
    return [name for name in NAMES[server.name] if uses(agent, server, name, reads=any(matching(server.reads, [name])))]


def matching(patterns: tuple[str, ...], names: list[str]) -> list[str]:
    return [pattern for pattern in patterns if any(fnmatchcase(name, pattern) for name in names)]


def test_without_its_variable_a_server_is_left_out_alone_and_the_variable_is_named() -> None:
    known, problems = servers.load(READY, {})
    assert set(known) == {"linear", "jira", "time", "fetch"}
    assert all(any(variable in str(problem) for problem in problems) for variable in VARIABLES)


@pytest.mark.parametrize(
    ("file", "name"),
    [(READY, "linear"), (READY, "github"), (READY, "jira"), (READY, "time"), (READY, "git"), (READY, "fetch"),
     (READY, "files"), (ARTICLE, "weather"), (ARTICLE, "semgrep"), (ARTICLE, "linear")],
)  # fmt: skip
def test_every_pattern_of_an_entry_means_a_tool_that_there_is(file: Path, name: str) -> None:
    server = read(file)[name]
    for patterns in (server.include, server.exclude, server.reads, tuple(server.upserts), tuple(server.methods)):
        assert matching(patterns, NAMES[name]) == list(patterns)


def test_github_with_a_sign_in_of_ones_own_gives_the_same_tools() -> None:
    client = {"GITHUB_CLIENT_ID": "an-app", "GITHUB_CLIENT_SECRET": "hush"}
    known, problems = servers.load(READY.with_name("github-sign-in.json"), client)
    assert problems == []
    own, shared = known["github"], read(READY)["github"]
    assert own.oauth is not None
    assert own.takes_sign_in
    assert not shared.takes_sign_in
    assert (own.url, own.toolset, own.reads) == (shared.url, shared.toolset, shared.reads)
    assert (own.upserts, own.methods) == (shared.upserts, shared.methods)


@pytest.mark.parametrize(
    ("name", "tool", "argument"),
    [
        ("linear", "save_issue", "id"),
        ("linear", "save_comment", "id"),
        ("github", "create_or_update_file", "sha"),
    ],
)
def test_a_standing_yes_for_creating_is_none_for_updating(name: str, tool: str, argument: str) -> None:
    shape = {"type": "object", "properties": {argument: {"type": "string"}}}
    [spec] = specs_of(read(READY)[name], [Tool.model_validate({"name": tool, "inputSchema": shape})])
    assert (spec.does("{}"), spec.does(json.dumps({argument: "1"}))) == ("create", "update")


def test_a_standing_yes_for_a_method_at_github_is_none_for_another() -> None:
    shape = {"type": "object", "properties": {"method": {"type": "string"}}}
    tools = ["issue_write", "sub_issue_write", "pull_request_review_write", "label_write"]
    specs = specs_of(
        read(READY)["github"], [Tool.model_validate({"name": name, "inputSchema": shape}) for name in tools]
    )
    assert [spec.does('{"method": "delete"}') for spec in specs] == ["delete"] * 4
    assert [spec.does('{"issue_number": 1}') for spec in specs] == [UNNAMED] * 4


def test_the_ready_servers_may_stand_beside_the_one_that_comes_along() -> None:
    known, problems = server_files.load([REPOSITORY / "mcp.json", READY], VARIABLES)
    assert problems == []
    assert known == read(READY)


def test_there_is_an_agent_for_every_server() -> None:
    given = [an_agent(file) for file in AGENTS]
    assert all(any(may_use(agent, server) for agent in given) for server in everything().values())


def test_every_entry_is_looked_at() -> None:
    assert set(everything()) == set(NAMES)


@pytest.mark.parametrize("file", AGENTS, ids=lambda file: file.stem)
def test_an_agent_is_given_few_tools_and_each_line_of_its_approvals_means_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(REPOSITORY)  # its answers' form is named from there
    agent = an_agent(file)
    used = [server for server in everything().values() if may_use(agent, server)]
    names = [f"{server.name}__{tool}" for server in used for tool in offered(agent, server)]
    assert 0 < len(names) <= MANY
    assert matching(tuple(agent.approvals), names) == list(agent.approvals)


@pytest.mark.parametrize("file", AGENTS, ids=lambda file: file.stem)
def test_what_does_not_surely_read_is_asked_for(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(REPOSITORY)
    agent = an_agent(file)
    for server in everything().values():
        if server.name in ("weather", "semgrep", "time") or not may_use(agent, server):
            continue
        for tool in offered(agent, server):
            policy = policy_for(agent, f"{server.name}__{tool}", read_only_hint=False, server_trusted=server.trusted)
            assert policy is Policy.ASK or matching(server.reads, [tool]), (agent.name, tool)


def test_deleting_is_for_no_agent() -> None:
    given = [(an_agent(file), server) for file in sorted(READY.parent.rglob("*.md")) for server in read(READY).values()]
    assert not [tool for agent, server in given for tool in offered(agent, server) if "delete" in tool.lower()]
