"""What is looked for in Python code. Rules, no I/O: code in, findings out; nothing of it is ever run.

The real service has thousands of rules for many languages; these few are enough to tell a careless file from a careful
one.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

LANGUAGES = ("python",)


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    message: str
    severity: str
    line: int
    code: str


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    message: str
    severity: str
    hits: Callable[[ast.Call], bool]


RULES = (
    Rule("python.eval-detected", "Runs text as code; whoever writes the text decides what runs.", "WARNING",
         lambda call: name_of(call.func) in ("eval", "exec")),
    Rule("python.subprocess-shell-true", "Starts a shell; what stands in the command may start more.", "ERROR",
         lambda call: name_of(call.func).startswith("subprocess.") and _is_true(call, "shell")),
    Rule("python.insecure-hash-algorithm", "MD5 and SHA-1 do not resist collisions.", "WARNING",
         lambda call: name_of(call.func) in ("hashlib.md5", "hashlib.sha1")),
    Rule("python.avoid-pickle", "Unpickling runs whatever the data say.", "WARNING",
         lambda call: name_of(call.func) in ("pickle.load", "pickle.loads")),
)  # fmt: skip


def check(content: str) -> list[Finding]:
    """All findings, in the order of the lines. `SyntaxError` where it is not Python."""
    lines = content.splitlines()
    found = [
        Finding(rule.name, rule.message, rule.severity, call.lineno, lines[call.lineno - 1].strip())
        for call in _calls(content)
        for rule in RULES
        if rule.hits(call)
    ]
    return sorted(found, key=lambda finding: finding.line)


def name_of(node: ast.expr) -> str:
    """`subprocess.run` for the function of such a call; "" for what has no plain name."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            return f"{name_of(value)}.{attribute}"
    return ""


def _calls(content: str) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(content)) if isinstance(node, ast.Call))


def _is_true(call: ast.Call, argument: str) -> bool:
    return any(
        keyword.arg == argument and isinstance(keyword.value, ast.Constant) and keyword.value.value is True
        for keyword in call.keywords
    )
