"""A run of a follow-up, as a client tells a model of it: what is asked, and what came by a webhook. Text in, values.

Always holds: what was sent from outside is told, and never heard as anybody's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from playground.agents_api.brains.wording import WORDS

# The client's labels: nothing that people write or services send can begin a line like them.
HEAD = re.compile(r"^\[Follow-up \S+ of (?P<told>[^\]\n]*)\][ \t]*$", re.MULTILINE)
EVENT = re.compile(
    r"^\[Event: (?P<about>[^\]\n]*)\. What (?:was sent with it is left out[^\]\n]*\]"
    r"|follows was sent with it[^\]\n]*\]\n.*?\n\[End of the event\])[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
ABOUT = re.compile(r"(?P<name>\S+?)(?:: (?P<what>.*?)(?: ?\bby (?P<who>[^\"]+))?)?")
BEFORE = re.compile(r"(?P<count>\d+) more came before this one and were left out")
NOTHING_NEW = re.compile(r"If nothing is new .*? answer with exactly (?P<words>[A-Z ]+) and nothing else")


@dataclass(frozen=True, slots=True)
class Came:
    """One delivery: the event's name, what it happened to, and who did it; the last two may be empty."""

    name: str
    what: str
    who: str


@dataclass(frozen=True, slots=True)
class Run:
    """`before` counts what came before `came` and was left out; `nothing_new` is the answer that means it, if any."""

    came: tuple[Came, ...]
    before: int
    nothing_new: str | None


def of(text: str) -> Run | None:
    """The run that a user message asks for; None where somebody wrote just now."""
    head = HEAD.search(text)
    if head is None:
        return None
    events = [event["about"] for event in EVENT.finditer(text, head.end())]
    nothing_new = NOTHING_NEW.search(head["told"])
    before = sum(int(left_out["count"]) for event in events if (left_out := BEFORE.fullmatch(event)))
    return Run(tuple(_came(events)), before, nothing_new["words"] if nothing_new else None)


def asked(text: str) -> str:
    """What stands below the label of a run: of what was said before, nothing is asked by it."""
    head = HEAD.search(text)
    return text[head.end() :] if head else text


def without_events(text: str) -> str:
    return EVENT.sub("", text)


def what_came(run: Run, language: str) -> str:
    """What a webhook brought, in words; a line for each where there were several."""
    words = WORDS[language]
    lines = [_in_words(one, words) for one in run.came]
    if len(lines) == 1 and not run.before:
        return words["came_one"].format(event=lines[0])
    lines += [words["came_before"].format(count=run.before)] if run.before else []
    listed = "\n".join(f"- {line}" for line in lines)
    return f"{words['came_several'].format(count=len(run.came) + run.before)}\n{listed}"


def _came(events: list[str]) -> Iterator[Came]:
    for event in events:
        if not BEFORE.fullmatch(event) and (about := ABOUT.fullmatch(event)):
            yield Came(about["name"], about["what"] or "", about["who"] or "")


def _in_words(came: Came, words: dict[str, str]) -> str:
    what = f": {came.what}" if came.what else ""
    who = words["came_by"].format(who=came.who) if came.who else ""
    return f"`{came.name}`{what}{who}"
