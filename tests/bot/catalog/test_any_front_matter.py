"""No front matter takes the catalogue down: whatever stands there, each file is an agent or a list of problems."""

from __future__ import annotations

import tempfile
from pathlib import Path

import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.catalog import agents, references, refusals
from bot.catalog.agent_form import AgentForm
from bot.catalog.agents import Agent
from bot.catalog.connector_forms import ConnectorForm

INNER = ["everyone", "libraries", "id", "type", "value", "include", "authorization", "response_format", "users"]
DEEPER = ["json_schema", "schema", "pydantic", "json:Nothing", "*", "${X}"]
WORDS = st.sampled_from([*AgentForm.model_fields, *ConnectorForm.model_fields, *INNER, *DEEPER])
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.binary(max_size=4)
)
VALUES = st.recursive(
    SCALARS | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(WORDS | SCALARS.filter(lambda key: key == key), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(list(AgentForm.model_fields)) | st.text(max_size=5), VALUES, max_size=5)


def look(front: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "helper.md").write_bytes(b"---\n" + front + b"\n---\nBe kind.\n")
        (Path(folder) / "good.md").write_text("---\nmodel: m\n---\nBe kind.\n", encoding="utf-8")
        found, problems = agents.load(Path(folder))
        assert "good" in found, "a wrong file never takes the others down"
        assert len(found) == 2 or problems
        for problem in (*problems, *references.handoffs(found)):
            assert str(problem).startswith(str(problem.file))
            assert str(problem).encode()
        for agent in found.values():
            assert isinstance(agent, Agent)
            assert refusals.of(agent) == []
            assert agent == agent.__class__(**{name: getattr(agent, name) for name in agent.__slots__})


@given(FIELDS)
def test_any_values_in_any_fields(values: dict[str, object]) -> None:
    look(yaml.safe_dump({"model": "m", **values}, allow_unicode=True).encode())


@given(st.text() | st.text(alphabet="model: m\n-[]{}&*a!|>'\"#%@,\\ud8?"))
def test_any_text(text: str) -> None:
    look(text.encode(errors="surrogatepass"))


@given(st.binary(max_size=60))
def test_any_bytes(front: bytes) -> None:
    look(front)
