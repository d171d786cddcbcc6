"""Runs the tools of the service for one key. Canned: the same arguments give the same result, and no code is run."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from playground.agents_api.brains.port import Finding, Ran
from playground.agents_api.brains.zones import plain
from playground.agents_api.cabinet import Cabinet, StoredFile
from playground.agents_api.connectors import arithmetic, catalogue, corpus, painting
from playground.agents_api.ids import Json, tokens
from playground.agents_api.retrieval import paragraphs, rank
from playground.agents_api.shelves import Shelves

FOUND_MAX = 3
TOKENS_OF_PAGE = 1_500  # what reading one page costs the real service, in its samples about 7,000 for a few pages
TOKENS_OF_CODE, TOKENS_OF_IMAGE = 220, 40
NO_RUN = "The playground never runs code. It has recordings of a few runs, and none of this one.\n"


@dataclass(slots=True)
class Workshop:
    """A tool is run once a turn for the same arguments, however often it is asked."""

    owner: str
    cabinet: Cabinet
    shelves: Shelves
    _ran: dict[str, Ran] = field(default_factory=dict)

    def run(self, tool: Json, name: str, arguments: Json) -> Ran:
        """Run the inner tool `name` that `tool` offers."""
        key = json.dumps([tool, name, arguments], sort_keys=True)
        if key not in self._ran:
            self._ran[key] = self._run(tool, name, arguments)
        return self._ran[key]

    def file(self, id_: str) -> StoredFile | None:
        """A file of this key's, where a message names one."""
        found = self.cabinet.known(id_)
        return found if found is not None and found.owner == self.owner else None

    def _run(self, tool: Json, name: str, arguments: Json) -> Ran:
        match tool["type"]:
            case "web_search" | "web_search_premium":
                return self._search(name, str(arguments.get("query", "")))
            case "code_interpreter":
                return self._code(str(arguments.get("code", "")))
            case "image_generation":
                return self._image(str(arguments.get("prompt", "")))
            case "document_library":
                return self._documents(tool["library_ids"], str(arguments.get("query", "")))
            case _:
                return remote(tool, name, arguments)

    def _search(self, name: str, query: str) -> Ran:
        pages = corpus.news() if name == catalogue.NEWS else corpus.pages()
        best = rank(query, pages, lambda page: f"{page.title} {page.title} {page.en} {page.fr}", most=FOUND_MAX)
        if not best and name == catalogue.NEWS:
            best = sorted(pages, key=lambda page: page.date, reverse=True)[:FOUND_MAX]
        findings = [Finding(page.title, {"en": page.en, "fr": page.fr}, page.url, page.date) for page in best]
        return Ran(findings=findings, tokens=TOKENS_OF_PAGE * len(findings))

    def _code(self, code: str) -> Ran:
        """The recording of this very code; a sum is worked out by our own calculator, never by running it."""
        for recording in corpus.recordings():
            if code == recording.code:
                said = {"en": recording.en, "fr": recording.fr}
                file = self._plot(recording) if recording.plot else None
                info = {"code": code, "code_output": recording.output}
                return Ran(info=info, said=said, file=file, tokens=TOKENS_OF_CODE)
        output = NO_RUN
        printed = re.fullmatch(r"print\((.+)\)", code)
        result = arithmetic.result_of(printed.group(1)) if printed else None
        if result is not None:
            output = f"{result}\n"
        return Ran(info={"code": code, "code_output": output}, tokens=TOKENS_OF_CODE)

    def _plot(self, recording: corpus.Recording) -> Json:
        content = painting.plot(recording.plot or {})
        return self._kept("code_interpreter", "plot_0.png", content)

    def _image(self, prompt: str) -> Ran:
        file = self._kept("image_generation", "image_generated_0", painting.picture(prompt))
        return Ran(file=file, tokens=TOKENS_OF_IMAGE)

    def _kept(self, tool: str, name: str, content: bytes) -> Json:
        file = self.cabinet.make(self.owner, name, content, "image/png")
        return {"type": "tool_file", "tool": tool, "file_id": file.id, "file_name": name, "file_type": "png"}

    def _documents(self, library_ids: Sequence[str], query: str) -> Ran:
        parts = [
            (document.name, part)
            for document in self.shelves.searchable(library_ids, self.owner)
            for part in paragraphs(document.text())
        ]
        best = rank(query, parts, lambda part: part[1], most=FOUND_MAX)
        findings = [Finding(name, {"en": part, "fr": part}, None, None) for name, part in best]
        return Ran(findings=findings, tokens=sum(tokens(part) for _, part in best))


def remote(tool: Json, name: str, arguments: Json) -> Ran:
    """A connector's tool: what reads looks through its items, what writes says what it would have done."""
    known = catalogue.remote(tool["connector_id"])
    wanted = next(one for one in known.tools if one.name == name)
    if wanted.writes:
        listed = ", ".join(f"{key}: {value}" for key, value in arguments.items())
        said = {
            "en": f"{known.title} would now have done this ({listed}); in the playground nothing leaves it.",
            "fr": f"{known.title} aurait fait ceci ({listed}) ; du bac à sable, rien ne sort.",
        }
        return Ran(said=said, tokens=tokens(listed))
    items = known.items
    best = rank(str(arguments.get("query", "")), items, lambda item: f"{item.title} {item.text}", most=FOUND_MAX)
    findings = [Finding(one.title, {"en": one.text, "fr": one.text}, None, None) for one in best or items]
    return Ran(findings=findings, tokens=sum(tokens(one.text) for one in best or items))


def recording_for(text: str) -> corpus.Recording | None:
    """The recorded run that a request means."""
    said = set(re.findall(r"[a-z0-9-]+", plain(text)))
    scored = [(len(said.intersection(one.words)), one) for one in corpus.recordings()]
    best = max(scored, key=lambda one: one[0])
    return best[1] if best[0] else None
