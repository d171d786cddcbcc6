"""GitHub's search: words and qualifiers (`repo:`, `is:open`, `label:"good first issue"`), and what they find.

Words all have to occur; a qualifier after a minus must not hold. Qualifiers that are not known here find nothing, so
that nobody takes for a result what was never looked at.
https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeVar

from playground.services.github import errors
from playground.services.github.models import Account, Issue, Repository
from playground.services.github.objects import Commit
from playground.services.github.qualifiers import (
    CODE,
    COMMITS,
    ISSUES,
    REPOSITORIES,
    USERS,
    Holds,
    files,
    text_of,
)
from playground.services.github.store import Caller, GitHub

TERM = re.compile(r'(-?)(?:([\w-]+):)?("[^"]*"|[^\s"]+)')
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Query:
    words: tuple[str, ...]
    qualifiers: tuple[tuple[str, str, bool], ...]  # name, value, whether it has to hold

    def named(self, name: str) -> list[str]:
        return [value for known, value, holds in self.qualifiers if known == name and holds]


def parsed(text: str) -> Query:
    if not text.strip():
        raise errors.invalid("Search", "q", "missing")
    words, qualifiers = [], []
    for minus, name, value in TERM.findall(text):
        value = value.strip('"')
        if name:
            qualifiers.append((name.lower(), value.lower(), not minus))
        elif value.upper() not in ("AND", "OR", "NOT"):
            words.append(value.lower())
    return Query(tuple(words), tuple(qualifiers))


def issues(hub: GitHub, caller: Caller, text: str) -> list[tuple[Repository, Issue]]:
    query = parsed(text)
    found = [(repository, issue) for repository in hub.visible(caller) for issue in repository.issues.values()]
    return [
        (repository, issue)
        for repository, issue in found
        if _all_words(query, issue.title, issue.body, *(comment.body for comment in issue.comments))
        and _hold(query, ISSUES, (repository, issue, caller))
    ]


def repositories(hub: GitHub, caller: Caller, text: str) -> list[Repository]:
    query = parsed(text)
    return [
        one
        for one in hub.visible(caller)
        if _all_words(query, one.name, one.description, one.owner) and _hold(query, REPOSITORIES, one)
    ]


def users(hub: GitHub, text: str, *, organizations: bool | None = None) -> list[Account]:
    query = parsed(text)
    return [
        one
        for one in hub.accounts()
        if organizations in (None, one.is_organization)
        and _all_words(query, one.login, one.name, one.email)
        and _hold(query, USERS, one)
    ]


def code(hub: GitHub, caller: Caller, text: str) -> list[tuple[Repository, str, str]]:
    """Files of default branches: (repository, path, hash)."""
    query = parsed(text)
    return [
        (repository, path, sha)
        for repository in hub.visible(caller)
        for path, sha in files(repository)
        if _all_words(query, path, text_of(repository, sha)) and _hold(query, CODE, (repository, path))
    ]


def commits(hub: GitHub, caller: Caller, text: str) -> list[tuple[Repository, Commit]]:
    """Of default branches."""
    query = parsed(text)
    found = []
    for repository in hub.visible(caller):
        tip = repository.branches.get(repository.default_branch)
        found += [(repository, commit) for commit in (repository.objects.history(tip) if tip else [])]
    return [
        (repository, commit)
        for repository, commit in found
        if _all_words(query, commit.message) and _hold(query, COMMITS, (repository, commit))
    ]


def _all_words(query: Query, *texts: str | None) -> bool:
    """`in:` narrows at GitHub which text is looked at; here all of it is."""
    everything = "\n".join(filter(None, texts)).lower()
    return all(word in everything for word in query.words)


def _hold(query: Query, known: dict[str, Holds[T]], thing: T) -> bool:
    """Several of one name are alternatives for places, and all have to hold otherwise, as at GitHub."""
    places = [value for name in ("repo", "org", "user") for value in query.named(name)]
    if places and not any(_place_holds(query, known, value, thing) for value in places):
        return False
    rest = [one for one in query.qualifiers if one[0] not in ("repo", "org", "user", "in", "sort") or not one[2]]
    return all(name in known and known[name](value, thing) == holds for name, value, holds in rest)


def _place_holds(query: Query, known: dict[str, Holds[T]], value: str, thing: T) -> bool:
    names = [name for name in ("repo", "org", "user") if value in query.named(name)]
    return any(name in known and known[name](value, thing) for name in names)
