"""Branches, and names of commits: finding what a name stands for, making branches, moving them."""

from __future__ import annotations

from playground.services.github import errors
from playground.services.github.acts import telling
from playground.services.github.models import Repository
from playground.services.github.objects import Commit
from playground.services.github.store import Caller, GitHub

HEADS, TAGS = "refs/heads/", "refs/tags/"


def resolve(repository: Repository, name: str | None) -> Commit:
    """The commit that a branch, tag, full ref or (beginning of a) hash stands for; no name is the default branch."""
    wanted = name or repository.default_branch
    short = wanted.removeprefix("refs/").removeprefix("heads/").removeprefix("tags/")
    sha = repository.branches.get(short) or repository.tags.get(short) or _pull_head(repository, short)
    commits = repository.objects.commits
    if sha is None and len(wanted) >= 7:
        sha = next((one for one in commits if one.startswith(wanted)), None)
    if sha is None or sha not in commits:
        raise errors.ApiError(404, f"No commit found for SHA: {wanted}" if name else "This repository is empty.")
    return commits[sha]


def branch(repository: Repository, name: str) -> str:
    """The commit at the end of a branch."""
    if name not in repository.branches:
        raise errors.ApiError(404, "Branch not found")
    return repository.branches[name]


def create(hub: GitHub, caller: Caller, repository: Repository, ref: str, sha: str) -> str:
    """`ref` in full (`refs/heads/…`); returns it."""
    hub.must_push(caller, repository)
    if not ref.startswith((HEADS, TAGS)) or ref.count("/") < 2 or ref.endswith("/"):
        raise errors.unprocessable("Reference name must start with 'refs/' and contain at least two slashes.")
    names = repository.branches if ref.startswith(HEADS) else repository.tags
    name = ref.removeprefix(HEADS).removeprefix(TAGS)
    if name in names:
        raise errors.unprocessable("Reference already exists")
    if sha not in repository.objects.commits:
        raise errors.unprocessable("Object does not exist")
    names[name] = sha
    repository.pushed_at = hub.now()
    telling.moved(hub, caller, repository, ref, None, sha)
    return ref


def move(hub: GitHub, caller: Caller, repository: Repository, name: str, sha: str, *, force: bool) -> None:
    hub.must_push(caller, repository)
    if name not in repository.branches:
        raise errors.unprocessable("Reference does not exist")
    if sha not in repository.objects.commits:
        raise errors.unprocessable("Object does not exist")
    if not force and not repository.objects.is_ancestor(repository.branches[name], sha):
        raise errors.unprocessable("Update is not a fast forward")
    before, repository.branches[name] = repository.branches[name], sha
    repository.pushed_at = hub.now()
    telling.moved(hub, caller, repository, f"{HEADS}{name}", before, sha)


def _pull_head(repository: Repository, name: str) -> str | None:
    """`pull/7/head`."""
    match name.split("/"):
        case ["pull", number, "head"] if number.isdigit() and int(number) in repository.issues:
            pull = repository.issues[int(number)].pull
            return pull.head_sha if pull else None
        case _:
            return None
