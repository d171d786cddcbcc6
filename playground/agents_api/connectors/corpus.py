"""What the tools of the service know, from the files beside this package: pages, news, recorded runs, connectors."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter

FOLDER = Path(__file__).parent.parent / "corpus"

Item = TypeVar("Item", bound=BaseModel)


class Page(BaseModel):
    url: str
    title: str
    date: str
    en: str
    fr: str


class Recording(BaseModel):
    """A run of code that happened once: `words` ask for it, `en` and `fr` tell its result."""

    id: str
    words: list[str]
    code: str
    output: str
    en: str
    fr: str
    plot: dict[str, Any] | None


class RemoteTool(BaseModel):
    """`verbs` ask for it; `writes`: it would change something, were it real."""

    name: str
    description: str
    parameters: dict[str, Any]
    writes: bool
    verbs: list[str]


class RemoteItem(BaseModel):
    title: str
    text: str


class Remote(BaseModel):
    name: str
    title: str
    description: str
    words: list[str]
    tools: list[RemoteTool]
    items: list[RemoteItem]


@cache
def pages() -> Sequence[Page]:
    return _read("web.json", Page)


@cache
def news() -> Sequence[Page]:
    return _read("news.json", Page)


@cache
def recordings() -> Sequence[Recording]:
    return _read("runs.json", Recording)


@cache
def remotes() -> Sequence[Remote]:
    return _read("connectors.json", Remote)


def _read(name: str, form: type[Item]) -> list[Item]:
    return TypeAdapter(list[form]).validate_json((FOLDER / name).read_bytes())  # type: ignore[valid-type]
