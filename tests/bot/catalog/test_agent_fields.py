"""Every field of an agent's file: what it becomes, and how a mistake in it is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.catalog import agents
from bot.catalog.access import Access
from bot.catalog.agents import Agent
from bot.catalog.connectors import Connector
from bot.catalog.toolset import Toolset
from bot.slack.models import Person
from tests.bot.catalog.conftest import Files
from tests.bot.catalog.test_agents import only

VARIABLES = {"TOKEN": "an-outer-secret"}
LIBRARY_ID = "0197f425-8a3b-7c2d-9e4f-5a6b7c8d9e0f"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}


def read(files: Files, front: str) -> Agent:
    agent = agents.read(files.agent("helper", f"model: m\n{front}"), VARIABLES)
    assert isinstance(agent, Agent), agent
    return agent


@pytest.mark.parametrize(
    ("front", "field", "value"),
    [
        ('icon: ":thread:"', "icon", ":thread:"),
        ('icon: ":wave::skin-tone-3:"', "icon", ":wave::skin-tone-3:"),
        ("icon: https://example.com/a.png", "icon", "https://example.com/a.png"),
        ("tools: [time, linear: {read_only: true}]", "tools", ("time", "linear")),
        (
            "tools: [time, linear: {include: [list_*], exclude: [list_users], read_only: true}]",
            "toolsets",
            {"linear": Toolset(include=("list_*",), exclude=("list_users",), read_only=True)},
        ),
        ("connectors: [web_search]", "connectors", (Connector(type="web_search"),)),
        ("connectors: [code_interpreter:]", "connectors", (Connector(type="code_interpreter"),)),
        (
            "connectors: [web_search_premium: {include: [news_search]}, image_generation: {exclude: [draw]}]",
            "connectors",
            (
                Connector(type="web_search_premium", include=("news_search",)),
                Connector(type="image_generation", exclude=("draw",)),
            ),
        ),
        (
            "connectors:\n  - document_library: [Handbook, Prices, Handbook]",
            "connectors",
            (Connector(type="document_library", libraries=("Handbook", "Prices")),),
        ),
        (
            "connectors: [document_library: {libraries: [Handbook], requires_confirmation: [search]}]",
            "connectors",
            (Connector(type="document_library", libraries=("Handbook",), requires_confirmation=("search",)),),
        ),
        (
            'connectors:\n  - connector: {id: gmail, authorization: {type: oauth2-token, value: "${TOKEN}"}}'
            "\n  - connector: {id: drive, include: [find], requires_confirmation: [find]}",
            "connectors",
            (
                Connector(
                    type="connector",
                    connector_id="gmail",
                    authorization={"type": "oauth2-token", "value": "an-outer-secret"},
                ),
                Connector(type="connector", connector_id="drive", include=("find",), requires_confirmation=("find",)),
            ),
        ),
        ("handoffs: [billing, Billing, sales]", "handoffs", ("billing", "sales")),
        ("handoffs: [billing]\nhandoff_execution: client", "handoff_execution", "client"),
        (
            'handoffs: [billing]\nhandoff_execution: client\nhandoff_policy: {billing: allow, "*": deny}',
            "handoff_policy",
            {"billing": "allow", "*": "deny"},
        ),
        ("completion_args: {reasoning_effort: high}", "completion_args", {"reasoning_effort": "high"}),
        (
            "completion_args: {prediction: {content: a guess}}",
            "completion_args",
            {"prediction": {"content": "a guess"}},
        ),
        (
            "completion_args: {response_format: {json_schema: {name: place, schema: {type: object, properties: "
            "{city: {type: string}}}}}}",
            "completion_args",
            {"response_format": {"json_schema": {"name": "place", "schema": SCHEMA}, "type": "json_schema"}},
        ),
        (
            "guardrails: [{moderation_llm_v2: {action: block, custom_category_thresholds: {pii: 1, law: 0.5}}}]",
            "guardrails",
            ({"moderation_llm_v2": {"action": "block", "custom_category_thresholds": {"pii": 1.0, "law": 0.5}}},),
        ),
        ("store: false", "store", False),
        ("object: true", "wants_object", True),
        ("object: false", "wants_object", False),
        ("agent_id: ag_01", "wants_object", True),
        ("agent_id: ag_01", "agent_id", "ag_01"),
        ("escalation: [U012AB, S045CD, U012AB]", "escalation", ("U012AB", "S045CD")),
        ("follow_ups: true", "follow_ups", True),
        ("follow_ups: false", "follow_ups", False),
        ("description: d", "follow_ups", None),
        ("access: everyone", "access", Access()),
        (
            "access: {users: [U012AB], groups: [S045CD], channels: [C067EF], guests: true, other_organisations: true}",
            "access",
            Access(
                users=frozenset({"U012AB"}),
                groups=frozenset({"S045CD"}),
                channels=frozenset({"C067EF"}),
                guests=True,
                other_organisations=True,
            ),
        ),
    ],
)
def test_a_field_becomes_a_value(files: Files, front: str, field: str, value: Any) -> None:
    assert getattr(read(files, front), field) == value


def test_what_is_left_out_has_a_cautious_default(files: Files) -> None:
    agent = read(files, "description: d")
    assert (agent.icon, agent.connectors, agent.handoffs, agent.guardrails, agent.escalation) == ("", (), (), (), ())
    assert (agent.store, agent.is_object, agent.agent_id, agent.access) == (True, False, None, Access())
    stranger = Person(id="U1", team="T2", name="S", is_stranger=True)
    guest = Person(id="U2", team="T1", name="G", is_guest=True)
    assert not agent.access.allows(stranger, "C1")
    assert not agent.access.allows(guest, "C1")


@pytest.mark.parametrize(
    ("front", "line", "field", "sentence"),
    [
        ("icon: thread", 3, "icon", 'should be an emoji, such as ":thread:", or the https address of a picture'),
        ("icon: http://example.com/a.png", 3, "icon", "the https address"),
        ("icon: 3", 3, "icon", "should be a valid string, not a number"),
        ("connectors: web_search", 3, "connectors", "should be a valid list, not text"),
        ("connectors:\n  - web_serch", 4, "connectors[0]", '"web_serch" is no connector; did you mean "web_search"?'),
        ("connectors:\n  - web_serch: {}", 4, "connectors[0]", 'did you mean "web_search"?'),
        ("connectors: [{document_library: Handbook}]", 3, "connectors[0]", "needs the names of its libraries"),
        ("connectors: [{connector: gmail}]", 3, "connectors[0]", "needs the id or name of a connector at Mistral"),
        ("completion_args: 5", 3, "completion_args", "should be a mapping, not a number"),
        (f"prompts: [{', '.join(['{title: a, message: b}'] * 5)}]", 3, "prompts", "holds 5, and 4 is the most"),
        ("connectors: [3]", 3, "connectors[0]", "should be a connector's name, such as web_search"),
        ("connectors: [{}]", 3, "connectors[0]", "should name one connector"),
        ("connectors: [{web_search: {}, code_interpreter: {}}]", 3, "connectors[0]", "should name one connector"),
        ("connectors: [document_library]", 3, "connectors[0]", 'the names of its libraries: "document_library: ['),
        ("connectors: [connector]", 3, "connectors[0]", '"connector: {id: gmail}"'),
        ("connectors: [document_library: []]", 3, "connectors[0].document_library", "is empty"),
        (
            f"connectors:\n  - document_library:\n    - Handbook\n    - {LIBRARY_ID}",
            6,
            "connectors[0].document_library[1]",
            "is a library's id; write its name",
        ),
        ("connectors: [web_search: {includes: [a]}]", 3, "connectors[0].web_search.includes", 'mean "include"?'),
        (
            "connectors: [web_search_premium: {include: [newssearch]}]",
            3,
            "connectors[0].web_search_premium.include[0]",
            'did you mean "news_search"?',
        ),
        ("connectors: [connector: {idd: gmail, id: a}]", 3, "connectors[0].connector.idd", 'did you mean "id"?'),
        (
            "connectors: [connector: {id: a, authorization: {type: oauth-token, value: hush}}]",
            3,
            "connectors[0].connector.authorization.type",
            'did you mean "oauth2-token"?',
        ),
        (
            "connectors:\n  - connector: {id: a, authorization: {type: api-key, value: '${GONE}'}}",
            3,
            "connectors",
            "the variable GONE is not set, so the agent is left out; set it, or give it a default: ${GONE:-default}",
        ),
        ("handoffs: []", 3, "handoffs", "names no agent; leave the field out"),
        ("handoffs: billing", 3, "handoffs", "should be a valid list, not text"),
        ("handoffs: [a]\nhandoff_execution: servr", 4, "handoff_execution", 'did you mean "server"?'),
        (
            "handoffs: [a]\nhandoff_execution: client\nhandoff_policy: {a: ask}",
            5,
            "handoff_policy.a",
            '"ask" is not one of allow, deny',
        ),
        (
            "completion_args:\n  reasoning_effort: hgih",
            4,
            "completion_args.reasoning_effort",
            'did you mean "high"?',
        ),
        ("completion_args: {temperature: .nan}", 3, "completion_args.temperature", "finite number"),
        (
            "completion_args:\n  response_format:\n    json_schema: {schema: {type: object}}",
            5,
            "completion_args.response_format.json_schema.name",
            "is missing",
        ),
        (
            "completion_args: {response_format: {type: json_schema}}",
            3,
            "completion_args.response_format",
            "has the type json_schema but no schema",
        ),
        (
            "completion_args: {response_format: {type: text, json_schema: {name: a, schema: {}}}}",
            3,
            "completion_args.response_format",
            "write: type: json_schema",
        ),
        (
            "completion_args: {response_format: {pydantic: 'a:B', type: text}}",
            3,
            "completion_args.response_format",
            "the model says it all, so write it alone",
        ),
        (
            "completion_args: {response_format: {json_schema: {name: a, schema: {const: 2026-01-01}}}}",
            3,
            "completion_args.response_format.json_schema.schema",
            "holds what JSON cannot say",
        ),
        (
            "completion_args: {response_format: {json_schema: {name: a, schema: &s {not: *s}}}}",
            3,
            "completion_args.response_format.json_schema.schema",
            "an alias of itself",
        ),
        (
            "guardrails: [{moderation_llm_v1: {}, moderation_llm_v2: {}}]",
            3,
            "guardrails[0].moderation_llm_v1",
            'did you mean "moderation_llm_v2"?',
        ),
        ("guardrails: [{block_on_error: true}]", 3, "guardrails[0].moderation_llm_v2", "is missing"),
        (
            "guardrails: [{moderation_llm_v2: {action: blok}}]",
            3,
            "guardrails[0].moderation_llm_v2.action",
            'did you mean "block"?',
        ),
        (
            "guardrails: [{moderation_llm_v2: {custom_category_thresholds: {jailbreak: 0.2}}}]",
            3,
            "guardrails[0].moderation_llm_v2.custom_category_thresholds.jailbreak",
            'did you mean "jailbreaking"?',
        ),
        (
            "guardrails: [{moderation_llm_v2: {custom_category_thresholds: {pii: 1.2}}}]",
            3,
            "guardrails[0].moderation_llm_v2.custom_category_thresholds.pii",
            "less than or equal to 1, not 1.2",
        ),
        ("store: no thanks", 3, "store", "should be a valid boolean, not text"),
        ("object: 1", 3, "object", "should be a valid boolean, not a number"),
        ("agent_id: 'ag 1'", 3, "agent_id", "is the id of an agent object at Mistral"),
        ("escalation: [C012AB]", 3, "escalation[0]", '"C012AB" is no id of a person (U…, W…) or of a user group'),
        ("access: everybody", 3, "access", 'should be "everyone", or say who with users, groups, channels'),
        ("access:", 3, "access", 'should be "everyone"'),
        ("access: {}", 3, "access", 'should be "everyone"'),
        ("access: {users: []}", 3, "access.users", "is empty"),
        ("access: {users: }", 3, "access.users", "should be a valid list, not empty"),
        ("access: {users: [ada]}", 3, "access.users[0]", '"ada" is no id of a person'),
        ("access: {groups: [U012AB]}", 3, "access.groups[0]", "is no id of a user group: those begin with S"),
        ("access: {channels: ['#general']}", 3, "access.channels[0]", "is no id of a channel"),
        ("access: {guest: true}", 3, "access.guest", 'did you mean "guests"?'),
        ("access: {other_organisations: 1}", 3, "access.other_organisations", "boolean"),
        ("tools: [linear: {includ: [a]}]", 3, "tools[0].toolset.includ", 'did you mean "include"?'),
        ("tools: [linear: {include: []}]", 3, "tools[0]", "is empty"),
        ("tools: [linear__x: {read_only: true}]", 3, "tools[0]", "one server with its toolset"),
        ("tools: [{a: {}, b: {}}]", 3, "tools[0]", "one server with its toolset"),
        ("tools: ['a b']", 3, "tools[0]", '"a b" is no name of a tool'),
        ("prompts: [{title: '', message: b}]", 3, "prompts[0].title", "is empty"),
    ],
)
def test_a_mistake_is_told_with_its_line_its_field_and_the_nearest_value(
    files: Files, front: str, line: int, field: str, sentence: str
) -> None:
    file = files.agent("helper", f"model: m\n{front}")
    found, problems = agents.load(files.agents)
    problem = only(problems)
    assert found == {}
    assert (problem.file, problem.line, problem.field) == (file, line, field)
    assert sentence in problem.message


def test_an_authorization_is_never_shown(files: Files) -> None:
    front = 'connectors: [connector: {id: gmail, authorization: {type: api-key, value: "${TOKEN}"}}]'
    assert "an-outer-secret" not in repr(read(files, front))
    wrong = "connectors: [connector: {id: gmail, authorization: {type: api-kee, value: hush-hush, more: hush-hush}}]"
    files.agent("helper", f"model: m\n{wrong}")
    problems = agents.load(files.agents)[1]
    assert len(problems) == 2
    assert "hush" not in " ".join(map(str, problems))


def test_names_of_files_that_no_terminal_can_show_are_told_all_the_same(files: Files) -> None:
    (files.agents / "h\udcfflper.md").write_text("---\nmodel: m\n---\nhi")
    problem = only(agents.load(files.agents)[1])
    assert str(problem).encode()
    assert problem.field == "name"


def test_a_file_that_is_nested_without_end_is_a_problem_of_its_own(files: Files) -> None:
    files.agent("good")
    files.agent("deep", f"model: {'[' * 5000}")
    found, problems = agents.load(files.agents)
    assert set(found) == {"good"}
    assert only(problems).file == Path(files.agents / "deep.md")
