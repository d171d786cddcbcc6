"""An agent is a file; a mistake in it is named by file, line and field, and takes no other agent down."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.catalog import agents
from bot.catalog.agents import Agent, Prompt
from bot.catalog.policy import Policy
from bot.catalog.problem import Problem
from tests.bot.catalog.conftest import Files


def only(problems: list[Problem]) -> Problem:
    [problem] = problems
    return problem


def test_a_file_becomes_an_agent(files: Files) -> None:
    file = files.agent(
        "oracle",
        """
        description: Knows.
        model: mistral-medium-latest
        display_name: The Oracle
        tools: [time, "github__get_*", roll_dice, time]
        approvals: {"github__*": deny, github__get_issue: auto}
        completion_args: {temperature: 1, max_tokens: 300, stop: [END], response_format: {type: json_object}}
        prompts:
          - {title: Ask, message: "What will be?"}
        """,
        "\nSpeak in riddles.\n\n---\nBut kindly.\n",
    )
    found, problems = agents.load(files.agents)
    assert problems == []
    assert found == {
        "oracle": Agent(
            name="oracle",
            description="Knows.",
            model="mistral-medium-latest",
            instructions="Speak in riddles.\n\n---\nBut kindly.",
            source=file,
            tools=("time", "github__get_*", "roll_dice"),
            approvals={"github__*": Policy.DENY, "github__get_issue": Policy.AUTO},
            completion_args={
                "temperature": 1.0,
                "max_tokens": 300,
                "stop": ["END"],
                "response_format": {"type": "json_object"},
            },
            display_name="The Oracle",
            prompts=(Prompt("Ask", "What will be?"),),
        )
    }


def test_an_agent_needs_only_a_model_and_instructions(files: Files) -> None:
    files.agent("night-owl")
    agent = agents.load(files.agents)[0]["night-owl"]
    assert (agent.display_name, agent.tools, agent.completion_args) == ("Night owl", (), {})


def test_names_are_unique_over_all_folders_and_the_first_file_stays(files: Files) -> None:
    first = files.agent("a/helper")
    second = files.agent("b/other", "name: helper\nmodel: m")
    found, problems = agents.load(files.agents)
    assert found["helper"].source == first
    assert only(problems).file == second
    assert str(first) in only(problems).message


def test_several_folders_are_one_directory_of_agents(files: Files) -> None:
    first = files.agent("helper")
    (files.root / "beside").mkdir()
    beside = files.write("beside/owl.md", first.read_text())
    twin = files.write("beside/helper.md", first.read_text())
    folders = f" {files.agents}, {beside.parent},"
    found, problems = agents.load(*files.settings(agents_dir=folders).agents_dir)
    assert (set(found), found["helper"].source) == ({"helper", "owl"}, first)
    assert only(problems).file == twin


def test_a_wrong_file_never_takes_the_others_down(files: Files) -> None:
    files.agent("good")
    files.agent("bad", "model: [")
    found, problems = agents.load(files.agents)
    assert set(found) == {"good"}
    assert [problem.file.name for problem in problems] == ["bad.md"]


@pytest.mark.parametrize(
    ("front", "line", "field", "sentence"),
    [
        ("modle: m\nmodel: n", 2, "modle", 'did you mean "model"?'),
        ("description: x", 2, "model", "is missing; write for example: model: mistral-medium-latest"),
        ("model:", 2, "model", "should be a valid string, not empty"),
        ("model: m\ntools: time", 3, "tools", "should be a valid list, not text"),
        ("model: m\ntools:\n  - time\n  - 'a b'", 5, "tools[1]", '"a b" is no name of a tool'),
        ("model: m\napprovals:\n  'time__*': atuo", 4, "approvals.time__*", 'did you mean "auto"?'),
        (
            "model: m\napprovals:\n  'time__*': off",
            4,
            "approvals.time__*",
            "should be 'auto', 'ask' or 'deny', not false",
        ),
        ("model: m\ncompletion_args:\n  temperature: 1.5", 4, "completion_args.temperature", "less than or equal to 1"),
        ("model: m\ncompletion_args:\n  temperature: warm", 4, "completion_args.temperature", "number, not text"),
        ("model: m\ncompletion_args:\n  max_tokens: -1", 4, "completion_args.max_tokens", "not -1"),
        ("model: m\ncompletion_args:\n  max_token: 9", 4, "completion_args.max_token", 'did you mean "max_tokens"?'),
        ("model: m\ncompletion_args:\n  stop: 3", 4, "completion_args.stop", "string, not a number, or"),
        (
            "model: m\ncompletion_args: {tool_choice: always}",
            3,
            "completion_args.tool_choice",
            "auto, none, any, required",
        ),
        ('model: m\nicon_emoji: ":thread:"', 3, "icon_emoji", 'this version does not know the field "icon_emoji"'),
        ("model: m\ntemperature: 0.3", 3, "temperature", 'belongs below "completion_args"'),
        ("model: m\nusers: [U0ADA]", 3, "users", 'belongs below "access"'),
        ("model: m\nname: Big Name", 3, "name", "small letters"),
        ("model: m\nprompts:\n  - title: a", 4, "prompts[0].message", "is missing"),
        (
            "model: m\nprompts:\n  - {title: a, mesage: b, message: c}",
            4,
            "prompts[0].mesage",
            'did you mean "message"?',
        ),
        ("model: m\nmodel: n", 3, "model", "is given twice, first in line 2"),
        ("model: m\n3: n", 3, "3", "a field's name must be text"),
        ("model: m\n  b: c", 3, "", "this is not YAML"),
        ("model: m\nicon: :thread:", 3, "", 'put quotes around a text that holds a colon, as in icon: ":thread:"'),
        ("- model", 2, "", "must be a mapping"),
        ("model: &m [*m]", 2, "model", "should be a valid string, not a list"),
    ],
)
def test_a_mistake_is_named_by_line_field_and_what_to_write(
    files: Files, front: str, line: int, field: str, sentence: str
) -> None:
    file = files.agent("helper", front)
    found, problems = agents.load(files.agents)
    problem = only(problems)
    assert found == {}
    assert (problem.file, problem.line, problem.field) == (file, line, field)
    assert sentence in problem.message
    assert str(problem).startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(
    ("text", "line", "sentence"),
    [
        ("Be kind.", 1, 'must begin with a line "---"'),
        ("", 1, 'must begin with a line "---"'),
        ("---\nmodel: m\nBe kind.", 1, "never closed"),
        ("---\nmodel: m\n---\n\n  \n", 3, "the instructions are missing"),
    ],
)
def test_a_file_without_its_parts_says_which(files: Files, text: str, line: int, sentence: str) -> None:
    (files.agents / "helper.md").write_text(text, encoding="utf-8")
    problem = only(agents.load(files.agents)[1])
    assert problem.line == line
    assert sentence in problem.message


def test_all_mistakes_of_a_file_are_told_at_once_from_top_to_bottom(files: Files) -> None:
    files.agent("helper", "modle: m\ntools: time\ncompletion_args:\n  top_p: 2", "")
    lines = [problem.line for problem in agents.load(files.agents)[1]]
    assert lines == sorted(line for line in lines if line)
    assert len(lines) == 5


def test_a_file_that_is_no_text_is_a_problem_of_its_own(files: Files) -> None:
    files.agent("good")
    (files.agents / "bad.md").write_bytes(b"---\nmodel: \xff\n---\nhi")
    found, problems = agents.load(files.agents)
    assert set(found) == {"good"}
    assert "cannot be read" in only(problems).message


def test_files_that_editors_hide_are_passed_over(files: Files) -> None:
    files.agent("good")
    files.agent(".#good", "broken")
    files.agent(".git/notes", "broken")
    (files.agents / "notes.txt").write_text("broken")
    assert agents.load(files.agents)[1] == []


def test_a_missing_folder_says_which_setting_names_it(tmp_path: Path) -> None:
    found, problems = agents.load(tmp_path / "nowhere")
    assert found == {}
    assert "AGENTS_DIR" in only(problems).message
