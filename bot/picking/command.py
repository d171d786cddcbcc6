"""What the words after `/agent` mean. A rule: no I/O.

`help` and `default` come before an agent of that name, who is still picked with `+name`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.slack import wire

HELP = frozenset({"help", "aide"})
DEFAULT = frozenset({"default", "défaut"})
NONE = frozenset({"none", "aucun"})
LIST = frozenset({"list", "liste"})  # lists nothing today, and is what people try
RESERVED = HELP | DEFAULT | NONE | LIST
_WORD = re.compile(r"(\S+)\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class List:
    """Which agents there are."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed."""


@dataclass(frozen=True, slots=True)
class About:
    """What one agent is."""

    name: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question to one agent: it begins a thread."""

    name: str
    question: str

    @property
    def said(self) -> str:
        """Both: a name that people see may be of several words, and who knows the agents parts them."""
        return f"{self.name} {self.question}"


@dataclass(frozen=True, slots=True)
class SetDefault:
    """Who is to answer first in this channel; None: whom the files say."""

    name: str | None


Meaning = List | Help | About | Ask | SetDefault


def meaning(text: str) -> Meaning:
    """Of the command's text, in wire form. Whether a name is an agent's is for whoever knows the agents."""
    first, rest = _split(text)
    word = first.lower()
    if not word:
        return List()
    if word in HELP and not rest:
        return Help()
    if word in DEFAULT:
        name, more = _split(rest)
        if more or not name:
            return Help()
        return SetDefault(None if name.lower() in NONE else _name(name))
    return Ask(_name(first), rest) if rest else About(_name(first))


def is_reserved(name: str) -> bool:
    """Is it no name for a new agent: would people mean something else by it, after `/agent` or in a thread?"""
    return name in RESERVED or wire.is_instruction(name)


def _split(text: str) -> tuple[str, str]:
    found = _WORD.match(text := text.strip())
    return (found[1], text[found.end() :]) if found else ("", "")


def _name(word: str) -> str:
    """As it is written in a file; a leading `+`, as in mentions, and a comma do no harm."""
    return word.removeprefix("+").rstrip(",:").lower()
