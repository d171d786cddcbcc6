"""What ships in `examples/`, as an operator would use it, with vendors' addresses on this machine."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playground.agents_api.brains.port import Question
from playground.agents_api.brains.steps import AnyStep, CallFunction
from tests.world import REPOSITORY

ARTICLE = REPOSITORY / "examples" / "article"
SERVERS = REPOSITORY / "examples" / "servers"


def agent(file: Path) -> dict[str, str]:
    """It answers where nobody is named."""
    return {"assistant": file.read_text(encoding="utf-8")}


def entry(file: Path, name: str, redirects: Mapping[str, str] | None = None) -> dict[str, Any]:
    """One server's entry, in a file elsewhere."""
    text = json.dumps(json.loads(file.read_text(encoding="utf-8"))["mcpServers"][name])
    for vendor, here in (redirects or {}).items():
        assert vendor in text, f"{name} is not at {vendor}"
        text = text.replace(vendor, here)
    described: dict[str, Any] = json.loads(text)
    return {**described, "cwd": str(file.parent / described["cwd"])} if "cwd" in described else described


def results(question: Question) -> list[str]:
    """What the tools of this turn have answered so far, in order."""
    return [one["result"] for one in question.entries if one["type"] == "function.result"]


def call(name: str, /, **arguments: Any) -> list[AnyStep]:
    return [CallFunction(name=name, arguments=arguments)]
