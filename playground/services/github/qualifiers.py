"""What the qualifiers of a search mean, for each kind of thing that can be searched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from playground.services.github.models import Account, Issue, Repository
from playground.services.github.objects import Commit
from playground.services.github.store import Caller

ENDINGS = {
    "python": ".py", "markdown": ".md", "javascript": ".js", "typescript": ".ts", "yaml": ".yml", "json": ".json",
    "html": ".html", "css": ".css", "shell": ".sh", "toml": ".toml",
}  # fmt: skip
T = TypeVar("T")
Holds = Callable[[str, T], bool]  # whether a qualifier's value holds of a thing


def files(repository: Repository) -> Iterator[tuple[str, str]]:
    if tip := repository.branches.get(repository.default_branch):
        yield from ((path, sha) for path, (_, sha) in repository.objects.files(tip).items())


def text_of(repository: Repository, sha: str) -> str:
    return repository.objects.blobs[sha].decode(errors="replace")


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
    "language": lambda value, one: any(path.endswith(ENDINGS.get(value, "/")) for path, _ in files(one)),
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
        value in text_of(at[0], sha).lower() for path, sha in files(at[0]) if path == at[1]
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
