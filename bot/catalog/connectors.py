"""Mistral's own tools as an agent's file names them: they run at Mistral, not in a worker. No I/O.

Sections 2.4 and 7 of the Agents API's reference, https://docs.mistral.ai/agents/connectors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ConnectorType = Literal[
    "web_search", "web_search_premium", "code_interpreter", "image_generation", "document_library", "connector"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Connector:
    """One of them. `libraries` are names (document_library), `connector_id` a name or UUID (connector).

    `include` and `exclude` (never both) and `requires_confirmation` list tools inside it. `authorization` is the wire's
    `{"type": "oauth2-token" | "api-key", "value": …}`, a secret.
    """

    type: ConnectorType
    libraries: tuple[str, ...] = ()
    connector_id: str = ""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    requires_confirmation: tuple[str, ...] = ()
    authorization: dict[str, str] | None = field(default=None, repr=False)
