"""Answers by rules, and says so. The same words always get the same answer; what is not understood is asked back.

A tool is called for a question about the time, or because somebody wrote `!tool key=value`: nothing that might write
is ever called for any other reason.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator, Callable, Iterator

from playground.agents_api.brains import einstein, offered, speakers, zones
from playground.agents_api.brains.essay import essay
from playground.agents_api.brains.port import Call, Fail, Pause, Piece, Question, Refuse, Text, text_of
from playground.agents_api.brains.results import in_words
from playground.agents_api.brains.understanding import Heard, Intent, clock_in, hear
from playground.agents_api.brains.wording import LABEL, WORDS

PIECES_MAX = 150  # a long text comes in longer pieces, so that it is still watchable
PIECE_CHARACTERS = 6
REMEMBERED = 5
STATUS = re.compile(r"\b(4\d\d|5\d\d)\b")
MIDWAY = re.compile(r"\b(midway|halfway|after|milieu|apres)\b")


class Rules:
    """`piece_seconds` is asked before each answer: how long each piece of text takes."""

    live = False

    def __init__(self, piece_seconds: Callable[[], float]) -> None:
        self._piece_seconds = piece_seconds

    async def answer(self, question: Question) -> AsyncGenerator[Piece, None]:
        seconds = self._piece_seconds()
        for piece in Answer(question).pieces():
            if not isinstance(piece, Text):
                yield piece
                continue
            for part in words_of(piece.text):
                if seconds:
                    yield Pause(seconds)
                yield Text(part)


def words_of(text: str) -> Iterator[str]:
    """The text in pieces that end between words."""
    least = max(PIECE_CHARACTERS, len(text) // PIECES_MAX)
    yield from re.findall(rf".{{{least},}}?(?:\s+|$)|.+$", text, re.DOTALL)


class Answer:
    """One answer in the making."""

    def __init__(self, question: Question) -> None:
        self._question = question
        self._heard: Heard = hear(question.entries)
        self._language = self._heard.language
        self._words = WORDS[self._language]

    def pieces(self) -> Iterator[Piece]:
        if self._question.results:
            yield Text(self._results())
            return
        match self._heard.intent:
            case Intent.TOOL:
                yield from self._explicit()
            case Intent.ERROR:
                yield from self._error()
            case Intent.LONG | Intent.VERY_LONG as intent:
                yield Text(essay(self._language, very_long=intent is Intent.VERY_LONG))
            case Intent.CONVERT:
                yield self._convert()
            case Intent.TIME:
                yield from self._time()
            case Intent.WHO | Intent.WHO_AM_I as intent:
                yield Text(self._who(me=intent is Intent.WHO_AM_I))
            case Intent.BEFORE:
                yield Text(self._before())
            case Intent.THANKS:
                yield Text(self._words["thanks"])
            case Intent.HELP:
                yield Text(self._prompts(self._words["hello"]))
            case Intent.UNKNOWN if self._was_asked_for_city() and zones.named_in(self._heard.text):
                yield from self._time()
            case Intent.UNKNOWN if known := einstein.told(self._heard.text, self._last_said(), self._language):
                yield Text(known)
            case Intent.UNKNOWN:
                yield Text(self._prompts(self._words["not_understood"]))

    def _prompts(self, first: str) -> str:
        """What can be tried here; who is speaking is said once a conversation."""
        label = LABEL[self._language]
        opening = first if self._said(label) else f"{first} {label}"
        tried = [key for key in ("try_time", "try_convert") if self._tool(key) is not None]
        listed = "\n".join(f"- {self._words[key]}" for key in [*tried, "try_long", "try_error", "try_second"])
        return f"{opening}\n\n{self._words['try']}\n{listed}"

    def _tool(self, which: str) -> offered.Offered | None:
        if which == "try_time":
            return offered.fitting(self._question.tools, "get_current_time", "timezone")
        return offered.fitting(self._question.tools, "convert_time", "source_timezone", "time", "target_timezone")

    def _time(self) -> Iterator[Piece]:
        tool = self._tool("try_time")
        cities = zones.named_in(self._heard.text)
        if tool is None:
            yield Text(self._words["no_time_tool"])
        elif not cities:
            asked = re.search(r"\b(in|at|for|à|a|au|en)\s+\w", self._heard.text)
            yield Text(self._words["unknown_city" if asked else "which_city"])
        else:
            for city in cities:
                yield Call(name=tool.name, arguments=json.dumps({"timezone": city.zone}))

    def _was_asked_for_city(self) -> bool:
        return any(self._last_said().startswith(words[key]) for words in WORDS.values() for key in
                   ("which_city", "unknown_city"))  # fmt: skip

    def _convert(self) -> Piece:
        tool, cities, clock = self._tool("try_convert"), zones.named_in(self._heard.text), clock_in(self._heard.text)
        if tool is None:
            return Text(self._words["no_convert_tool"])
        if len(cities) != 2 or clock is None:
            return Text(self._words["which_convert"])
        arguments = {"source_timezone": cities[0].zone, "time": clock, "target_timezone": cities[1].zone}
        return Call(name=tool.name, arguments=json.dumps(arguments))

    def _explicit(self) -> Iterator[Piece]:
        """All of the calls, or, when one cannot be read, none."""
        read = [offered.explicit(line, self._question.tools) for line in self._heard.calls]
        mistakes = [one for one in read if isinstance(one, offered.Mistake)]
        if mistakes:
            values = {"tools": self._words["no_tools"]} if not self._question.tools else {}
            yield Text("\n".join(self._words[one.kind].format(**{**one.values, **values}) for one in mistakes))
            return
        for one in read:
            if isinstance(one, offered.Wanted):
                yield Call(name=one.name, arguments=json.dumps(one.arguments, ensure_ascii=False))

    def _error(self) -> Iterator[Piece]:
        """As it is asked for: "error", "error 429" before anything is said, "error midway" after some text."""
        plain = zones.plain(self._heard.text)
        if status := STATUS.search(plain):
            yield Refuse(int(status.group()))
            return
        if MIDWAY.search(plain):
            yield Text(self._words["failing"])
        yield Fail(self._words["error"])

    def _results(self) -> str:
        calls = {entry["tool_call_id"]: entry for entry in self._question.entries if entry["type"] == "function.call"}
        places = zones.named_in(self._heard.text)
        told = [
            in_words(calls.get(entry["tool_call_id"]), entry["result"], self._language, places)
            for entry in self._question.results
        ]
        return "\n\n".join(told)

    def _who(self, *, me: bool) -> str:
        if me and self._heard.who:
            return self._words["you"].format(name=self._heard.who)
        names = speakers.in_conversation(self._question.entries)
        if me or not names:
            return self._words["no_names"]
        before, last = names[:-1], names[-1]
        listed = f"{', '.join(before)} {self._words['and']} {last}" if before else last
        return self._words["spoke"].format(names=listed)

    def _before(self) -> str:
        """The asker's earlier messages; all of them where nobody has a name."""
        earlier = [
            part.text
            for entry in self._question.entries[: -len(self._question.new)]
            if entry["type"] == "message.input" and entry["role"] == "user"
            for part in speakers.parts(text_of(entry))
            if part.text and part.who == self._heard.who
        ]
        if not earlier:
            return self._words["nothing_before"]
        quoted = "\n".join(f"- “{text}”" for text in earlier[-REMEMBERED:])
        return f"{self._words['before']}\n{quoted}"

    def _said(self, text: str) -> bool:
        return any(text in text_of(entry) for entry in self._question.entries if entry["type"] == "message.output")

    def _last_said(self) -> str:
        outputs = [entry for entry in self._question.entries if entry["type"] == "message.output"]
        return text_of(outputs[-1]) if outputs else ""
