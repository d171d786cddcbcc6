"""A pull request with all that GitHub says of a single one only."""

from __future__ import annotations

from typing import Any

from playground.services.github.acts import pulls, reviews
from playground.services.github.models import Repository
from playground.services.github.shapes.base import Json
from playground.services.github.shapes.shapes import Shapes
from playground.services.github.store import Caller


def whole_pull(shapes: Shapes, repository: Repository, number: int, caller: Caller) -> Json:
    issue, pull = pulls.get(shapes.hub, repository, number)
    changed = pulls.files(repository, pull)
    mergeable = pulls.is_mergeable(repository, issue, pull)
    more: dict[str, Any] = {
        "merged": pull.merged_at is not None,
        "merged_by": shapes.user(pull.merged_by) if pull.merged_by else None,
        "mergeable": mergeable,
        "mergeable_state": {None: "unknown", True: "clean", False: "dirty"}[mergeable],
        "comments": len(issue.comments),
        "review_comments": len(reviews.comments_seen_by(caller, pull)),
        "commits": len(pulls.commits(repository, pull)),
        "additions": sum(one.additions for one in changed),
        "deletions": sum(one.deletions for one in changed),
        "changed_files": len(changed),
        "maintainer_can_modify": pull.maintainer_can_modify,
    }
    return shapes.pull(repository, issue, pull, **more)
