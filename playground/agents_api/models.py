"""`GET /v1/models`: a few names that the sources use, with what they can do."""

from __future__ import annotations

import time
from dataclasses import dataclass

from playground.agents_api.endpoint import Call, Plain
from playground.agents_api.ids import Json
from playground.agents_api.switches import Switches

NAMES = (
    "mistral-large-latest",
    "mistral-medium-latest",
    "mistral-small-latest",
    "magistral-medium-latest",
    "devstral-medium-latest",
    "codestral-latest",
    "ministral-8b-latest",
)
CONTEXT_TOKENS = 131_072


def model(name: str) -> Json:
    return {
        "id": name,
        "object": "model",
        "created": int(time.time()),
        "owned_by": "playground",
        "name": name,
        "description": "A name of the local stand-in: its brain answers, whatever the name.",
        "capabilities": {
            "completion_chat": True,
            "completion_fim": name.startswith("codestral"),
            "function_calling": True,
            "fine_tuning": False,
            "vision": not name.startswith(("codestral", "devstral")),
            "classification": False,
            "reasoning": name.startswith("magistral"),
        },
        "max_context_length": CONTEXT_TOKENS,
        "aliases": [],
        "deprecation": None,
        "default_model_temperature": 0.3,
        "type": "base",
    }


@dataclass(frozen=True, slots=True)
class Models:
    switches: Switches

    async def all(self, call: Call) -> Plain:
        """Without those that are retired; when one will be removed is said with it."""
        switches = self.switches
        names = [name for name in NAMES if name not in switches.retired_models]
        listed = [{**model(name), "deprecation": switches.deprecated_models.get(name)} for name in names]
        return Plain({"object": "list", "data": listed})
