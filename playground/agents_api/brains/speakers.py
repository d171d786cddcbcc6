"""Who says what, in a message that may carry labels: "[Ada] …", "Ada: …", "**Ada**: …", "Ada (U123) wrote: …".

A line that is nothing but a bracket is a remark of the client's (where a block begins or ends), and no label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from playground.agents_api.brains import runs
from playground.agents_api.brains.port import text_of
from playground.agents_api.ids import Json

NAME = r"[^\W\d_][\w.'’-]*(?: [^\W\d_][\w.'’-]*){0,3}"
LABEL = re.compile(
    rf"^(?:\[(?P<bracket>[^\]\n]{{1,60}})\]:?(?=[ \t]*\S)|<@?(?P<angle>[^>|\n]{{1,60}})(?:\|[^>\n]*)?>:"
    rf"|\*\*(?P<bold>{NAME})\*\*:|(?P<bare>{NAME})(?: \([^)\n]*\))?(?: wrote| said| says| a écrit| dit)?:)[ \t]*",
    re.MULTILINE,
)


REMARK = re.compile(r"^\[[^\]\n]*\][ \t]*$", re.MULTILINE)
# A client's marks around a function's result: the last line ends with an id that the first one has, too.
MARKS = re.compile(r"\A\[[^\]\n]*?(?P<id>[\w-]+)\b[^\]\n]*\]\n(?P<inside>.*)\n\[[^\]\n]* (?P=id)\]\s*\Z", re.DOTALL)
NOTE = re.compile(r"\n\s*\[[^\]\n]*\]\n(?=\[)")  # a remark, and then what somebody said: behind a function's result


@dataclass(frozen=True, slots=True)
class Said:
    """`who` is None where no label stands."""

    who: str | None
    text: str


def parts(text: str) -> list[Said]:
    """The message, cut where a label begins a line; what a service sent along is nobody's."""
    text = runs.without_events(text)
    found = [match for match in LABEL.finditer(text) if is_name(match)]
    said = []
    start, who = 0, None
    for match in found:
        said.append(Said(who, without_remarks(text[start : match.start()])))
        start, who = match.end(), name_in(match)
    said.append(Said(who, without_remarks(text[start:])))
    return [one for one in said if one.text or one.who]


def without_remarks(text: str) -> str:
    return REMARK.sub("", text).strip()


def without_note(result: str) -> tuple[str, str]:
    """A function's result, and what a person added behind it."""
    match = NOTE.search(result)
    if match is None:
        return without_marks(result), ""
    return without_marks(result[: match.start()].strip()), " ".join(one.text for one in parts(result[match.end() :]))


def without_marks(result: str) -> str:
    match = MARKS.match(result)
    return match["inside"].strip() if match else result


def name_in(match: re.Match[str]) -> str:
    return next(value for value in match.groups() if value is not None).strip()


def is_name(match: re.Match[str]) -> bool:
    """A bare word and a colon is a name only when each word begins with a capital."""
    bare = match.group("bare")
    return bare is None or all(word[0].isupper() for word in bare.split())


def in_conversation(entries: Sequence[Json]) -> list[str]:
    """Who spoke, in the order in which they first did."""
    return list(dict.fromkeys(one.who for one in _all(entries) if one.who))


def _all(entries: Sequence[Json]) -> Iterator[Said]:
    for entry in entries:
        if entry["type"] == "message.input" and entry["role"] == "user":
            yield from parts(text_of(entry))
