"""The shape of the whole, checked: which way imports point, who reads the environment, that names at seams agree."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.threads import changes, keys, scripts, turns
from workers import main

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "workers", "playground", "benchmarks", "tests")
MODULES = sorted(
    path.relative_to(ROOT)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "node_modules" not in path.parts  # what npm installs for some tests is not ours
)
PRODUCT = [path for path in MODULES if path.parts[0] in ("bot", "workers", "playground")]
MCP = {"mcp", "mcp_types"}

# A room, what it never imports, and where all the same (None: nowhere).
ARROWS = [
    ("bot", {"workers", "playground", "tests", "benchmarks", *MCP}, None),
    ("workers", {"playground", "tests", "benchmarks"}, None),
    ("workers", MCP, "workers/tools"),
    ("playground", {"bot", "workers", "tests", "benchmarks"}, None),
    ("playground", MCP, "playground/services"),
]
# The entry points: they read the environment once and hand it on.
READ_THE_ENVIRONMENT = {
    "bot/start.py",
    "playground/__main__.py",
    "playground/services/odd/__main__.py",
    "workers/tools/keeper.py",  # an entry point too, which hands its environment on
}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


@dataclass(frozen=True)
class Facts:
    """What the tests ask of a module. `imports`: the top packages, also inside functions and for types alone;
    `stands_on`: the names, dotted, that it needs to be imported at all."""

    imports: frozenset[str]
    stands_on: frozenset[str]
    texts: frozenset[str]
    reads_the_environment: bool
    owns: bool


@cache
def facts(path: Path) -> Facts:
    """Parsed and walked once for all tests, and nothing of the trees is kept: they would slow every other test down."""
    text = (ROOT / path).read_text(encoding="utf-8")
    whole = ast.parse(text)
    imports: set[str] = set()
    texts: set[str] = set()
    reads = False
    for node in ast.walk(whole):
        match node:
            case ast.Import():
                imports.update(alias.name.split(".")[0] for alias in node.names)
            case ast.ImportFrom():
                assert node.level == 0, f"{path}: imports are absolute"
                imports.add((node.module or "").split(".")[0])
                reads |= node.module == "os" and bool(ENVIRONMENT & {alias.name for alias in node.names})
            case ast.Attribute():
                reads |= node.attr in ENVIRONMENT
            case ast.Constant(value=str(value)):
                texts.add(value)
    owns = not text.strip() or bool(ast.get_docstring(whole))
    return Facts(frozenset(imports), frozenset(_stands_on(whole)), frozenset(texts), reads, owns)


def _stands_on(whole: ast.Module) -> Iterator[str]:
    for node in whole.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize(("room", "never", "but_in"), ARROWS)
def test_imports_point_one_way(room: str, never: set[str], but_in: str | None) -> None:
    wrong = [
        f"{path} imports {', '.join(sorted(found))}"
        for path in MODULES
        if path.parts[0] == room
        and not (but_in and path.is_relative_to(but_in))
        and (found := never.intersection(facts(path).imports))
    ]
    assert wrong == []


def test_no_module_stands_on_itself_so_that_each_can_be_imported_first() -> None:
    """Which one is, differs: a worker, a command and a test begin elsewhere."""
    named = {".".join(path.with_suffix("").parts): path for path in PRODUCT}
    assert list(
        TopologicalSorter({name: facts(path).stands_on & named.keys() for name, path in named.items()}).static_order()
    )


def test_mcp_is_imported_at_its_edge_and_by_the_servers_it_speaks_with() -> None:
    importing = {path.parent for path in PRODUCT if MCP.intersection(facts(path).imports)}
    ours = {path for path in importing if not path.is_relative_to("playground/services")}
    assert ours == {Path("workers/tools"), Path("workers/tools/oauth")}


def test_nothing_that_is_delivered_imports_the_tests() -> None:
    assert [path for path in MODULES if path.parts[0] != "tests" and "tests" in facts(path).imports] == []


def test_only_entry_points_and_the_settings_read_the_environment() -> None:
    reading = {path.as_posix() for path in PRODUCT if facts(path).reads_the_environment}
    assert reading == READ_THE_ENVIRONMENT


def test_every_module_says_what_it_owns() -> None:
    silent = [str(path) for path in MODULES if not facts(path).owns]
    assert silent == []


# ---- names at the seams ---------------------------------------------------------------------------------------------


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, object]:
    monkeypatch.chdir(tmp_path)
    given = {"slack_bot_token": "xoxb-1", "slack_signing_secret": "s", "mistral_api_key": "k"}
    return main.options(Settings.model_validate(given))


def job_names(options: dict[str, object], kind: str) -> set[str]:
    listed = options[kind]
    assert isinstance(listed, list)
    return {job.name for job in listed}


def test_the_job_that_the_scripts_leave_is_the_one_a_worker_knows(options: dict[str, object]) -> None:
    written = set(re.findall(r"\bf = '(\w+)'", scripts.WAKE))
    assert written == job_names(options, "functions") == {"look"}
    assert job_names(options, "cron_jobs") == {"cron:sweep"}


def test_the_scripts_and_arq_watch_the_same_queue(options: dict[str, object]) -> None:
    assert options["queue_name"] == keys.QUEUE
    assert f"'{keys.QUEUE}'" in scripts.WAKE
    assert f"'{keys.WAKE}'" in scripts.WAKE


# ---- keys in Redis --------------------------------------------------------------------------------------------------

TYPE = re.compile(r"\b(string|stream|list|hash|zset|set)\b")
LIFE = re.compile(r"\b(lives|lifetimes?|durable)\b")


def builders() -> list[tuple[str, str]]:
    """Each function of the keys module with its docstring."""
    found = inspect.getmembers(keys, lambda one: inspect.isfunction(one) and one.__module__ == keys.__name__)
    return [(name, inspect.getdoc(function) or "") for name, function in found]


def test_every_builder_of_a_key_says_its_type_and_lifetime() -> None:
    assert builders()
    assert [name for name, said in builders() if not (TYPE.search(said) and LIFE.search(said))] == []


def test_every_fixed_key_says_its_type_and_is_durable_or_has_a_lifetime() -> None:
    lines = {}
    for line in inspect.getsource(keys).splitlines():
        if (found := re.match(r"([A-Z_]+) = f?\"[^\"]+\"\s*(?:#\s*(.*))?$", line)) and not found[1].endswith("PREFIX"):
            lines[found[1]] = found[2] or ""
    assert {"LEASES", "DEADLINES", "DEAD", "QUEUE", "WAKE"} <= lines.keys()
    assert [name for name, said in lines.items() if not TYPE.search(said)] == []
    assert [
        name for name, said in lines.items() if getattr(keys, name) not in keys.DURABLE and "lives" not in said
    ] == []


def test_no_other_module_spells_a_key() -> None:
    """Whoever needs a key asks the keys module: its prefix stands nowhere else in a string of the product."""
    spelling = {
        path.as_posix()
        for path in PRODUCT
        if path.parts[0] != "playground"
        and path != Path("bot/threads/keys.py")
        and any(re.match(rf"{keys.PREFIX}\w", text) for text in facts(path).texts)
    }
    assert spelling == set()


def test_every_write_of_a_turn_is_fenced_by_its_generation() -> None:
    for script in (turns._CLAIM, changes.WRITE, turns._GIVE_BACK):
        assert script.startswith(scripts.FENCE)
    for script in (turns._NOTE, turns._FINISH, turns._PARK):
        assert script.startswith(changes.WRITE)
