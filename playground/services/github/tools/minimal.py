"""The short forms in which the MCP server answers, to spare a model what it does not need."""

from __future__ import annotations

from typing import Any

from playground.services.github.diffs import FileChange
from playground.services.github.models import Account, Comment, Issue, Pull, Release, Repository, Review, ReviewComment
from playground.services.github.objects import Commit, Signature
from playground.services.github.shapes.base import time
from playground.services.github.shapes.shapes import Shapes

Json = dict[str, Any]


def made(number: int, url: str) -> Json:
    """What every write answers: all else can be read."""
    return {"id": str(number), "url": url}


def user(shapes: Shapes, login: str) -> Json:
    full = shapes.user(login)
    return {"login": login, "id": full["id"], "profile_url": full["html_url"], "avatar_url": full["avatar_url"]}


def profile(shapes: Shapes, account: Account) -> Json:
    known = ("name", "email", "public_repos", "public_gists", "followers", "following", "created_at", "updated_at")
    full = shapes.profile(account)
    return {**user(shapes, account.login), "details": {name: full[name] for name in known if full[name] is not None}}


def repository(shapes: Shapes, one: Repository) -> Json:
    known = (
        "id", "name", "full_name", "description", "html_url", "stargazers_count", "forks_count", "open_issues_count",
        "updated_at", "created_at", "private", "fork", "archived", "default_branch",
    )  # fmt: skip
    full = shapes.repository(one)
    return {name: full[name] for name in known if full[name] is not None}


def commit(shapes: Shapes, where: Repository, one: Commit, changed: list[FileChange] | None = None) -> Json:
    """With what it changed, where that is given."""
    short: Json = {
        "sha": one.sha,
        "html_url": shapes.page(where, f"/commit/{one.sha}"),
        "commit": {"message": one.message, "author": _signature(one.author), "committer": _signature(one.committer)},
    }
    if one.author.login:
        short["author"] = user(shapes, one.author.login)
    if changed is not None:
        added, removed = sum(file.additions for file in changed), sum(file.deletions for file in changed)
        short["stats"] = {"additions": added, "deletions": removed, "total": added + removed}
        short["files"] = [change(file) for file in changed]
    return short


def change(one: FileChange) -> Json:
    short = {
        "filename": one.path,
        "status": one.status,
        "additions": one.additions,
        "deletions": one.deletions,
        "changes": one.additions + one.deletions,
    }
    return short if one.patch is None else {**short, "patch": one.patch}


def release(shapes: Shapes, where: Repository, one: Release) -> Json:
    full = shapes.release(where, one)
    known = ("id", "tag_name", "name", "body", "html_url", "published_at", "prerelease", "draft")
    return {**{name: full[name] for name in known}, "author": user(shapes, one.author)}


def issue(shapes: Shapes, where: Repository, one: Issue) -> Json:
    full = shapes.issue(where, one)
    known = ("number", "title", "body", "state", "state_reason", "html_url", "created_at", "updated_at", "closed_at")
    return {
        "id": one.id,
        **{name: full[name] for name in known if full[name] is not None},
        "user": user(shapes, one.author),
        "labels": list(one.labels),
        "assignees": list(one.assignees),
        "comments": len(one.comments),
    }


def comment(shapes: Shapes, where: Repository, at: Issue, one: Comment) -> Json:
    return {
        "id": one.id,
        "body": one.body,
        "html_url": shapes.comment(where, at, one)["html_url"],
        "user": user(shapes, one.author),
        "created_at": time(one.created_at),
        "updated_at": time(one.updated_at),
    }


def pull(shapes: Shapes, where: Repository, at: Issue, one: Pull) -> Json:
    full = shapes.pull(where, at, one)
    known = ("number", "title", "body", "state", "draft", "html_url", "created_at", "updated_at", "merged_at")
    return {
        **{name: full[name] for name in known if full[name] is not None},
        "merged": one.merged_at is not None,
        "user": user(shapes, at.author),
        "labels": list(at.labels),
        "assignees": list(at.assignees),
        "requested_reviewers": list(one.requested_reviewers),
        "head": {"ref": one.head, "sha": one.head_sha, "repo": {"full_name": one.head_repository}},
        "base": {"ref": one.base, "sha": one.base_sha, "repo": {"full_name": where.full_name}},
    }


def review(shapes: Shapes, where: Repository, at: Issue, one: Review) -> Json:
    full = shapes.review(where, at, one)
    known = ("id", "state", "body", "html_url", "commit_id", "submitted_at")
    return {**{name: full[name] for name in known if full[name] is not None}, "user": user(shapes, one.author)}


def threads(shapes: Shapes, where: Repository, at: Issue, comments: list[ReviewComment]) -> list[Json]:
    """Comments of one place together: the first and what answers it."""
    roots = [one for one in comments if one.in_reply_to is None]
    grouped = []
    for root in roots:
        members = [root, *(one for one in comments if one.in_reply_to == root.id)]
        shown = [
            {
                "id": one.id,
                "body": one.body,
                "path": one.path,
                "line": one.line,
                "author": one.author,
                "created_at": time(one.created_at),
                "html_url": shapes.review_comment(where, at, one)["html_url"],
            }
            for one in members
        ]
        grouped.append(
            {
                "id": f"PRRT_{root.id}",
                "is_resolved": False,
                "is_outdated": False,
                "is_collapsed": False,
                "comments": shown,
                "total_count": len(shown),
            }
        )
    return grouped


def _signature(signature: Signature) -> Json:
    return {"name": signature.name, "email": signature.email, "date": time(signature.date)}
