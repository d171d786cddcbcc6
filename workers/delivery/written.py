"""An answer's parts as the Markdown that people read. Rules, no I/O.

One rule for what is streamed, for what the end writes and for what is read back from a history: the same parts make
the same text, however the stream cut them. References become numbers where they stand, distinct by address (else by
title); placeholders of files go; reasoning, and chunks of types we do not know, make no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workers.conversations.port import Entry, FileMade, Message, Part, Reference, Speaker, Text

TITLE_LIMIT = 150  # characters of a source's title
URL_LIMIT = 1_000  # a longer address is no link any more, only its title is shown

# `![Image](__emitted_0.png)`: where the code interpreter wanted its picture; the file itself comes as a chunk.
_PLACEHOLDER = re.compile(r"!\[[^\[\]\n]{0,100}\]\(__emitted_[\w.-]{0,60}\)")
# What may still become one at the end of the text so far.
_EMITTED = "__emitted_"
_BEGUN = "|".join(re.escape(_EMITTED[:length]) for length in range(len(_EMITTED)))
_UNFINISHED = re.compile(rf"!(?:\[[^\[\]\n]{{0,100}}(?:\](?:\((?:{_EMITTED}[\w.-]{{0,60}}|{_BEGUN}))?)?)?\Z")
_LONGEST = 190  # no unfinished placeholder is longer
_WOULD_LINK = ("(", "[", ":")  # right after `[1]` these would make it a link, or the definition of one
_WORD_JOINER = "\u2060"  # is not seen, and keeps the two apart
_NOT_IN_LINKS = frozenset(' ()<>\\"`|@')  # they end an address in Markdown, or may call somebody in Slack
_MARKS = re.compile(r"([\\`*_\[\]<>|~#])")


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer cites; `url` None for documents of a library, and for addresses that are no link."""

    title: str
    url: str | None = None
    tool: str = ""

    @property
    def key(self) -> str:
        return self.url or self.title


class Written:
    """The text of one turn's answer as its parts come. `said` and `sources` are what earlier rounds gave."""

    def __init__(self, said: str = "", sources: Iterable[Source] = ()) -> None:
        self.sources = list(sources)
        self.files: list[FileMade] = []
        self._any = bool(said)  # whether anything was written before
        self._message = ""
        self._begins = True  # a message whose first word is still to come
        self._held = ""  # may be the beginning of a placeholder
        self._numbers: list[int] = []  # that stand at the end of the text so far

    def take(self, message: str, part: Part) -> str:
        """What `part` of the message with this id adds to the text."""
        added = ""
        if message != self._message:
            added = self.end()
            self._message, self._begins, self._numbers = message, True, []
        match part:
            case Text(text):
                return added + self._text(text)
            case Reference():
                return added + self.end() + self._reference(part)
            case FileMade():
                if all(part.file_id != known.file_id for known in self.files):
                    self.files.append(part)
        return added

    def end(self) -> str:
        """What was held back and turns out to be text."""
        held, self._held = self._held, ""
        return self._put(held)

    def _text(self, text: str) -> str:
        text = self._held + text
        self._held = ""
        if "!" not in text:
            return self._put(text)
        start = max(0, len(text) - _LONGEST)
        if unfinished := _UNFINISHED.search(text, start):
            self._held = text[unfinished.start() :]
            text = text[: unfinished.start()]
        return self._put(_PLACEHOLDER.sub("", text))

    def _put(self, text: str) -> str:
        if not text:
            return ""
        if self._numbers and text.startswith(_WOULD_LINK):
            text = _WORD_JOINER + text
        self._numbers = []
        lead = "\n\n" if self._begins and self._any else ""
        self._begins, self._any = False, True
        return lead + text

    def _reference(self, reference: Reference) -> str:
        source = source_of(reference)
        if not source.key:
            return ""
        known = [known.key for known in self.sources]
        if source.key not in known:
            self.sources.append(source)
            known.append(source.key)
        number = known.index(source.key) + 1
        if number in self._numbers:
            return ""  # said right here already
        before, self._numbers = self._numbers, []
        written = self._put(f"[{number}]")
        self._numbers = [*before, number]
        return written


def source_of(reference: Reference) -> Source:
    url = _address(reference.url)
    return Source(title=_one_line(reference.title) or url or "", url=url, tool=reference.tool)


def of_entries(said: str, sources: Iterable[Source], entries: Sequence[Entry]) -> tuple[str, Written]:
    """The text that the messages of `entries` add to `said`, and what they cite and made."""
    written = Written(said, sources)
    added = ""
    for entry in entries:
        if isinstance(entry, Message) and entry.speaker is Speaker.ASSISTANT:
            for part in entry.parts:
                added += written.take(entry.id, part)
    return added + written.end(), written


def list_of(sources: Sequence[Source], heading: str, libraries: str) -> str:
    """The sources as a list whose numbers are those of the text; `libraries` says where one without address is from."""
    lines = [f"{number}. {_line(source, libraries)}" for number, source in enumerate(sources, 1)]
    return "\n".join([f"**{heading}**", "", *lines]) if lines else ""


def _line(source: Source, libraries: str) -> str:
    title = literal(source.title)
    if source.url:
        return f"[{title}]({source.url})"
    return f"{title} ({literal(libraries)})" if libraries else title


def literal(words: str) -> str:
    """Words of others as Markdown that shows exactly them."""
    return _MARKS.sub(r"\\\1", words)


def _one_line(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= TITLE_LIMIT else words[: TITLE_LIMIT - 1].rstrip() + "…"


def _address(url: str | None) -> str | None:
    """An address as Markdown can hold it; None for what is no link to the web."""
    if not url or len(url) > URL_LIMIT or not url.lower().startswith(("http://", "https://")):
        return None
    return "".join(f"%{ord(sign):02X}" if sign in _NOT_IN_LINKS else sign for sign in url if sign.isprintable())


def dump(sources: Iterable[Source]) -> list[dict[str, Any]]:
    """As the journal keeps them."""
    return [{name: value for name, value in asdict(source).items() if value} for source in sources]


def load(raws: Iterable[dict[str, Any]]) -> list[Source]:
    return [Source(**raw) for raw in raws]
