"""Where the operator's files are, as whoever reads them must say: of the settings, only this is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol


class Places(Protocol):
    @property
    def agents_dir(self) -> Path: ...
    @property
    def mcp_config(self) -> Path: ...
    @property
    def channels_config(self) -> Path: ...
    @property
    def prices(self) -> Path: ...
    @property
    def default_agent(self) -> str: ...
