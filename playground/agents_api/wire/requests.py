"""The request bodies. `model_fields_set` tells what a client really sent: an omitted field is not a null."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from playground.agents_api.wire.entries import Inputs, Strict
from playground.agents_api.wire.tools import CompletionArgs, Guardrail, Tools

HandoffExecution = Literal["client", "server"]
AgentVersion = int | str


class Start(Strict):
    """`POST /v1/conversations`."""

    inputs: Inputs
    agent_id: str | None = None
    agent_version: AgentVersion | None = None
    model: str | None = None
    instructions: str | None = None
    tools: Tools | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[Guardrail] | None = None
    store: bool | None = None
    stream: bool | None = None
    handoff_execution: HandoffExecution | None = None
    name: str | None = None
    description: str | None = None
    metadata: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _one_of_agent_and_model(self) -> Start:
        if (self.agent_id is None) == (self.model is None):
            raise ValueError("Exactly one of 'agent_id' and 'model' must be given")
        if self.model is not None:
            self._without("model", ["handoff_execution", "agent_version"])
        else:
            # Unproven for the real service, read strictly: a stored agent conversation has no such fields.
            self._without("agent_id", ["instructions", "tools"])
        return self

    def _without(self, chosen: str, fields: list[str]) -> None:
        if given := [field for field in fields if getattr(self, field) is not None]:
            raise ValueError(f"Conversation with a '{chosen}' can't contain the following fields {', '.join(given)}")


class Confirmation(Strict):
    tool_call_id: str
    confirmation: Literal["allow", "deny"]


class Append(Strict):
    """`POST /v1/conversations/{id}`."""

    inputs: Inputs | None = None
    tool_confirmations: list[Confirmation] | None = None
    completion_args: CompletionArgs | None = None
    store: bool = True
    stream: bool = False
    handoff_execution: HandoffExecution = "server"


class Restart(Strict):
    """`POST /v1/conversations/{id}/restart`."""

    from_entry_id: str
    inputs: Inputs | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[Guardrail] | None = None
    metadata: dict[str, Any] | None = None
    agent_version: AgentVersion | None = None
    store: bool = True
    stream: bool = False
    handoff_execution: HandoffExecution = "server"


Handoffs = Annotated[list[str], Field(min_length=1)]
VersionMessage = Annotated[str, Field(max_length=500)]


class CreateAgent(Strict):
    """`POST /v1/agents`."""

    model: str
    name: str
    description: str | None = None
    instructions: str | None = None
    tools: Tools | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[Guardrail] | None = None
    handoffs: Handoffs | None = None
    metadata: dict[str, Any] | None = None
    version_message: VersionMessage | None = None


class UpdateAgent(Strict):
    """`PATCH /v1/agents/{id}`: only what is sent changes."""

    model: str | None = None
    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: Tools | None = None
    completion_args: CompletionArgs | None = None
    guardrails: list[Guardrail] | None = None
    handoffs: Handoffs | None = None
    metadata: dict[str, Any] | None = None
    version_message: VersionMessage | None = None
    deployment_chat: bool | None = None
