"""How a client's tools for follow-ups answer, told to people: without what only a model needs.

Ids stand in lists, where one is named by its id; times stand in the person's own zone alone.
"""

from __future__ import annotations

import re

from playground.agents_api.brains.wording import WORDS

FOR_PROGRAMS = re.compile(r", that is \d{4}-\d\d-\d\dT[\d:]+Z")
SUBJECT = re.compile(r"\bFollow-up [2-9a-z]{10} (?=is |has )")
ROW = re.compile(
    r"^- (?P<id>[2-9a-z]{10}), of (?P<owner>[^\n]*?), (?P<where>in (?:this|another) (?:thread|channel)): "
    r"\"(?P<task>[^\n]*)\"; (?P<when>[^\n]*)$",
    re.MULTILINE,
)
MORE = re.compile(r"^\d+ more of [^\n]*", re.MULTILINE)  # that are not named
DONE = {"schedule_follow_up": "scheduled", "change_follow_up": "changed", "cancel_follow_up": "ended"}


def told(tool: str, text: str, language: str) -> str | None:
    """The answer of such a tool in words; None where it is none of these."""
    words = WORDS[language]
    plain = FOR_PROGRAMS.sub("", text).replace("a signed request comes in", "its webhook is called")
    if "list_follow_ups" in tool:
        return _listed(plain, words)
    for name, done in DONE.items():
        if name in tool:
            short = SUBJECT.sub("It ", plain, count=1)
            return words[done if short != plain else "promised"].format(text=short)
    return None


def _listed(text: str, words: dict[str, str]) -> str:
    """A line for each, and what stands below them for itself."""
    rows = ROW.sub(r"- “\g<task>”, of \g<owner>, \g<where>: \g<when> (`\g<id>`)", text)
    if text.startswith("- "):
        below = MORE.sub(r"\n\g<0>", rows)
        return f"{words['follow_ups']}\n{below}"
    more = MORE.search(text)
    return f"{words['no_follow_ups']} {more[0]}" if more else words["no_follow_ups"]
