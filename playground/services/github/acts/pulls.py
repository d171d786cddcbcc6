"""Pull requests: opening, changing, merging, and bringing their branch up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from playground.services.github import diffs, errors
from playground.services.github.acts import issues, telling
from playground.services.github.diffs import FileChange
from playground.services.github.models import Issue, Pull, Repository
from playground.services.github.objects import Commit
from playground.services.github.store import Caller, GitHub

Method = Literal["merge", "squash", "rebase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What of a pull request is to be different; None stays as it is."""

    title: str | None = None
    body: str | None = None
    state: Literal["open", "closed"] | None = None
    base: str | None = None
    draft: bool | None = None
    maintainer_can_modify: bool | None = None
    reviewers: list[str] | None = None


def get(hub: GitHub, repository: Repository, number: int) -> tuple[Issue, Pull]:
    """With its branches as they are now, while it is open."""
    issue = repository.issues.get(number)
    if issue is None or issue.pull is None:
        raise errors.not_found()
    if issue.state == "open":
        _look(hub, repository, issue.pull)
    return issue, issue.pull


def all_of(hub: GitHub, repository: Repository) -> list[tuple[Issue, Pull]]:
    return [get(hub, repository, number) for number, issue in repository.issues.items() if issue.pull is not None]


def create(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    *,
    title: str,
    head: str,
    base: str,
    body: str | None = None,
    draft: bool = False,
    maintainer_can_modify: bool = False,
) -> tuple[Issue, Pull]:
    """`head` is a branch here, or `owner:branch` of a fork."""
    hub.must_write(caller, repository)
    owner, _, branch = head.rpartition(":")
    source = _source(hub, caller, repository, owner or repository.owner)
    if not title:
        raise errors.missing("PullRequest", "title")
    if base not in repository.branches:
        raise errors.invalid("PullRequest", "base")
    if source is None or branch not in source.branches:
        raise errors.invalid("PullRequest", "head")
    pull = Pull(
        head_repository=source.full_name,
        head=branch,
        base=base,
        head_sha=source.branches[branch],
        base_sha=repository.branches[base],
        draft=draft,
        maintainer_can_modify=maintainer_can_modify,
    )
    _must_be_new(repository, pull)
    _look(hub, repository, pull)
    if not commits(repository, pull):
        raise errors.custom("PullRequest", f"No commits between {base} and {branch}")
    issue = issues.add(hub, caller, repository, title, body)
    issue.pull = pull
    telling.opened(hub, caller, repository, issue)
    return issue, pull


def change(hub: GitHub, caller: Caller, repository: Repository, number: int, wanted: Change) -> tuple[Issue, Pull]:
    issue, pull = get(hub, repository, number)
    hub.must_manage(caller, repository, author=issue.author)
    if wanted.base is not None and wanted.base not in repository.branches:
        raise errors.invalid("PullRequest", "base")
    for login in wanted.reviewers or []:
        if login == issue.author or not hub.has(login, repository, "read"):
            raise errors.unprocessable(
                "Reviews may only be requested from collaborators. One or more of the users or teams you specified "
                f"is not a collaborator of the {repository.full_name} repository."
            )
    issues.change(
        hub, caller, repository, issue, issues.Change(title=wanted.title, body=wanted.body, state=wanted.state)
    )
    pull.base = wanted.base or pull.base
    pull.draft = pull.draft if wanted.draft is None else wanted.draft
    if wanted.maintainer_can_modify is not None:
        pull.maintainer_can_modify = wanted.maintainer_can_modify
    pull.requested_reviewers = list(dict.fromkeys([*pull.requested_reviewers, *(wanted.reviewers or [])]))
    return issue, pull


def files(repository: Repository, pull: Pull) -> list[FileChange]:
    objects = repository.objects
    start = objects.merge_base(pull.base_sha, pull.head_sha)
    return diffs.changes(objects, objects.files(start) if start else {}, objects.files(pull.head_sha))


def commits(repository: Repository, pull: Pull) -> list[Commit]:
    """What it would bring, oldest first."""
    return repository.objects.between(pull.base_sha, pull.head_sha)


def is_mergeable(repository: Repository, issue: Issue, pull: Pull) -> bool | None:
    """None for one that is closed, as GitHub does not compute it then."""
    return None if issue.state == "closed" else not _merged(repository, pull).conflicts


def merge(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    number: int,
    *,
    title: str | None = None,
    message: str | None = None,
    method: Method = "merge",
    sha: str | None = None,
) -> Commit:
    issue, pull = get(hub, repository, number)
    hub.must_manage(caller, repository)
    if sha is not None and sha != pull.head_sha:
        raise errors.conflict("Head branch was modified. Review and try the merge again.")
    result = _merged(repository, pull) if issue.state == "open" and not pull.draft else None
    if result is None or result.conflicts:
        raise errors.ApiError(405, "Pull Request is not mergeable")
    wanted = title or _merge_title(issue, pull, method)
    parents = [pull.base_sha, pull.head_sha] if method == "merge" else [pull.base_sha]
    words = wanted if not message else f"{wanted}\n\n{message}"
    tree = repository.objects.add_tree(result.files)
    commit = repository.objects.add_commit(tree, parents, words, hub.signature(caller.login))
    repository.branches[pull.base] = commit.sha
    now = hub.now()
    base_sha = pull.base_sha
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = now, caller.login, commit.sha
    issue.state, issue.closed_at, issue.closed_by, issue.updated_at = "closed", now, caller.login, now
    repository.pushed_at = now
    telling.did(hub, caller, repository, issue, "closed")
    telling.moved(hub, caller, repository, f"refs/heads/{pull.base}", base_sha, commit.sha)
    return commit


def update_branch(
    hub: GitHub, caller: Caller, repository: Repository, number: int, *, expected: str | None = None
) -> None:
    """Merges the base into the head."""
    issue, pull = get(hub, repository, number)
    source = hub.named(pull.head_repository)
    if source is None or issue.state == "closed":
        raise errors.unprocessable("The pull request cannot be updated.")
    hub.must_manage(caller, source)
    if expected is not None and expected != pull.head_sha:
        raise errors.unprocessable("expected head sha didn’t match current head ref.")
    if repository.objects.is_ancestor(pull.base_sha, pull.head_sha):
        raise errors.unprocessable("There are no new commits on the base branch.")
    result = _merged(repository, pull)
    if result.conflicts:
        raise errors.unprocessable("merge conflict between base and head")
    source.objects = source.objects.model_copy(
        update={kind: {**getattr(source.objects, kind), **getattr(repository.objects, kind)} for kind in KINDS}
    )
    tree = source.objects.add_tree(result.files)
    words = f"Merge branch '{pull.base}' into {pull.head}"
    commit = source.objects.add_commit(tree, [pull.head_sha, pull.base_sha], words, hub.signature(caller.login))
    before, source.branches[pull.head] = pull.head_sha, commit.sha
    _look(hub, repository, pull)
    telling.moved(hub, caller, source, f"refs/heads/{pull.head}", before, commit.sha)


KINDS = ("blobs", "trees", "commits")


def _source(hub: GitHub, caller: Caller, repository: Repository, owner: str) -> Repository | None:
    if owner.lower() == repository.owner.lower():
        return repository
    forks = (one for one in hub.visible(caller) if one.parent == repository.full_name)
    return next((fork for fork in forks if fork.owner.lower() == owner.lower()), None)


def _look(hub: GitHub, repository: Repository, pull: Pull) -> None:
    """Take over where the branches are. A fork's objects come along, as they do at GitHub."""
    source = hub.named(pull.head_repository)
    if source is not None and source is not repository:
        for kind in KINDS:
            getattr(repository.objects, kind).update(getattr(source.objects, kind))
    pull.head_sha = source.branches.get(pull.head, pull.head_sha) if source else pull.head_sha
    pull.base_sha = repository.branches.get(pull.base, pull.base_sha)


def _must_be_new(repository: Repository, pull: Pull) -> None:
    for issue in repository.issues.values():
        other = issue.pull
        if other is None or issue.state == "closed":
            continue
        if (other.head_repository, other.head, other.base) == (pull.head_repository, pull.head, pull.base):
            owner = pull.head_repository.split("/")[0]
            raise errors.custom("PullRequest", f"A pull request already exists for {owner}:{pull.head}.")


def _merged(repository: Repository, pull: Pull) -> diffs.Merge:
    objects = repository.objects
    start = objects.merge_base(pull.base_sha, pull.head_sha)
    return diffs.merged(
        objects.files(start) if start else {}, objects.files(pull.base_sha), objects.files(pull.head_sha)
    )


def _merge_title(issue: Issue, pull: Pull, method: Method) -> str:
    if method == "merge":
        return f"Merge pull request #{issue.number} from {pull.head_repository.split('/')[0]}/{pull.head}"
    return f"{issue.title} (#{issue.number})"
