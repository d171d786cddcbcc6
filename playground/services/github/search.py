"""GitHub's search: words and qualifiers (`repo:`, `is:open`, `label:"good first issue"`), and what they find.

Words all have to occur; a qualifier after a minus must not hold. Qualifiers that are not known here find nothing, so
that nobody takes for a result what was never looked at.
https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from playground.services.github import errors
from playground.services.github.models import Account, Issue, Repository
from playground.services.github.objects import Commit
from playground.services.github.store import Caller, GitHub

TERM = re.compile(r'(-?)(?:([\w-]+):)?("[^"]*"|[^\s"]+)')
ENDINGS = {
    "python": ".py", "markdown": ".md", "javascript": ".js", "typescript": ".ts", "yaml": ".yml", "json": ".json",
    "html": ".html", "css": ".css", "shell": ".sh", "toml": ".toml",
}  # fmt: skip
T = TypeVar("T")
Holds = Callable[[str, T], bool]  # whether a qualifier's value holds of a thing


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
        for path, sha in _files(repository)
        if _all_words(query, path, _text(repository, sha)) and _hold(query, CODE, (repository, path))
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


def _files(repository: Repository) -> Iterator[tuple[str, str]]:
    if tip := repository.branches.get(repository.default_branch):
        yield from ((path, sha) for path, (_, sha) in repository.objects.files(tip).items())


def _text(repository: Repository, sha: str) -> str:
    return repository.objects.blobs[sha].decode(errors="replace")


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


def _in_repo(value: str, repository: Repository) -> bool:
    return repository.full_name.lower() == value


def _of_owner(value: str, repository: Repository) -> bool:
    return repository.owner.lower() == value


def _is(value: str, issue: Issue, repository: Repository) -> bool:
    match value:
        case "issue":
            return issue.pull is None
        case "pr" | "pull-request":
            return issue.pull is not None
        case "open" | "closed":
            return issue.state == value
        case "merged":
            return issue.pull is not None and issue.pull.merged_at is not None
        case "draft":
            return issue.pull is not None and issue.pull.draft
        case "private" | "public":
            return repository.private == (value == "private")
        case _:
            return False


def _me(value: str, caller: Caller) -> str:
    return caller.login if value == "@me" else value


def _reviewed(value: str, issue: Issue) -> bool:
    return issue.pull is not None and any(one.author.lower() == value for one in issue.pull.reviews)


Found = tuple[Repository, Issue, Caller]
ISSUES: dict[str, Holds[Found]] = {
    "repo": lambda value, at: _in_repo(value, at[0]),
    "org": lambda value, at: _of_owner(value, at[0]),
    "user": lambda value, at: _of_owner(value, at[0]),
    "is": lambda value, at: _is(value, at[1], at[0]),
    "type": lambda value, at: _is(value, at[1], at[0]),
    "state": lambda value, at: at[1].state == value,
    "label": lambda value, at: value in [label.lower() for label in at[1].labels],
    "author": lambda value, at: at[1].author.lower() == _me(value, at[2]),
    "assignee": lambda value, at: _me(value, at[2]) in at[1].assignees,
    "no": lambda value, at: not (at[1].assignees if value == "assignee" else at[1].labels),
    "commenter": lambda value, at: any(one.author == _me(value, at[2]) for one in at[1].comments),
    "involves": lambda value, at: (
        _me(value, at[2]) in [at[1].author, *at[1].assignees, *(one.author for one in at[1].comments)]
    ),
    "head": lambda value, at: at[1].pull is not None and at[1].pull.head.lower() == value,
    "base": lambda value, at: at[1].pull is not None and at[1].pull.base.lower() == value,
    "draft": lambda value, at: at[1].pull is not None and at[1].pull.draft == (value == "true"),
    "reviewed-by": lambda value, at: _reviewed(_me(value, at[2]), at[1]),
    "review-requested": lambda value, at: (
        at[1].pull is not None and _me(value, at[2]) in at[1].pull.requested_reviewers
    ),
}
REPOSITORIES: dict[str, Holds[Repository]] = {
    "repo": _in_repo,
    "org": _of_owner,
    "user": _of_owner,
    "is": lambda value, one: one.private == (value == "private") if value in ("private", "public") else False,
    "fork": lambda value, one: (one.parent is not None) == (value in ("true", "only")),
    "language": lambda value, one: any(path.endswith(ENDINGS.get(value, "/")) for path, _ in _files(one)),
}
USERS: dict[str, Holds[Account]] = {
    "type": lambda value, one: one.is_organization == (value == "org"),
    "user": lambda value, one: one.login.lower() == value,
}
CODE: dict[str, Holds[tuple[Repository, str]]] = {
    "repo": lambda value, at: _in_repo(value, at[0]),
    "org": lambda value, at: _of_owner(value, at[0]),
    "user": lambda value, at: _of_owner(value, at[0]),
    "path": lambda value, at: value in at[1].lower(),
    "filename": lambda value, at: at[1].lower().rpartition("/")[2] == value,
    "extension": lambda value, at: at[1].lower().endswith(f".{value}"),
    "language": lambda value, at: at[1].endswith(ENDINGS.get(value, "/")),
    "content": lambda value, at: any(
        value in _text(at[0], sha).lower() for path, sha in _files(at[0]) if path == at[1]
    ),
}
COMMITS: dict[str, Holds[tuple[Repository, Commit]]] = {
    "repo": lambda value, at: _in_repo(value, at[0]),
    "org": lambda value, at: _of_owner(value, at[0]),
    "user": lambda value, at: _of_owner(value, at[0]),
    "author": lambda value, at: at[1].author.login == value,
    "committer": lambda value, at: at[1].committer.login == value,
    "hash": lambda value, at: at[1].sha.startswith(value),
    "merge": lambda value, at: (len(at[1].parents) > 1) == (value == "true"),
    "is": lambda value, at: at[0].private == (value == "private"),
}
