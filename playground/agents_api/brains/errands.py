"""What people have done at other services: the words that ask for a client's tool there, and how its answer is told.

Always holds: only what the words ask for is called, and what would be guessed at is asked back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from playground.agents_api.brains import offered
from playground.agents_api.brains.offered import Mistake, Wanted
from playground.agents_api.brains.wording import WORDS
from playground.agents_api.brains.zones import plain
from playground.agents_api.ids import Json

PROJECTS = re.compile(
    r"\b(which|what|list|show|tell|see)\b.*\bprojects\b|\b(quels|liste[rz]?|montre[rz]?|voir)\b.*\bprojets\b"
)
ISSUE = re.compile(
    r"\b(open|create|file) an? (new )?(github )?issue\b|\b(ouvre[rz]?|cree[rz]?) une? (nouvelle )?issue\b"
)
REPOSITORY = re.compile(r"(?<![\w/])(?P<owner>[\w.-]+)/(?P<repo>[\w.-]*\w)")
TITLE = re.compile(r":\s+(?P<after>\S.*)|[“\"«]\s*(?P<quoted>[^”\"»]+?)\s*[”\"»]")


def wanted(text: str, tools: Sequence[Json]) -> Wanted | Mistake | None:
    """The call that `text` asks for, or what it lacks; None where it asks for none of these, or no tool is there."""
    said = plain(text)
    if PROJECTS.search(said) and (tool := offered.fitting(tools, "list_projects")):
        return Wanted(tool.name, {})
    if ISSUE.search(said) and (tool := offered.fitting(tools, "issue_write", "method", "owner", "repo", "title")):
        where, title = REPOSITORY.search(text), TITLE.search(text)
        if where is None or title is None:
            return Mistake("which_issue", {})
        named = (title["after"] or title["quoted"]).strip()
        return Wanted(tool.name, {"method": "create", "owner": where["owner"], "repo": where["repo"], "title": named})
    return None


def told(tool: str, value: Json | None, language: str) -> str | None:
    """The answer of such a tool in words; None where it is none of these, or says something else."""
    try:
        return next((tell(value, WORDS[language]) for name, tell in TELLS.items() if value and name in tool), None)
    except (KeyError, TypeError):
        return None


def _projects(value: Json, words: dict[str, str]) -> str:
    lines = [
        words["project"].format(
            name=one["name"],
            url=one["url"],
            status=one["status"]["name"],
            lead=one["lead"]["name"] if one["lead"] else words["nobody"],
        )
        for one in value["projects"]
    ]
    return "\n".join([words["projects"], *(f"- {line}" for line in lines)]) if lines else words["no_projects"]


def _issue(value: Json, words: dict[str, str]) -> str:
    return words["issue"].format(number=value["url"].rpartition("/")[2], url=value["url"])


TELLS: dict[str, Callable[[Json, dict[str, str]], str]] = {"list_projects": _projects, "issue_write": _issue}
