"""What the stand-in can be told to do differently. The defaults are the strict reading of what is known."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.agents_api.bookkeeping import Leniency
from playground.agents_api.locks import LOCK_SECONDS

FILE_BYTES_MAX = 512 * 1024 * 1024  # as documented


class Switches(BaseModel):
    """Where the real service's behaviour is reported but not proven, the other reading is one switch away.

    brain: who answers: `rules`, `model` or `script`.
    lock_seconds: how long a conversation stays busy after a client dropped its stream.
    on_drop: a turn whose client dropped is finished and stored, or discarded, or only its inputs are kept.
    on_error: a turn that ended with an error leaves nothing, or its inputs.
    id_changes_on_append: each append answers with a new conversation id; the old one stays as it was.
    user_beside_results, user_while_open, partial_results: milder bookkeeping of function calls.
    piece_seconds: how long the rules brain takes for each piece of its text, and 20 times that for a tool.
    processing_reads, processing_seconds: a document of a library is processed after so many looks at its status, or so
        many seconds, whichever comes first.
    file_bytes_max: how large an uploaded file may be.
    moderation_fails: guardrails cannot be evaluated.
    router_with_search_fails: an agent that holds web search breaks when it hands off.
    refuses_empty_tools: an empty list of tools is refused.
    retired_models, retired_status: models that are gone, and with which status that is said.
    deprecated_models: models that will be removed, each with the moment.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    brain: Literal["rules", "model", "script"] = "rules"
    lock_seconds: float = Field(default=LOCK_SECONDS, ge=0)
    on_drop: Literal["store", "discard", "inputs"] = "store"
    on_error: Literal["discard", "inputs"] = "discard"
    id_changes_on_append: bool = False
    user_beside_results: bool = False
    user_while_open: bool = False
    partial_results: bool = False
    piece_seconds: float = Field(default=0, ge=0, le=5)
    processing_reads: int = Field(default=2, ge=0)
    processing_seconds: float = Field(default=2, ge=0)
    file_bytes_max: int = Field(default=FILE_BYTES_MAX, ge=1)
    moderation_fails: bool = False
    router_with_search_fails: bool = True
    refuses_empty_tools: bool = False
    retired_models: list[str] = []
    retired_status: Literal[400, 404] = 404
    deprecated_models: dict[str, str] = {}

    def leniency(self) -> Leniency:
        return Leniency(self.user_beside_results, self.user_while_open, self.partial_results)
