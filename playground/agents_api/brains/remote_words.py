"""Which tools of a connector a text asks for, and with what: by the name of the connector, a verb and the rest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.agents_api.brains.zones import plain
from playground.agents_api.connectors.corpus import Remote, RemoteTool
from playground.agents_api.ids import Json
from playground.agents_api.retrieval import STOP_WORDS

CALLING = {"call", "use", "appelle", "appelez", "utilise", "utilisez"}
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
TITLE_CHARACTERS, QUOTED_CHARACTERS = 60, 420


def wanted(text: str, remote: Remote, offered: Sequence[RemoteTool]) -> list[tuple[str, Json]]:
    """The tools whose verbs stand in a text that names the connector; just called, its first."""
    said = set(re.findall(r"[a-z-]+", plain(text)))
    if not said & {*remote.words, *remote.name.split("_")}:
        return []
    asked = [one for one in offered if said & set(one.verbs)]
    if not asked and said & CALLING:
        asked = list(offered[:1])
    return [(one.name, arguments_of(one, remote, clause(text, one))) for one in asked]


def clause(text: str, tool: RemoteTool) -> str:
    """The part of the text that asks for this tool: "search my mail for invoices and send one to bo" has two."""
    for part in re.split(r"\b(?:and then|and|then|et puis|et|puis)\b(?=[^:]*(?::|$))", text):
        if set(re.findall(r"[a-z-]+", plain(part))) & set(tool.verbs):
            return part.strip()
    return text


def arguments_of(tool: RemoteTool, remote: Remote, text: str) -> Json:
    """Arguments for a connector's tool, from the words: an address, a text after a colon, else the whole."""
    email = EMAIL.search(text)
    _, colon, after = text.partition(":")
    body = after.strip() if colon else text
    known = {
        "to": email.group() if email else "ada@example.org",
        "query": without_names(body, remote),
        "subject": shortened(body, TITLE_CHARACTERS),
        "title": shortened(body, TITLE_CHARACTERS),
    }
    return {name: known.get(name, body) for name in tool.parameters["properties"] if name not in ("limit", "when")}


def without_names(text: str, remote: Remote) -> str:
    """`text` without the connector's names and the verbs, as a query."""
    names = {*remote.words, *remote.name.split("_"), *CALLING}
    verbs = {verb for tool in remote.tools for verb in tool.verbs}
    kept = [word for word in text.split() if plain(word).strip(".,:?!") not in names | verbs | STOP_WORDS]
    return " ".join(kept).strip(" ?!.:")


def shortened(text: str, characters: int = QUOTED_CHARACTERS) -> str:
    """One line of at most that length, cut between words."""
    line = " ".join(text.split())
    return line if len(line) <= characters else line[:characters].rpartition(" ")[0] + " …"
