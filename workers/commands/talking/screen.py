"""What `threadwind chat` shows: the agent's words, and small print beside them.

Words come from models, tools and files: whatever could move a terminal's cursor is taken out.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TextIO

from bot.slack.moments import undrawn

JOINED = re.compile(r"(?<=[<@;])\u200d")  # what `bot.slack.text.defuse` puts in for Slack; nobody is called here
DIM, PLAIN = "\x1b[2m", "\x1b[0m"


def harmless(words: str) -> str:
    """Several lines of text without control characters."""
    return "".join(sign if sign.isprintable() or sign in "\n\t\u200d" else " " for sign in JOINED.sub("", words))


class Screen:
    """`out` is for the agent's words, `beside` for all others; in a terminal they are the same and `is_terminal`."""

    def __init__(self, out: TextIO, beside: TextIO, *, is_terminal: bool) -> None:
        self._out, self._beside = out, beside
        self._is_terminal = is_terminal
        self._inside = False  # a line of the answer that has not ended

    def answer(self, words: str) -> None:
        """More of what the agent says."""
        if words := harmless(words):
            self._out.write(words)
            self._out.flush()
            self._inside = not words.endswith("\n")

    def end(self) -> None:
        """What comes next begins on a line of its own."""
        if self._inside:
            self._out.write("\n")
            self._out.flush()
            self._inside = False

    def aside(self, mrkdwn: str) -> None:
        """Small print: what the bot says on its own account, in Slack's markup."""
        self.end()
        words = harmless(unescape(undrawn(mrkdwn))).strip()
        self._beside.write(f"{DIM}{words}{PLAIN}\n" if self._is_terminal else f"{words}\n")
        self._beside.flush()

    def prompt(self, words: str) -> None:
        """Where the person writes next; only in a terminal."""
        self.end()
        if self._is_terminal:
            self._out.write(words)
            self._out.flush()
