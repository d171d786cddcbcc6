"""`threadwind new agent NAME` writes a file that works as it stands and shows every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.catalog import agents
from bot.catalog.agent_form import AccessForm, AgentForm
from bot.catalog.agents import Agent
from bot.catalog.connector_forms import ConnectorForm
from tests.workers.commands.conftest import Threadwind
from workers.commands import agent_template

FIELD = re.compile(r"^(?:# )?(\w+):")
UNUSED = "# "
TOGETHER = {"handoff_execution": "handoffs", "handoff_policy": "handoffs"}  # fields that need another one


def fields(text: str) -> dict[str, list[int]]:
    """The rows of each field of the front matter, by its name."""
    found: dict[str, list[int]] = {}
    name = ""
    for number, row in enumerate(text.split("\n---\n")[0].split("\n")):
        if match := FIELD.match(row):
            name = match[1]
        elif not row.startswith("#  "):
            name = ""
        if name:
            found.setdefault(name, []).append(number)
    return found


def in_use(text: str, *names: str) -> str:
    rows = text.split("\n")
    for name in names:
        for number in fields(text)[name]:
            rows[number] = rows[number].removeprefix(UNUSED)
    return "\n".join(rows)


async def test_the_file_is_an_agent_as_it_stands_and_what_to_do_next_is_said(threadwind: Threadwind) -> None:
    ran = await threadwind.here("new", "agent", "ticket-desk")
    file = Path("agents/ticket-desk.md")
    assert ran.status == 0
    assert f"Wrote {file}." in ran.out
    assert "threadwind chat ticket-desk" in ran.out
    agent = agents.read(file)
    assert isinstance(agent, Agent)
    assert (agent.name, agent.display_name) == ("ticket-desk", "Ticket desk")


def test_every_field_is_shown_and_each_works_when_it_is_put_to_use(tmp_path: Path) -> None:
    text = agent_template.text("helper")
    known = fields(text)
    assert set(known) == set(AgentForm.model_fields)
    assert all(re.search(rf"\b{name}\b", text) for name in (*ConnectorForm.model_fields, *AccessForm.model_fields))
    for name in known:
        names = {name, TOGETHER.get(name, name)} | ({"handoff_execution"} if name == "handoff_policy" else set())
        (tmp_path / "helper.md").write_text(in_use(text, *names), encoding="utf-8")
        agent = agents.read(tmp_path / "helper.md")
        assert isinstance(agent, Agent), (name, [str(problem) for problem in agent])
        assert all(agent.says(used) for used in names)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("Ticket Desk!", 'How about "ticket-desk"?'),
        ("-x", 'How about "x"?'),
        ("../../etc", 'How about "etc"?'),
        ("é", "small letters, digits, - and _ only, 63 at most."),
        ("a" * 64, "63 at most"),
        ("help", '"help" is a word by which people tell the bot something else.'),
        ("list", '"list" is a word by which people tell the bot something else.'),
        ("stop", '"stop" is a word by which people tell the bot something else.'),
        ("add", '"add" is a word by which people tell the bot something else.'),
        ("aucun", '"aucun" is a word by which people tell the bot something else.'),
        ("retirez", '"retirez" is a word by which people tell the bot something else.'),
    ],
)
async def test_a_name_that_nobody_could_type_is_refused(threadwind: Threadwind, name: str, sentence: str) -> None:
    ran = await threadwind.here("new", "agent", "--", name)
    assert ran.status == 1
    assert sentence in ran.err
    assert list(threadwind.folder.rglob("*.md")) == []


@pytest.mark.parametrize("text", ["---\nmodel: m\n---\nMine.\n", "broken"])
async def test_a_name_that_is_taken_is_refused_also_in_another_folder(threadwind: Threadwind, text: str) -> None:
    file = threadwind.folder / "agents" / "team" / "helper.md"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    ran = await threadwind.here("new", "agent", "helper")
    assert ran.status == 1
    assert "There is an agent helper already: agents/team/helper.md" in ran.err
    assert file.read_text() == text


async def test_the_name_in_the_front_matter_counts(threadwind: Threadwind) -> None:
    file = threadwind.folder / "agents" / "other.md"
    file.parent.mkdir()
    file.write_text("---\nmodel: m\nname: helper\n---\nMine.\n")
    ran = await threadwind.here("new", "agent", "helper")
    assert (ran.status, list(threadwind.folder.rglob("*.md"))) == (1, [file])
