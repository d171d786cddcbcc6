"""What a turn's answer is made of: its text, what it cites, the files and the cards of tools that Mistral ran.

Collected from events while they come and from the entries when a request is answered; on record in the journal
(`said`, `sources`, `made`, `texts`), so that a turn that is taken up ends with the same answer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bot.catalog.agents import Agent
from workers import structured
from workers.conversations.port import (
    Delta,
    Done,
    Entry,
    Execution,
    ExecutionDone,
    ExecutionStarted,
    FileMade,
    Message,
    Speaker,
)
from workers.delivery import written
from workers.delivery.delivery import Delivery
from workers.delivery.executions import TextFile, card, cited_in, long_code, prompt_of
from workers.delivery.written import Source, Written
from workers.journal import Journal

Heard = Delta | ExecutionStarted | ExecutionDone | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file at Mistral that the answer brings along; `alt` says what a picture shows."""

    file_id: str
    name: str = ""
    kind: str = ""  # an extension, as the tool named it
    alt: str = ""


class Answer:
    """Of one turn. An answer in a form of its own (structured output) is never streamed: its JSON is for programs."""

    def __init__(self, journal: Journal, agent: Agent, delivery: Delivery) -> None:
        self._journal = journal
        self._delivery = delivery
        self.form = structured.form_of(agent)
        self._written = Written(self.said, self._on_record())
        self._shown: dict[str, object] = {}  # cards by id, as they were shown last

    @property
    def said(self) -> str:
        """The text of the rounds that are over; in a form of its own, the newest message as it came."""
        return self._journal.get("said") or ""

    @property
    def sources(self) -> list[Source]:
        """What the text cites so far, also the part that is still on its way."""
        return self._written.sources

    async def begin(self) -> None:
        """A request goes out: what a broken try of it has said does not count."""
        self._written = Written(self.said, self._on_record())
        await self._correct()

    def hear(self, event: Heard) -> None:
        """Show what is said and done while it comes."""
        match event:
            case Delta(id=message, part=part) if self.form is None:
                self._delivery.say(self._written.take(message, part))
            case ExecutionStarted(id=execution, name=name):
                self._show(Execution(id=execution, name=name, arguments="", info={}), is_done=False)
            case ExecutionDone(id=execution, name=name, arguments=arguments, info=info):
                self._show(Execution(id=execution, name=name, arguments=arguments, info=info))
            case Done() if self.form is None:
                self._delivery.say(self._written.end())

    async def take_in(self, entries: Sequence[Entry]) -> None:
        """Put on record what `entries` add; all of a request that was answered, heard or found in the history."""
        added, self._written = written.of_entries(self.said, self._on_record(), entries)
        said = self.said + added if self.form is None else self._newest(entries)
        self._journal.set(said=said)
        if self._written.sources:
            self._journal.set(sources=_dump(written.dump(self._written.sources)))
        self._take_executions([entry for entry in entries if isinstance(entry, Execution)], cited_in(entries))
        self._take_files(entries)
        await self._correct()

    def files(self) -> tuple[list[Made], list[TextFile]]:
        """The files that belong to the answer, as they are on record."""
        made = [Made(**raw) for raw in json.loads(self._journal.get("made") or "[]")]
        return made, [TextFile(**raw) for raw in json.loads(self._journal.get("texts") or "[]")]

    def _on_record(self) -> list[Source]:
        return written.load(json.loads(self._journal.get("sources") or "[]"))

    async def _correct(self) -> None:
        shown = self.said if self.form is None else ""
        if self._delivery.said != shown:
            await self._delivery.correct(shown)

    def _newest(self, entries: Sequence[Entry]) -> str:
        texts = [entry.text for entry in entries if isinstance(entry, Message) and entry.speaker is Speaker.ASSISTANT]
        return next((text for text in reversed(texts) if text.strip()), self.said)

    def _take_executions(self, executions: Sequence[Execution], cited: Sequence[str]) -> None:
        _, texts = self.files()
        for execution in executions:
            self._show(execution, cited=cited)
            texts += long_code(execution, len(texts) + 1)
        if texts:
            self._journal.set(texts=_dump([asdict(text) for text in texts]))

    def _take_files(self, entries: Sequence[Entry]) -> None:
        made, _ = self.files()
        known = {each.file_id for each in made}
        for file in self._written.files:
            if file.file_id not in known:
                alt = self._alt(file, entries)
                made.append(Made(file_id=file.file_id, name=file.file_name or "", kind=file.file_type or "", alt=alt))
        if made:
            self._journal.set(made=_dump([asdict(each) for each in made]))

    def _alt(self, file: FileMade, entries: Sequence[Entry]) -> str:
        makers = [entry for entry in entries if isinstance(entry, Execution) and entry.name == file.tool]
        maker = makers[-1] if makers else Execution(id="", name=file.tool, arguments="", info={})
        return prompt_of(maker, self._delivery.words)

    def _show(self, execution: Execution, *, is_done: bool = True, cited: Sequence[str] = ()) -> None:
        task = card(execution, self._delivery.words, is_done=is_done, cited=cited)
        if self._shown.get(task.id) != task:
            self._shown[task.id] = task
            self._delivery.task(task)


def _dump(value: list[dict[str, Any]]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
