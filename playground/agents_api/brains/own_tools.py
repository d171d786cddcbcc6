"""How the rules use the tools that the service runs itself: what they ask, and how they tell what came back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from playground.agents_api.brains import remote_words
from playground.agents_api.brains.port import Call, Chunk, Execution, Piece, Question, Ran, Text, as_arguments
from playground.agents_api.brains.remote_words import shortened
from playground.agents_api.brains.understanding import Intent
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.connectors import arithmetic, catalogue
from playground.agents_api.connectors.corpus import Remote
from playground.agents_api.connectors.workshop import recording_for
from playground.agents_api.ids import Json

NEWS_URL = "https://agency."
PLACEHOLDER = "![Image](__emitted_0.png)"  # as the real service writes it where a plot belongs

# The inner tools that serve an intent, the fitting one first.
SERVING = {
    Intent.SEARCH: (catalogue.SEARCH,),
    Intent.NEWS: (catalogue.NEWS, catalogue.SEARCH),
    Intent.CODE: ("code_interpreter",),
    Intent.DRAW: ("image_generation",),
    Intent.LIBRARY: ("document_library",),
}
SUBJECT = {
    Intent.SEARCH: r"(?:look|search) (?:it |this |that )?(?:up|for) (?P<a>.+?) (?:up )?on the (?:web|internet)"
    r"|cherche[rz]? (?!sur)(?P<b>.+?) sur (?:le web|internet)"
    r"|(?:web|internet)\b(?: for| about)?[ :]+(?P<c>.+)|look up (?P<d>.+)|(?P<e>.+?)\W+look (?:it|this|that) up",
    Intent.NEWS: r"(?:news|nouvelles|infos|actualités)\s+(?:about|on|of|from|sur|de la|de|du|des)\s+(?P<a>.+)",
    Intent.DRAW: r"(?:draw|paint|sketch|dessine[rz]?|peins|peignez)(?:-moi)? (?:me )?(?P<a>.+)"
    r"|(?:picture|image|drawing|dessin) (?:of|de|d['’]) ?(?P<b>.+)",
    Intent.LIBRARY: r"\b(?:about|sur|au sujet de)\s+(?P<a>.+)",
    Intent.CODE: r"(?:code|python)[ :]+(?P<a>.+)",
}


def subject(intent: Intent, text: str) -> str:
    """What a request is about, without the words that ask for it."""
    match = re.search(SUBJECT[intent], text, re.IGNORECASE | re.DOTALL)
    found = next((part for part in match.groups() if part), "") if match else ""
    return (found or text).strip().strip("?!.: ").strip()


class OwnTools:
    """The service's tools that the agent who speaks may use."""

    def __init__(self, question: Question, tools: Sequence[Json], language: str) -> None:
        self._question, self._language = question, language
        self._words = WORDS[language]
        self.tools = [tool for tool in tools if tool["type"] != "function"]

    def serving(self, intent: Intent) -> str | None:
        """The inner tool for `intent` that is offered."""
        return next((name for name in SERVING.get(intent, ()) if catalogue.holding(self.tools, name)), None)

    def remotes(self) -> list[tuple[Json, Remote]]:
        return [(tool, catalogue.remote(tool["connector_id"])) for tool in self.tools if tool["type"] == "connector"]

    def use(self, intent: Intent, text: str) -> Iterator[Piece]:
        name = self.serving(intent)
        if name is None:
            yield Text(self._words["no_own_tool"].format(tool=SERVING[intent][0]))
        elif intent is not Intent.CODE:
            yield from self._ask(name, {"prompt" if intent is Intent.DRAW else "query": subject(intent, text)})
        else:
            yield from self._ask(name, {"code": code_for(text)})

    def wanted_remotes(self, text: str) -> list[tuple[str, Json]]:
        """The connector tools that `text` asks for by the connector's name and a verb, with their arguments."""
        return [
            found
            for tool, remote in self.remotes()
            for found in remote_words.wanted(text, remote, catalogue.remote_tools(tool))
        ]

    def use_remotes(self, wanted: Sequence[tuple[str, Json]]) -> Iterator[Piece]:
        for name, arguments in wanted:
            yield from self._ask(name, arguments)

    def decided(self) -> Iterator[Piece]:
        """What became of the calls that a person allowed or denied, earlier decisions of the same question included."""
        now = {call["tool_call_id"]: status for call, status in self._question.decided}
        between = ""
        for entry in since_last_message(self._question.entries):
            if entry["type"] != "function.call":
                continue
            status = now.get(entry["tool_call_id"], entry.get("confirmation_status"))
            tool = catalogue.holding(self.tools, entry["name"])
            if status in ("allowed", "denied") and between:
                yield Text(between)
            between = "\n\n"
            if status == "denied":
                yield Text(self._words["denied"].format(tool=entry["name"]))
            elif status == "allowed" and tool is not None:
                arguments = as_arguments(entry["arguments"])
                yield from self._told(tool, arguments, self._question.workshop.run(tool, entry["name"], arguments))

    def _ask(self, name: str, arguments: Json) -> Iterator[Piece]:
        tool = catalogue.holding(self.tools, name)
        if tool is None:
            return
        sent = json.dumps(arguments, ensure_ascii=False)
        if catalogue.needs_yes(tool, name):
            yield Call(name=name, arguments=sent, pending=True)
            return
        ran = self._question.workshop.run(tool, name, arguments)
        counted = catalogue.counted_as(tool, name)
        yield Execution(name=name, arguments=sent, info=ran.info, tokens=ran.tokens, counted_as=counted)
        yield from self._told(tool, arguments, ran)

    def _told(self, tool: Json, arguments: Json, ran: Ran) -> Iterator[Piece]:
        match tool["type"]:
            case "code_interpreter":
                yield from self._told_code(ran)
            case "image_generation":
                yield Text(self._words["picture"].format(prompt=arguments.get("prompt", "")))
                yield Chunk(ran.file or {})
            case _ if not ran.findings:
                missing = "found_no_document" if tool["type"] == "document_library" else "found_nothing"
                said = ran.said.get(self._language)
                yield Text(said or self._words[missing].format(query=arguments.get("query", "")))
            case _:
                yield from self._told_findings(tool, ran)

    def _told_code(self, ran: Ran) -> Iterator[Piece]:
        output = ran.info["code_output"]
        if self._language in ran.said:
            yield Text(ran.said[self._language])
        elif re.fullmatch(r"-?[\d.e+-]+\n", output):
            yield Text(self._words["result"].format(result=output.strip()))
        else:
            yield Text(self._words["no_recording"])
        if ran.file is not None:
            yield Text(f"\n\n{PLACEHOLDER}\n")
            yield Chunk(ran.file)

    def _told_findings(self, tool: Json, ran: Ran) -> Iterator[Piece]:
        """Each claim, and right after it where it is from."""
        kind = tool["type"]
        yield Text(self._heading(tool, ran) + "\n")
        for finding in ran.findings:
            claim = shortened(finding.text[self._language])
            yield Text(f"\n- *{finding.title}*: {claim}" if kind == "connector" else f"\n- {claim}")
            if kind != "connector":
                yield Chunk(
                    {
                        "type": "tool_reference",
                        "tool": kind,
                        "title": finding.title,
                        "url": finding.url,
                        "description": finding.date,
                    }
                )

    def _heading(self, tool: Json, ran: Ran) -> str:
        if tool["type"] == "connector":
            return self._words["found_remote"].format(title=catalogue.remote(tool["connector_id"]).title)
        if tool["type"] == "document_library":
            return self._words["found_documents"]
        news = any(finding.url and finding.url.startswith(NEWS_URL) for finding in ran.findings)
        return self._words["found_news" if news else "found"]


def code_for(text: str) -> str:
    """The code that would do it: of a recorded run, or a sum to print, or what the person wrote."""
    recording = recording_for(text)
    if recording is not None:
        return recording.code
    expression = arithmetic.found_in(text)
    return f"print({expression})" if expression else subject(Intent.CODE, text)


def since_last_message(entries: Sequence[Json]) -> Sequence[Json]:
    """The entries after the last thing that was said, by anyone."""
    for index in range(len(entries) - 1, -1, -1):
        if entries[index]["type"].startswith("message."):
            return entries[index + 1 :]
    return entries
