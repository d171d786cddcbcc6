"""The files that people posted, as far as this turn's model is given them.

They are read when the turn begins: text goes into the words of its message, images and PDFs go along with them. Which
those are is on record; their bytes are not, so a worker that takes the turn up reads them again.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from bot.slack.client import Slack
from bot.slack.errors import Refused, SlackError
from bot.slack.patience import patiently
from bot.texts import Words
from bot.threads.models import File
from workers import files_in
from workers.conversations.port import Attachment
from workers.files_in import InWords, Problem
from workers.inputs import FileLine
from workers.journal import Journal

READ_TRIES = 3
MEGABYTE = 1024 * 1024

log = structlog.get_logger()


@dataclass(slots=True)
class Read:
    """What became of some files: a line for the model by file id, and for people the names behind each problem."""

    lines: dict[str, FileLine] = field(default_factory=dict)
    problems: dict[Problem, list[str]] = field(default_factory=dict)
    cut: list[str] = field(default_factory=list)

    def refuse(self, file: File, problem: Problem) -> None:
        self.lines[file.id] = FileLine(file.name)
        self.problems.setdefault(problem, []).append(file.name)


def sentences(words: Words, read: Read, asked: Sequence[File], *, limit_megabytes: int) -> list[str]:
    """What the people who posted `asked` should know of them; files of earlier messages go without a word."""
    names = {file.name for file in asked}
    said = [
        words.say(
            f"file.{problem}",
            name=words.names(mine),
            limit=limit_megabytes,
            count=files_in.MOST_FILES,
            most=files_in.MOST_MEGABYTES,
        )
        for problem, refused in read.problems.items()
        if (mine := [name for name in refused if name in names])
    ]
    if cut := [name for name in read.cut if name in names]:
        said.append(words.say("file.cut", name=words.names(cut), limit=files_in.TEXT_LIMIT))
    return said


class Files:
    """Of one turn. `limit_megabytes` is one file's."""

    def __init__(
        self, slack: Slack, journal: Journal, *, limit_megabytes: int, sleep: Callable[[float], Awaitable[None]]
    ) -> None:
        self._slack = slack
        self._journal = journal
        self._limit = limit_megabytes * MEGABYTE
        self._sleep = sleep
        self._attached: dict[str, Attachment] = {}

    async def read(self, files: Sequence[File]) -> Read:
        """Read them in this order; the first ones count where there are too many. Never fails the turn."""
        found = Read()
        for file in {file.id: file for file in files}.values():
            if not files_in.is_worth_reading(file):
                found.refuse(file, Problem.UNSUPPORTED)
            elif file.size > self._limit:
                found.refuse(file, Problem.TOO_LARGE)
            elif len(found.lines) - sum(map(len, found.problems.values())) >= files_in.MOST_FILES:
                found.refuse(file, Problem.TOO_MANY)
            else:
                await self._read(file, found)
        attached = [{"id": file.id, "name": file.name} for file in files if file.id in self._attached]
        if attached:
            self._journal.set(attached=json.dumps(attached, ensure_ascii=False))
        return found

    async def attachments(self) -> tuple[Attachment, ...]:
        """What goes along with the turn's message. One that Slack does not give any more is left out."""
        attached = []
        for item in json.loads(self._journal.get("attached") or "[]"):
            file = File(id=item["id"], name=item["name"], mimetype="", size=0)
            if file.id not in self._attached:
                await self._read(file, Read())
            if file.id in self._attached:
                attached.append(self._attached[file.id])
        return tuple(attached)

    @property
    def _held(self) -> int:
        return sum(len(attachment.content) for attachment in self._attached.values())

    async def _read(self, file: File, found: Read) -> None:
        try:
            content = await patiently(
                lambda: self._slack.download(file.id, limit=self._limit), tries=READ_TRIES, sleep=self._sleep
            )
        except SlackError as error:
            log.warning("file.unread", error=str(error))
            large = isinstance(error, Refused) and error.code == "too_large"
            found.refuse(file, Problem.TOO_LARGE if large else Problem.UNREADABLE)
            return
        match files_in.understood(file, content):
            case Attachment() if self._held + len(content) > files_in.MOST_MEGABYTES * MEGABYTE:
                found.refuse(file, Problem.TOO_MUCH)
            case Attachment() as attachment:
                self._attached[file.id] = attachment
                found.lines[file.id] = FileLine(file.name, attached=True)
            case InWords(text, whole):
                found.lines[file.id] = FileLine(file.name, text=text)
                found.cut += [] if whole else [file.name]
            case None:
                found.refuse(file, Problem.UNREADABLE)
