"""`${VAR}` and `${VAR:-default}` in mcp.json's texts. The values are given in: nothing here reads the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}")


class Missing(LookupError):
    """A variable without a value and without a default; its name is the argument."""


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`text` with every variable's value in its place; as in a shell, `:-` also stands in for an empty one."""

    def value(match: re.Match[str]) -> str:
        name, default = match.groups()
        if default is not None:
            return environment.get(name) or default
        if name not in environment:
            raise Missing(name)
        return environment[name]

    return VARIABLE.sub(value, text)


def expand_all(texts: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The same of each value."""
    return {key: expand(text, environment) for key, text in texts.items()}
