"""What is asked of agent objects, an operation a row: its intent, our call, the official SDK's for the same."""

from __future__ import annotations

import json
from typing import Any

from tests.workers.golden.conversations import GUARDRAIL, METADATA, SEARCH, function
from tests.workers.golden.operation import Operation
from workers.agents.client import PAGE_SIZE, VERSIONS_PAGE
from workers.agents.client import MistralAgents as Us

FUNCTION: Any = {"type": "function", "function": {**function().function.model_dump(), "strict": False}}
SETTINGS: Any = {
    "model": "mistral-medium-latest",
    "name": "clerk",
    "description": "Keeps the books.",
    "instructions": "Be brief.",
    "completion_args": {"temperature": 0.3},
    "handoffs": ["ag_2"],
    "metadata": METADATA,
    "version_message": "first",
}

OPERATIONS = [
    Operation(
        intent="create an agent",
        method="create",
        ours=lambda http: Us(http).create(
            {**SETTINGS, "tools": [FUNCTION, SEARCH], "guardrails": [GUARDRAIL]},
        ),
        theirs=lambda sdk: sdk.beta.agents.create_async(**SETTINGS, tools=[function(), SEARCH], guardrails=[GUARDRAIL]),
    ),
    Operation(
        intent="update an agent",
        method="update",
        ours=lambda http: Us(http).update("ag_1", {"description": "Keeps two books.", "metadata": METADATA}),
        theirs=lambda sdk: sdk.beta.agents.update_async(
            agent_id="ag_1", description="Keeps two books.", metadata=METADATA
        ),
    ),
    Operation(
        intent="take an agent's handoffs away",
        method="update",
        ours=lambda http: Us(http).update("ag_1", {"handoffs": None}),
        theirs=lambda sdk: sdk.beta.agents.update_async(agent_id="ag_1", handoffs=None),
    ),
    Operation(
        intent="get an agent",
        method="get",
        ours=lambda http: Us(http).get("ag_1"),
        theirs=lambda sdk: sdk.beta.agents.get_async(agent_id="ag_1"),
    ),
    Operation(
        intent="get an agent by its alias",
        method="get",
        ours=lambda http: Us(http).get("ag_1", version="prod"),
        theirs=lambda sdk: sdk.beta.agents.get_async(agent_id="ag_1", agent_version="prod"),
    ),
    Operation(
        intent="list agents",
        method="all",
        ours=lambda http: Us(http).all(),
        theirs=lambda sdk: sdk.beta.agents.list_pages_async(page_size=PAGE_SIZE),
    ),
    Operation(
        intent="list agents by metadata",
        method="all",
        ours=lambda http: Us(http).all(metadata=json.dumps(METADATA, separators=(",", ":"))),
        theirs=lambda sdk: sdk.beta.agents.list_pages_async(page_size=PAGE_SIZE, metadata=METADATA),
    ),
    Operation(
        intent="list an agent's versions",
        method="versions",
        ours=lambda http: Us(http).versions("ag_1"),
        theirs=lambda sdk: sdk.beta.agents.list_versions_async(agent_id="ag_1", page_size=VERSIONS_PAGE),
    ),
    Operation(
        intent="go to another version",
        method="switch_version",
        ours=lambda http: Us(http).switch_version("ag_1", 0),
        theirs=lambda sdk: sdk.beta.agents.update_version_async(agent_id="ag_1", version=0),
    ),
    Operation(
        intent="set an alias",
        method="set_alias",
        ours=lambda http: Us(http).set_alias("ag_1", "prod", 0),
        theirs=lambda sdk: sdk.beta.agents.create_version_alias_async(agent_id="ag_1", alias="prod", version=0),
    ),
    Operation(
        intent="list aliases",
        method="aliases",
        ours=lambda http: Us(http).aliases("ag_1"),
        theirs=lambda sdk: sdk.beta.agents.list_version_aliases_async(agent_id="ag_1"),
    ),
    Operation(
        intent="delete an alias",
        method="delete_alias",
        ours=lambda http: Us(http).delete_alias("ag_1", "prod"),
        theirs=lambda sdk: sdk.beta.agents.delete_version_alias_async(agent_id="ag_1", alias="prod"),
    ),
    Operation(
        intent="delete an agent",
        method="delete",
        ours=lambda http: Us(http).delete("ag_1"),
        theirs=lambda sdk: sdk.beta.agents.delete_async(agent_id="ag_1"),
    ),
]
