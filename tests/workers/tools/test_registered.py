"""The operator's functions: found in the modules that FUNCTIONS names; what is wrong with one is a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bot.catalog.policy import Policy
from bot.settings import Settings
from tests.workers.commands.checking import files_of, some_settings
from tests.world import AGENT, REPOSITORY
from workers.commands.checks import agents
from workers.commands.checks.finding import Status
from workers.tools import registered
from workers.tools.names import FOLLOW_UPS

OWN = ("hand_to_person", *FOLLOW_UPS, "read_more")
HEAD = "from workers.tools.functions import tool\n"
DICE = f"{HEAD}@tool()\ndef roll_dice(sides: int) -> int: ...\ndef helper() -> None: ...\n"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    return tmp_path


def names(functions: str | None) -> tuple[list[str], list[str]]:
    """The operator's functions, and what is said about the rest; the product's own come first."""
    found, problems = registered.load(some_settings(functions=functions))
    assert all(problem.field == "FUNCTIONS" for problem in problems)
    own, operators = list(found.specs)[: len(OWN)], list(found.specs)[len(OWN) :]
    assert tuple(own) == OWN
    return operators, [str(problem) for problem in problems]


def test_nothing_is_named_and_nothing_is_there() -> None:
    assert names(None) == ([], [])
    assert names(" , ") == ([], [])


def test_marked_functions_of_modules_and_files_are_tools(here: Path) -> None:
    (here / "dice_tools.py").write_text(DICE)
    (here / "own").mkdir()
    (here / "own" / "more.py").write_text(
        f"{HEAD}from dice_tools import roll_dice\n@tool()\nasync def flip(times: int = 1) -> str:\n    return 'heads'\n"
    )
    assert names("dice_tools, own/more.py,dice_tools") == (["roll_dice", "flip"], [])


@pytest.mark.parametrize(
    ("functions", "sentence"),
    [
        ("no_such_tools", 'no_such_tools: FUNCTIONS: there is no module "no_such_tools"'),
        ("nowhere.py", "nowhere.py: FUNCTIONS: there is no such file"),
        ("broken.py", "broken.py:2: FUNCTIONS: cannot be imported, it is not Python"),
        ("raises.py", "raises.py:1: FUNCTIONS: cannot be imported: SystemExit: 3"),
        ("plain.py", "plain.py: FUNCTIONS: has no function marked with @tool"),
        ("untyped.py", "untyped.py:2: FUNCTIONS: function tool 'add': parameter 'a' has no type"),
        ("odd.py", "odd.py:3: FUNCTIONS: read cannot be described to a model: Pydantic"),
        ("closed.py", "closed.py:2: FUNCTIONS: function tool 'pay': access.groups[0]: \"finance\" is no id of"),
        ("twin.py", "roll_dice is the name of a function of dice_tools as well; rename one"),
    ],
)
def test_a_wrong_module_is_a_sentence_and_the_others_stay(here: Path, functions: str, sentence: str) -> None:
    (here / "dice_tools.py").write_text(DICE)
    (here / "broken.py").write_text("a = 1\ndef (:\n")
    (here / "raises.py").write_text("raise SystemExit(3)\n")
    (here / "plain.py").write_text("def helper() -> None: ...\n")
    (here / "untyped.py").write_text(f"{HEAD}@tool()\ndef add(a): ...\n")
    (here / "odd.py").write_text(f"{HEAD}import io\n@tool()\ndef read(file: io.StringIO) -> str: ...\n")
    (here / "closed.py").write_text(f'{HEAD}@tool(access={{"groups": ["finance"]}})\ndef pay() -> None: ...\n')
    (here / "twin.py").write_text(DICE)
    found, [said] = names(f"dice_tools,{functions}")
    assert found == ["roll_dice"]
    assert sentence in said


async def test_the_doctor_tells_of_a_wrong_module_and_of_a_function_that_is_missing(here: Path) -> None:
    files = files_of(here, AGENT.replace("[time]", "[flip]"), {"time": {"command": "x"}})
    settings = some_settings(**files, functions="nowhere.py")
    findings = await agents.check(settings, agents.load(settings, {}))
    assert {finding.status for finding in findings} == {Status.FAILED}
    assert [finding.says.partition(": ")[2] for finding in findings] == [
        "FUNCTIONS: there is no such file; a path counts from the folder where the process starts.",
        'tools: "flip" is neither a server nor a function; allowed: cancel_follow_up, '
        "change_follow_up, hand_to_person, list_follow_ups, read_more, schedule_follow_up, time.",
    ]


def test_the_example_is_a_tool() -> None:
    settings: Settings = some_settings(functions=str(REPOSITORY / "examples" / "functions.py"))
    functions, problems = registered.load(settings)
    assert problems == []
    spec = functions.specs["days_until"]
    assert (spec.policy, spec.read_only, spec.parameters["required"]) == (Policy.AUTO, True, ["date"])
