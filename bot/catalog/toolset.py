"""Which tools of one server are given: by the server's entry in mcp.json, and narrower by an agent's file. A rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic import Field

from bot.catalog.forms import Form


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolset:
    """`include` and `exclude` are patterns of the server's own names (empty `include`: all). `read_only` leaves those
    tools that surely change nothing."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    read_only: bool = False

    def holds(self, tool: str, *, reads: bool) -> bool:
        """Whether `tool` is in it; `reads` says whether that only reads."""
        if self.read_only and not reads:
            return False
        return not matches(tool, self.exclude) and (not self.include or matches(tool, self.include))


class ToolsetForm(Form):
    """A list that is written names something: an empty `include` would give everything."""

    include: list[str] = Field(default_factory=list, min_length=1)
    exclude: list[str] = Field(default_factory=list, min_length=1)
    read_only: bool = False

    @property
    def toolset(self) -> Toolset:
        return Toolset(include=tuple(self.include), exclude=tuple(self.exclude), read_only=self.read_only)


EVERYTHING = Toolset()


def matches(tool: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(tool, pattern) for pattern in patterns)
