"""The agents of the ways, and what each of them answers: by who speaks, and by the mark in what it was asked.

A mark is `way7x`. Everything an agent says of its own is the same each time it is asked the same, so an answer that was
lost and given again reads as the first one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence

from playground.agents_api.app import KEY
from playground.agents_api.brains.port import Question, last_user_text, text_of
from playground.agents_api.brains.steps import AddChunk, AnyStep, CallFunction, HandOff, RunTool, Say
from playground.agents_api.cabinet import Cabinet, StoredFile
from tests.proof.talks import echo
from workers.inputs import EARLIER_FOOT

HELPER = "U0P000"  # the one person on the escalation list
MARK = re.compile(r"way(\d+)x")
AFTERWARDS = "afterwards"  # in a message that follows a way: it is answered plainly
PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
CSV = b"month,total\nMay,3\n"
CODE = "print(1)\n" * 200  # longer than a card takes
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "total": {"type": "number"}},
    "required": ["title", "total"],
}


def a_file(description: str, **fields: str) -> str:
    lines = "".join(f"{name}: {value}\n" for name, value in fields.items())
    return f"---\nmodel: mistral-medium-latest\ndescription: {description}\n{lines}---\nHelp.\n"


FORM = json.dumps({"response_format": {"type": "json_schema", "json_schema": {"name": "invoice", "schema": SCHEMA}}})
AGENTS = {
    "friend": a_file("A friend."),
    "front": a_file("Greets people.", handoffs="[technical]", display_name="Front desk"),
    "technical": a_file("Mends things.", handoffs="[billing]", display_name="Technical support"),
    "billing": a_file("Knows the invoices.", object="true"),
    "porter": a_file("Opens doors.", handoffs="[cashier]", handoff_execution="client"),
    "cashier": a_file("Counts.", handoffs="[porter]", handoff_execution="client"),
    "clerk": a_file("Fills in forms.", completion_args=FORM),
    "secret": a_file("Keeps nothing.", store="false", tools="[keeper]", approvals="{keeper__keep: auto}"),
    "caller": a_file("Calls people.", escalation=f"[{HELPER}]"),
}


def marked(question: Question) -> str:
    """What was asked: the newest message of a person's that has a mark, without the context that came along."""
    for number in range(len(question.entries), 0, -1):
        asked = last_user_text(question.entries[:number]).rpartition(EARLIER_FOOT)[2].strip()
        if MARK.search(asked):
            return asked
    return ""


class Company:
    """Every agent's part. `cabinet` keeps the files that the tools of the service made."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet
        self._made: dict[str, str] = {}

    def answer(self, question: Question) -> str | Sequence[AnyStep]:
        asked = marked(question)
        speaker = question.agent.name if question.agent else ""
        if speaker == "cashier":
            return f"answer to: {asked}"
        if not asked or AFTERWARDS in asked:
            return echo(question)
        parts: dict[str, Callable[[Question, str], str | Sequence[AnyStep]]] = {
            "at the desk": self._at_the_desk,
            "at the door": lambda _, asked: [Say(text=f"One moment, {asked}."), HandOff(to="cashier")],
            "in a form": self._in_a_form,
            "with files": self._with_files,
            "kept secret": self._kept,
            "by a person": self._by_a_person,
        }
        part = next((part for words, part in parts.items() if words in asked), None)
        return part(question, asked) if part else f"answer to: {asked}"

    def _at_the_desk(self, question: Question, asked: str) -> Sequence[AnyStep]:
        """All of a chain of three, in one answer."""
        return [
            Say(text="One moment.", pieces=2, seconds=0.05),
            HandOff(to="technical"),
            Say(text="Let me see.", pieces=2, seconds=0.05),
            HandOff(to="billing"),
            Say(text=f"answer to: {asked}", pieces=3, seconds=0.05),
        ]

    def _in_a_form(self, question: Question, asked: str) -> str:
        """First without what its schema wants, then whole."""
        if "required format" not in last_user_text(question.entries):
            return json.dumps({"title": asked})
        return json.dumps({"title": asked, "total": 1})

    def _with_files(self, question: Question, asked: str) -> Sequence[AnyStep]:
        found = MARK.search(asked)
        assert found is not None, "only what has a mark comes here"
        mark, source = found[0], "https://a.example/x"
        return [
            RunTool(name="web_search", arguments={"query": "x"}, tokens=10),
            Say(text=f"answer to: {asked}", pieces=3, seconds=0.05),
            AddChunk(chunk={"type": "tool_reference", "tool": "web_search", "title": "A page", "url": source}),
            RunTool(name="code_interpreter", info={"code": CODE, "code_output": "1"}),
            self._file(f"{mark}.png", PNG),
            self._file(f"{mark}.csv", CSV),
        ]

    def _file(self, name: str, content: bytes) -> AddChunk:
        if name not in self._made:
            stored = StoredFile(owner=KEY, filename=name, content=content, purpose="ocr")
            self._made[name] = self._cabinet.add(stored).id
        kind = name.rpartition(".")[2]
        chunk = {"type": "tool_file", "tool": "code_interpreter", "file_name": name, "file_type": kind}
        return AddChunk(chunk={**chunk, "file_id": self._made[name]})

    def _kept(self, question: Question, asked: str) -> str | Sequence[AnyStep]:
        if question.results:
            return echo(question)
        return [CallFunction(name="keeper__keep", arguments={"entry": asked.split()[-1]})]

    def _by_a_person(self, question: Question, asked: str) -> str | Sequence[AnyStep]:
        if question.results:
            return f"answer to: {asked} ({', '.join(text_of(result) for result in question.results)})"
        wish = {"reason": "It is lost.", "urgency": "high"}
        return [Say(text="I call somebody."), CallFunction(name="hand_to_person", arguments=wish)]
