"""A command cannot do what it was asked: the exit status, and the exception that carries the sentence."""

from __future__ import annotations

CANNOT = 1  # the exit status


class Cannot(Exception):
    """The text is a sentence for the operator."""
