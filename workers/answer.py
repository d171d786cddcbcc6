"""What a turn's answer is made of: its text, what it cites, the files and the cards of tools that Mistral ran.

Collected from events while they come and from the entries when a request is answered; on record in the journal
(`said`, `formed`, `sources`, `made`, `texts`), so that a turn that is taken up ends with the same answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.catalog.agents import Agent
from bot.slack import blocks
from bot.threads.audit import AT_MISTRAL
from bot.threads.models import CallState
from workers.call_record import CallRecord
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
from workers.handoffs.cast import Cast
from workers.journal import Journal
from workers.structured import Form, form_of

Heard = Delta | ExecutionStarted | ExecutionDone | Done


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A file at Mistral that the answer brings along; `alt` says what a picture shows."""

    file_id: str
    name: str = ""
    kind: str = ""  # an extension, as the tool named it
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Formed:
    """An answer in a form of its own, as it came, and the form it should have."""

    text: str
    form: Form


class Answer:
    """Of one turn. `speaking` names the agent that speaks now.

    A message in a form of its own (structured output) is never streamed, its JSON is for programs: the newest one is
    kept beside `said`, and made readable when all is said.
    """

    def __init__(self, journal: Journal, delivery: Delivery, cast: Cast, speaking: Callable[[], str]) -> None:
        self._journal = journal
        self._delivery = delivery
        self._cast = cast
        self._speaking = speaking
        self._agents: dict[str, Agent | None] = {}  # by id
        self._written = Written(self.said, self._on_record())
        self._shown: dict[str, blocks.Task] = {}  # cards as they were shown last

    @property
    def said(self) -> str:
        """The text of the rounds that are over."""
        return self._journal.get("said") or ""

    @property
    def sources(self) -> list[Source]:
        """What the text cites so far, also the part that is still on its way."""
        return self._written.sources

    @property
    def formed(self) -> Formed | None:
        """The newest message in a form of its own."""
        kept = json.loads(self._journal.get("formed") or "{}")
        return Formed(kept["text"], Form(kept["name"], kept["schema"])) if kept else None

    def begin(self) -> None:
        """A request goes out: what a broken try of it has said does not count."""
        self._written = Written(self.said, self._on_record())

    def pause(self) -> None:
        """Another speaker comes: what was held back is this one's."""
        self._delivery.say(self._written.end())

    async def hear(self, event: Heard) -> None:
        """Show what is said and done while it comes."""
        match event:
            case Delta(id=message, part=part, agent_id=agent_id):
                if await self._form_of(agent_id) is None:
                    self._delivery.say(self._written.take(message, part))
            case ExecutionStarted(id=execution, name=name):
                self._show(Execution(id=execution, name=name, arguments="", info={}), is_done=False)
            case ExecutionDone(id=execution, name=name, arguments=arguments, info=info):
                self._show(Execution(id=execution, name=name, arguments=arguments, info=info))
            case Done():
                self._delivery.say(self._written.end())

    async def with_entries(self, entries: Sequence[Entry]) -> str:
        """The text so far with what `entries` add."""
        plain, _ = await self._by_form(entries)
        return self.said + written.of_entries(self.said, self._on_record(), plain)[0]

    async def take_in(self, entries: Sequence[Entry]) -> None:
        """Put on record what `entries` add; all of a request that was answered, heard or found in the history."""
        plain, formed = await self._by_form(entries)
        added, self._written = written.of_entries(self.said, self._on_record(), plain)
        self._journal.set(said=self.said + added)
        if formed is not None:
            form = formed.form
            kept = {"text": formed.text, "name": form.name, "schema": form.schema}
            self._journal.set(formed=json.dumps(kept, ensure_ascii=False, separators=(",", ":")))
        if self._written.sources:
            self._journal.set(sources=_dump(written.dump(self._written.sources)))
        executions = [entry for entry in entries if isinstance(entry, Execution)]
        self._take_executions(executions, cited_in(entries))
        for execution in executions:
            await self._log(execution)
        self._take_files(entries)
        if self._delivery.said != self.said and not self._delivery.is_muted:
            await self._delivery.correct(self.said)  # events came in another order than their entries

    async def _by_form(self, entries: Sequence[Entry]) -> tuple[list[Entry], Formed | None]:
        """The entries without the words of messages in a form of their own, and the newest of those."""
        plain: list[Entry] = []
        newest: Formed | None = None
        for entry in entries:
            if isinstance(entry, Message) and entry.speaker is Speaker.ASSISTANT:
                form = await self._form_of(entry.agent_id)
                if form is not None:
                    newest = Formed(entry.text, form) if entry.text.strip() else newest
                    entry = replace(entry, parts=tuple(part for part in entry.parts if isinstance(part, FileMade)))
            plain.append(entry)
        return plain, newest

    async def _form_of(self, agent_id: str | None) -> Form | None:
        if agent_id is None:
            agent = await self._cast.agent(None, speaking=self._speaking())
        else:
            if agent_id not in self._agents:
                self._agents[agent_id] = await self._cast.agent(agent_id)
            agent = self._agents[agent_id]
        return form_of(agent) if agent else None

    def files(self) -> tuple[list[Made], list[TextFile]]:
        """The files that belong to the answer, as they are on record."""
        made = [Made(**raw) for raw in json.loads(self._journal.get("made") or "[]")]
        return made, [TextFile(**raw) for raw in json.loads(self._journal.get("texts") or "[]")]

    def _on_record(self) -> list[Source]:
        return written.load(json.loads(self._journal.get("sources") or "[]"))

    def _take_executions(self, executions: Sequence[Execution], cited: Sequence[str]) -> None:
        _, texts = self.files()
        for execution in executions:
            self._show(execution, cited=cited)
            texts += long_code(execution, len(texts) + 1)
        if texts:
            self._journal.set(texts=_dump([asdict(text) for text in texts]))

    async def _log(self, execution: Execution) -> None:
        """What Mistral did by itself is an action as any other."""
        agent = await self._cast.agent(execution.agent_id, speaking=self._speaking())
        record = CallRecord(
            state=CallState.DONE,
            name=execution.name,
            arguments=execution.arguments,
            agent=agent.name if agent else "",
            server=AT_MISTRAL,
            account="service",
        )
        self._journal.audit(execution.id, record, "ran")

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
