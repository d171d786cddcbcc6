"""JSON-RPC messages as the faults see them: what a message is called, and what is said in place of its answer."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from playground.faults import Fault, kill

INTERNAL_ERROR = -32603

# What a broken server may answer, for faults of kind `garbage`.
NOT_JSON = "<html><body>502 Bad Gateway</body></html>"
NO_RESULT = '{"jsonrpc": "2.0", "id": {id}}'
WRONG_SCHEMA = '{"jsonrpc": "2.0", "id": {id}, "result": {"content": "not a list"}}'
ANOTHER_ID = '{"jsonrpc": "2.0", "id": 987654321, "result": {"content": []}}'
NOT_AN_OBJECT = "[1, 2, 3]"


@dataclass(frozen=True, slots=True)
class Message:
    """`name` is the method and, of a call, the tool: `tools/call.count`. It is empty for answers."""

    name: str
    id: int | str | None


def read(line: str | bytes) -> Message:
    try:
        message: Any = json.loads(line)
        method, message_id = message.get("method", ""), message.get("id")
        tool = message["params"]["name"] if method == "tools/call" else None
    except (ValueError, TypeError, KeyError, AttributeError):
        return Message("", None)
    return Message(f"{method}.{tool}" if tool else str(method), message_id)


def refusal(fault: Fault, message: Message) -> str:
    """A JSON-RPC error; `code` is a number, or any word for an internal error."""
    code = int(fault.code) if fault.code.lstrip("-").isdigit() else INTERNAL_ERROR
    error = {"code": code, "message": "The playground was told to refuse this."}
    return json.dumps({"jsonrpc": "2.0", "id": message.id, "error": error})


def garbage(fault: Fault, message: Message) -> str:
    return fault.text.replace("{id}", json.dumps(message.id))


def strike(fault: Fault) -> None:
    """Kill the process that the rule names; this one, if it names none."""
    kill(fault if fault.pid is not None else fault.model_copy(update={"pid": os.getpid()}))
