"""README and docs/architecture.md are true: what they name exists, and what must be named is."""

from __future__ import annotations

import ast
import inspect
import json
import re
import subprocess
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
import typer.main
from pydantic_core import PydanticUndefined

from bot.catalog import agents, channels, servers
from bot.catalog.agent_form import AgentForm
from bot.catalog.agents import Agent
from bot.catalog.server_form import ServerForm
from bot.settings import Settings
from bot.threads import keys
from bot.threads.models import State
from playground.agents_api.switches import Switches
from playground.authorization.switches import Switches as AuthorizationSwitches
from workers import commands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
COVERAGE = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
DOCUMENTS = {"README.md": README, "docs/architecture.md": ARCHITECTURE, "docs/coverage.md": COVERAGE}

FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?<![\w./:-])((?:[\w-]+/)*[\w.-]*\w\.(?:py|md|toml|json|yaml|lock|txt|png|js))\b")
FOLDER = re.compile(r"(?<![\w./:-])((?:[a-z_]+/)+)(?![\w*<])")
# What an operator or the demo makes; a checkout has none of it.
MADE_LATER = {"channels.toml", ".env", ".demo/", ".demo/env"}


def quoted(text: str) -> str:
    """What stands between backticks and in fenced blocks: there, a name means a thing."""
    blocks = [body for _, body in FENCED.findall(text)]
    return "\n".join([*blocks, *QUOTED.findall(FENCED.sub("", text))])


def section(title: str) -> str:
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, f"the README has no section {title!r}"
    return found[1]


def blocks(language: str) -> list[str]:
    return [body for found, body in FENCED.findall(README) if found == language]


def rows(text: str) -> list[list[str]]:
    """The cells of each row of the tables in `text`."""
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]
        for line in text.splitlines()
        if line.startswith("|")
    ]


def checkout() -> list[str]:
    """The files of the repository: what git knows, or, where there is no git, what lies there."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        return listed.stdout.split("\n")
    return [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if ".venv" not in path.parts]


# ---- what they name exists ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_file_and_folder_that_is_named_exists(document: str) -> None:
    text, known = quoted(DOCUMENTS[document]), checkout()
    named = {*FILE.findall(text), *FOLDER.findall(text)} - MADE_LATER
    assert len(named) > 20
    ends = {f"/{path}" for path in known}
    missing = [
        name
        for name in named
        # A bare name stands for a file of the folder that its sentence speaks of.
        if not (ROOT / name).exists() and ("/" in name or not any(path.endswith(f"/{name}") for path in ends))
    ]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_within_the_repository_leads_somewhere(document: str) -> None:
    text = DOCUMENTS[document]
    targets = [target for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert targets
    headings = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", FENCED.sub("", text), re.MULTILINE)
    }
    for target in targets:
        file, _, anchor = target.partition("#")
        assert not file or ((ROOT / document).parent / file).exists(), target
        assert not anchor or file or anchor in headings, target


def command_tree() -> dict[str, click.Command]:
    """All `threadwind` commands by the words a person types."""
    found: dict[str, click.Command] = {}

    def walk(command: Any, words: str) -> None:
        if hasattr(command, "commands"):
            for name, child in command.commands.items():
                walk(child, f"{words} {name}")
        else:
            found[words] = command

    walk(typer.main.get_command(commands.app), "threadwind")
    return found


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_that_is_named_exists_with_its_options(document: str) -> None:
    known = command_tree()
    for line in re.findall(r"(?<!/)threadwind (?:[a-z-].*)", quoted(DOCUMENTS[document])):
        name = max((words for words in known if f"{line} ".startswith(f"{words} ")), key=len, default=None)
        assert name, line
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"--[a-z-]+", line)) <= options, line


def test_the_table_of_commands_holds_them_all_with_their_options() -> None:
    table = {row[0].strip("`"): row[1] for row in rows(section("Commands"))}
    for words, command in command_tree().items():
        entry = next((name for name in table if f"{name} ".startswith(f"{words} ")), None)
        assert entry, f"{words} is not in the README's table"
        options = {option for parameter in command.params for option in parameter.opts if option.startswith("--")}
        assert {option for option in options if option not in table[entry]} - {"--help"} == set(), words


def targets() -> set[str]:
    phony = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony
    return set(phony[1].split())


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_make_target_that_is_named_exists(document: str) -> None:
    assert set(re.findall(r"\bmake ([a-z]+)\b", quoted(DOCUMENTS[document]))) <= targets()


def test_the_two_commands_come_first_and_all_targets_are_listed() -> None:
    assert blocks("")[0].split("\n")[:2] == ["make demo", "make test"]
    assert README.index("docs/images/thread.png") < README.index("make demo")
    assert README.index("make demo\n") < README.index("threadwind manifest")
    assert {
        row[0].strip("`").removeprefix("make ") for row in rows(section("Commands")) if "make " in row[0]
    } == targets()


# ---- what must be named is named ------------------------------------------------------------------------------------


def shown(name: str) -> str:
    """A setting's default as the README shows it."""
    match Settings.model_fields[name].default:
        case None | "" | ():
            return "–"
        case bool() as yes:
            return f"`{str(yes).lower()}`"
        case timedelta() as length:
            return f"`{length.total_seconds():.0f}`"
        case tuple() as several:
            return f"`{','.join(map(str, several))}`"
        case value if value is PydanticUndefined:
            return "required"
        case value:
            return f"`{value}`"


def settings() -> list[list[str]]:
    return [row for row in rows(section("Settings")) if row[0].startswith("`")]


def test_the_readme_lists_every_setting_once_with_its_default() -> None:
    assert [(row[0].strip("`"), row[1]) for row in settings()] == [
        (name.upper(), shown(name)) for name in Settings.model_fields
    ]


def test_every_duration_has_its_unit() -> None:
    durations = {name.upper() for name, field in Settings.model_fields.items() if isinstance(field.default, timedelta)}
    assert {row[0].strip("`") for row in settings() if row[2] == "seconds"} == durations


def test_every_setting_that_is_named_exists() -> None:
    """In capitals, with an underscore, and no variable of the demo or of an example."""
    others = {"MODEL_URL", "MODEL_NAME", "MODEL_KEY", "TICKETS_TOKEN", "GITHUB_TOKEN", "GIT_REPOSITORY", "FILES_FOLDER"}
    others |= {"GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"}
    named = set(re.findall(r"(?<![\w$])([A-Z]+_[A-Z_]+)(?![\w])", quoted(README + ARCHITECTURE)))
    known = {name.upper() for name in Settings.model_fields}
    assert {name for name in named if not name.startswith("DEMO_")} - others <= known


def test_the_examples_of_agent_servers_and_channels_are_read_as_they_stand(tmp_path: Path) -> None:
    (tmp_path / "tickets.md").write_text(blocks("markdown")[0], encoding="utf-8")
    (tmp_path / "mcp.json").write_text(blocks("json")[0], encoding="utf-8")
    (tmp_path / "channels.toml").write_text(blocks("toml")[0], encoding="utf-8")
    agent = agents.read(tmp_path / "tickets.md")
    assert isinstance(agent, Agent)
    known, problems = servers.load(tmp_path / "mcp.json", {"TICKETS_TOKEN": "a"})
    assert problems == []
    assert set(known) == {"time", "tickets"}
    channel, problems = channels.load(tmp_path / "channels.toml")
    assert problems == []
    assert len(channel) == 1
    json.loads(blocks("json")[0])
    tomllib.loads(blocks("toml")[0])


def test_the_fields_of_agents_and_servers_are_explained() -> None:
    files = section("Agents, tools and channels are files")
    explained = {name for row in rows(files) for name in re.findall(r"`(\w+)`", row[0])}
    assert {*AgentForm.model_fields, *ServerForm.model_fields} <= explained
    assert set(channels.ChannelForm.model_fields) <= set(tomllib.loads(blocks("toml")[0])["C0123456789"])


def test_the_states_are_drawn_in_both_documents() -> None:
    for state in State:
        assert re.search(rf"\b{state.value}\b", section("The states of a thread")), state
        assert state.value in ARCHITECTURE


def test_the_architecture_names_every_folder_of_code() -> None:
    known = checkout()
    folders = {
        f"{Path(path).parent.as_posix()}/" for path in known if re.match(r"(bot|workers|playground)/.*\.py$", path)
    }
    assert {folder for folder in folders if f"`{folder}`" not in ARCHITECTURE} == set()


def test_the_architecture_names_every_module_of_both_processes_that_stands_alone() -> None:
    alone = [path for path in checkout() if re.fullmatch(r"(bot|workers)/[a-z]\w*\.py", path)]
    assert [path for path in alone if f"`{path}`" not in ARCHITECTURE] == []


def test_the_architecture_explains_every_key() -> None:
    table = "\n".join(row[0] for row in rows(ARCHITECTURE))
    fixed = [keys.LEASES, keys.DEADLINES, keys.DEAD, keys.TAKEN_OVER_AT, keys.QUEUE, keys.WAKE]
    built = [name for name, _ in inspect.getmembers(keys, inspect.isfunction)]
    words = {
        "mailbox": "mail",
        "sign_in": "sign-in",
        "follow_up": "follow-up",
        "follow_ups_by": "follow-ups:by",
        "follow_ups_in": "follow-ups:in",
        "follow_up_runs": "follow-ups:runs",
        "hook_rate": "hook-rate",
    }
    prefixes = [f"{keys.PREFIX}{words.get(name, name)}:" for name in built]
    missing = [key for key in (*fixed, *prefixes, keys.JOB_PREFIX, keys.IN_PROGRESS_PREFIX) if f"`{key}" not in table]
    assert missing == []


def test_the_architecture_explains_every_field_of_thread_and_journal() -> None:
    """Each name that the code gives to a field, where it calls the journal's `set` and `set_thread`."""
    explained = {name for row in rows(ARCHITECTURE) for name in re.findall(r"`(\w+)[:`]", row[0])}
    calls = [
        node
        for path in (ROOT / "workers").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("set", "set_thread")
    ]
    written = {keyword.arg for call in calls for keyword in call.keywords if keyword.arg}
    assert {"conversation_id", "read_to", "said", "calls"} <= written
    assert written - explained == set()


def test_the_switches_of_the_stand_ins_are_explained() -> None:
    table = {name for row in rows(ARCHITECTURE) for name in re.findall(r"`(\w+)`", row[0])}
    assert set(Switches.model_fields) - {"brain"} <= table  # the brain has a sentence of its own
    assert set(AuthorizationSwitches.model_fields) <= table


def test_the_documents_name_no_machine_and_promise_no_more_than_the_proofs() -> None:
    for text in DOCUMENTS.values():
        assert not re.search(r"/(?:work|home|root|Users|tmp)/", text)
    for path in re.findall(r"`(tests/proof/test_\w+\.py)`", section("What is promised, and how it is proved")):
        assert "@pytest.mark.proof" in (ROOT / path).read_text(encoding="utf-8"), path
