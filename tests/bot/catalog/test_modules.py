"""The operator's own code: found by name or by path, and every way it can be wrong is a sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from mistralai.extra.utils.response_format import response_format_from_pydantic_model

from bot.catalog import agents
from bot.catalog.agents import Agent
from bot.catalog.modules import NotUsable, module_of
from tests.bot.catalog.conftest import Files
from tests.bot.catalog.test_agents import only

SHAPES = """\
from __future__ import annotations
from pydantic import BaseModel, Field

class Line(BaseModel):
    text: str = Field(min_length=1)
    extra: dict[str, int] = {}

class Ticket(BaseModel):
    title: str
    lines: list[Line]
    other: Line | None = None
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path])
    return tmp_path


def test_a_model_becomes_the_response_format_that_the_official_sdk_makes(files: Files, here: Path) -> None:
    (here / "ticket_shapes.py").write_text(SHAPES)
    for number, written in enumerate(("ticket_shapes:Ticket", "ticket_shapes.py:Ticket")):
        front = f"model: m\ncompletion_args: {{response_format: {{pydantic: '{written}'}}, temperature: 0}}"
        for spelled in (front, front.replace(f"{{pydantic: '{written}'}}", f"'{written}'")):
            agent = agents.read(files.agent(f"helper{number}", spelled))
            assert isinstance(agent, Agent), agent
            module = module_of(written.partition(":")[0])
            expected = response_format_from_pydantic_model(module.Ticket)
            assert agent.completion_args == {"response_format": expected, "temperature": 0}


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("shapes.py:Tickt", '"shapes.py" has no pydantic model "Tickt"; did you mean "Ticket"?'),
        ("shapes.py:BaseModel", "allowed: Line, Ticket"),
        ("nowhere.py:Ticket", "there is no such file"),
        ("no_such_package.shapes:Ticket", 'there is no module "no_such_package"'),
        ("json.nothing:Ticket", 'there is no module "json.nothing"'),
        ("broken.py:A", "cannot be imported, it is not Python"),
        ("raises.py:A", "cannot be imported: ValueError: no shelf"),
        ("exits.py:A", "cannot be imported: SystemExit: 3"),
        ("imports.py:A", "cannot be imported: ModuleNotFoundError: No module named 'no_such_library'"),
        ("odd.py:Odd", '"odd.py:Odd" has no JSON Schema'),
        ("Ticket", '"Ticket" is no path of a pydantic model, such as package.module:Class'),
    ],
)
def test_a_model_that_cannot_be_had_is_told_and_takes_nothing_down(
    files: Files, here: Path, written: str, sentence: str
) -> None:
    (here / "shapes.py").write_text(SHAPES)
    (here / "broken.py").write_text("class A(\n")
    (here / "raises.py").write_text("raise ValueError('no  shelf')\n")
    (here / "exits.py").write_text("raise SystemExit(3)\n")
    (here / "imports.py").write_text("import no_such_library\n")
    (here / "odd.py").write_text(
        "from collections.abc import Callable\nfrom pydantic import BaseModel\nclass Odd(BaseModel):\n"
        "    call: Callable[[int], int]\n"
    )
    files.agent("good")
    files.agent("helper", f"model: m\ncompletion_args:\n  response_format: {written}")
    found, problems = agents.load(files.agents)
    problem = only(problems)
    assert set(found) == {"good"}
    assert (problem.line, problem.field.removesuffix(".pydantic")) == (4, "completion_args.response_format")
    assert sentence in problem.message


def test_the_line_of_a_mistake_in_a_file_is_known(here: Path) -> None:
    (here / "broken.py").write_text("a = 1\nclass A(\n")
    (here / "raises.py").write_text("a = 1\ndef f():\n    raise ValueError\nf()\n")
    lines = []
    for name in ("broken.py", "raises.py"):
        with pytest.raises(NotUsable) as caught:
            module_of(name)
        lines.append(caught.value.line)
    assert lines == [2, 3]


def test_a_file_is_imported_once(here: Path) -> None:
    (here / "shapes.py").write_text(SHAPES)
    assert module_of("shapes.py") is module_of(str(here / "shapes.py"))
