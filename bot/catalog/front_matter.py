"""A Markdown file with YAML front matter: its values, its body, and the line of every value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.catalog.forms import Lines, yaml_lines
from bot.catalog.problem import Problem

FENCE = "---"
A_COLON = "mapping values are not allowed"  # PyYAML's words for `icon: :thread:`
QUOTES = 'put quotes around a text that holds a colon, as in icon: ":thread:"'


@dataclass(frozen=True, slots=True)
class FrontMatter:
    values: dict[str, Any]
    lines: Lines
    body: str
    body_line: int  # of the fence above it


def read(file: Path) -> FrontMatter | list[Problem]:
    """The parts of `file`, or why it cannot be read."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        return [Problem(file, None, "", f"cannot be read: {exc}")]
    rows = text.splitlines()
    if not rows or rows[0].rstrip() != FENCE:
        return [
            Problem(file, 1, "", f'must begin with a line "{FENCE}", then the agent\'s fields, then "{FENCE}" again')
        ]
    end = next((number for number, row in enumerate(rows[1:], 1) if row.rstrip() == FENCE), None)
    if end is None:
        return [Problem(file, 1, "", f'the fields are never closed: put a line "{FENCE}" before the instructions')]
    body = "\n".join(rows[end + 1 :]).strip()
    try:
        root = yaml.compose("\n".join(rows[1:end]), Loader=yaml.SafeLoader)
        values = _values(root)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 2 if exc.problem_mark else 1
        quotes = f"; {QUOTES}" if exc.problem and exc.problem.startswith(A_COLON) else ""
        return [Problem(file, line, "", f"this is not YAML: {exc.problem or exc.context}{quotes}")]
    except (yaml.YAMLError, ValueError) as exc:  # a control character, an impossible date
        return [Problem(file, 1, "", f"this is not YAML: {exc}")]
    except RecursionError:
        return [Problem(file, 1, "", "this is nested too deeply to be read")]
    if isinstance(values, list):
        return [Problem(file, line, field, message) for line, field, message in values]
    return FrontMatter(values, yaml_lines(root, first_line=2), body, end + 1)


def _values(root: yaml.Node | None) -> dict[str, Any] | list[tuple[int, str, str]]:
    """The fields as plain values, or (line, field, sentence) of what YAML allows and an agent file does not."""
    if root is None:
        return {}
    if not isinstance(root, yaml.MappingNode):
        return [(2, "", 'the fields must be a mapping, one "field: value" a line')]
    wrong: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    for key, _ in root.value:
        line, name = key.start_mark.line + 2, str(key.value)
        if key.tag != "tag:yaml.org,2002:str":
            wrong.append((line, name, "a field's name must be text"))
        elif name in seen:  # YAML itself would silently keep the last one
            wrong.append((line, name, f"is given twice, first in line {seen[name]}"))
        seen.setdefault(name, line)
    if wrong:
        return wrong
    loader = yaml.SafeLoader("")
    try:
        values: dict[str, Any] = loader.construct_document(root)
    finally:
        loader.dispose()
    return values
