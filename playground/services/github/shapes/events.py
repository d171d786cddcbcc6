"""The bodies of webhooks.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from playground.services.github import diffs
from playground.services.github.acts import labels
from playground.services.github.happenings import NOTHING, Happened, Push
from playground.services.github.models import Repository
from playground.services.github.objects import Commit, Signature
from playground.services.github.shapes import hooks
from playground.services.github.shapes.base import Json, time
from playground.services.github.shapes.shapes import Shapes
from playground.services.github.shapes.whole import whole_pull
from playground.services.github.store import Caller

ZEN = "Keep it logically awesome."
MOST_COMMITS = 2048  # GitHub lists no more of a push


def body(shapes: Shapes, happened: Happened) -> Json:
    repository = happened.repository
    return {
        **({"action": happened.action} if happened.action else {}),
        **_about(shapes, happened),
        "repository": _pushed(shapes, repository) if happened.push else shapes.repository(repository),
        **_organization(shapes, repository),
        "sender": shapes.user(happened.by),
    }


def _about(shapes: Shapes, happened: Happened) -> Json:
    repository, issue = happened.repository, happened.issue
    if happened.only is not None:
        one = happened.only
        return {"zen": ZEN, "hook_id": one.id, "hook": hooks.hook(shapes, repository, one, [])}
    if happened.push is not None:
        return _push(shapes, repository, happened.push, happened.by)
    assert issue is not None, "all else is about an issue or a pull request"
    if happened.event == "pull_request":
        caller = Caller(happened.by, frozenset())
        about: Json = {"number": issue.number, "pull_request": whole_pull(shapes, repository, issue.number, caller)}
    else:
        about = {"issue": shapes.issue(repository, issue)}
    if happened.comment is not None:
        about["comment"] = shapes.comment(repository, issue, happened.comment)
    return {**about, **_difference(shapes, happened)}


def _difference(shapes: Shapes, happened: Happened) -> Json:
    """What an action says more."""
    said: Json = {}
    if happened.changes:
        said["changes"] = happened.changes
    if happened.label and (known := labels.find(happened.repository, happened.label)):
        said["label"] = shapes.label(happened.repository, known)
    if happened.assignee:
        said["assignee"] = shapes.user(happened.assignee)
    if happened.after:
        said |= {"before": happened.before, "after": happened.after}
    return said


def _push(shapes: Shapes, repository: Repository, push: Push, by: str) -> Json:
    commits = _commits(repository, push)[-MOST_COMMITS:]
    listed = [_commit(shapes, repository, one) for one in commits]
    is_new = push.before == NOTHING
    return {
        "ref": push.ref,
        "before": push.before,
        "after": push.after,
        "base_ref": None,
        "created": is_new,
        "deleted": False,
        "forced": not is_new and not repository.objects.is_ancestor(push.before, push.after),
        "compare": shapes.page(repository, f"/compare/{push.before[:12]}...{push.after[:12]}"),
        "commits": listed,
        "head_commit": _commit(shapes, repository, repository.objects.commits[push.after]),
        "pusher": {"name": by, "email": shapes.hub.account(by).email},
    }


def _commits(repository: Repository, push: Push) -> list[Commit]:
    """What is new: of a new branch, all that the default branch does not have."""
    base = push.before if push.before != NOTHING else repository.branches.get(repository.default_branch)
    if base is None or (push.before == NOTHING and push.ref == f"refs/heads/{repository.default_branch}"):
        return list(reversed(repository.objects.history(push.after)))
    return repository.objects.between(base, push.after)


def _commit(shapes: Shapes, repository: Repository, commit: Commit) -> Json:
    objects = repository.objects
    before = objects.files(commit.parents[0]) if commit.parents else {}
    changed = diffs.changes(objects, before, objects.files(commit.sha))
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.committer.date.isoformat(),
        "url": shapes.page(repository, f"/commit/{commit.sha}"),
        "author": _person(commit.author),
        "committer": _person(commit.committer),
        **{
            status: [one.path for one in changed if one.status == status] for status in ("added", "removed", "modified")
        },
    }


def _person(signature: Signature) -> Json:
    username = {"username": signature.login} if signature.login else {}
    return {"name": signature.name, "email": signature.email, "date": time(signature.date), **username}


def _pushed(shapes: Shapes, repository: Repository) -> Json:
    """A push writes times of its repository as numbers."""
    moments = {name: int(getattr(repository, name).timestamp()) for name in ("created_at", "pushed_at")}
    return {**shapes.repository(repository), **moments, "master_branch": repository.default_branch}


def _organization(shapes: Shapes, repository: Repository) -> Json:
    owner = shapes.hub.account(repository.owner)
    if not owner.is_organization:
        return {}
    known = shapes.user(owner.login)
    return {"organization": {name: known[name] for name in ("login", "id", "node_id", "url", "avatar_url")}}
