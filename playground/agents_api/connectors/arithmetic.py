"""A calculator for what a person types: numbers, + - * / % ** and brackets. It knows no names, calls or code."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable

EXPRESSION = re.compile(r"[-(\d][\d\s.,+*/%()^×÷-]*[\d)]")
OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
LENGTH_MAX = 120
POWER_MAX, BASE_MAX = 64, 10_000  # a result that fits a line


def found_in(text: str) -> str | None:
    """The sum in `text`, written with Python's signs."""
    match = EXPRESSION.search(text)
    if match is None or len(match.group()) > LENGTH_MAX or not re.search(r"\d\s*[-+*/%^×÷]", match.group()):
        return None
    return match.group().replace("^", "**").replace("×", "*").replace("÷", "/").replace(",", ".").strip()


def result_of(expression: str) -> str | None:
    """What it comes to; None for what is not a sum, or has no result."""
    try:
        value = _value(ast.parse(expression, mode="eval").body)
        return f"{value:.10g}" if value != int(value) else str(int(value))
    except (SyntaxError, ValueError, ArithmeticError, RecursionError):
        return None


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            base, power = _value(left), _value(right)
            if abs(base) > BASE_MAX or not 0 <= power <= POWER_MAX:
                raise ValueError("too large")
            return float(base**power)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return OPERATORS[type(op)](_value(left), _value(right))
    raise ValueError("not a sum")
