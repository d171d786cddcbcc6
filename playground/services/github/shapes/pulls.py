"""Pull requests, reviews and the comments on their lines."""

from __future__ import annotations

from typing import Any

from playground.services.github.models import Issue, Pull, Repository, Review, ReviewComment
from playground.services.github.shapes.base import Json, node_id, time
from playground.services.github.shapes.issues import IssueShapes


class PullShapes(IssueShapes):
    def pull(self, repository: Repository, issue: Issue, pull: Pull, **more: Any) -> Json:
        """`more` is what GitHub says only of a single one: whether it can be merged, how large it is."""
        return {
            **self.thread(repository, issue),
            **self.pull_links(repository, issue),
            "node_id": node_id("PullRequest", issue.id),
            "issue_url": self.api(repository, f"/issues/{issue.number}"),
            "draft": pull.draft,
            "merged_at": time(pull.merged_at),
            "merge_commit_sha": pull.merge_commit_sha,
            "requested_reviewers": [self.user(login) for login in pull.requested_reviewers],
            "head": self._side(self.hub.named(pull.head_repository) or repository, pull.head, pull.head_sha),
            "base": self._side(repository, pull.base, pull.base_sha),
            "author_association": self.association(repository, issue.author),
            **more,
        }

    def review(self, repository: Repository, issue: Issue, review: Review) -> Json:
        return {
            "id": review.id,
            "node_id": node_id("PullRequestReview", review.id),
            "user": self.user(review.author),
            "body": review.body,
            "state": review.state,
            "html_url": self.page(repository, f"/pull/{issue.number}#pullrequestreview-{review.id}"),
            "pull_request_url": self.api(repository, f"/pulls/{issue.number}"),
            "commit_id": review.commit_id,
            "submitted_at": time(review.submitted_at),
            "author_association": self.association(repository, review.author),
        }

    def review_comment(self, repository: Repository, issue: Issue, comment: ReviewComment) -> Json:
        url = self.api(repository, f"/pulls/comments/{comment.id}")
        page = self.page(repository, f"/pull/{issue.number}#discussion_r{comment.id}")
        pull_url = self.api(repository, f"/pulls/{issue.number}")
        return {
            "url": url,
            "id": comment.id,
            "node_id": node_id("PullRequestReviewComment", comment.id),
            "pull_request_review_id": comment.review_id,
            "diff_hunk": comment.diff_hunk,
            "path": comment.path,
            "position": comment.position,
            "original_position": comment.position,
            "line": comment.line,
            "side": comment.side,
            "commit_id": comment.commit_id,
            "original_commit_id": comment.commit_id,
            "user": self.user(comment.author),
            "body": comment.body,
            "created_at": time(comment.created_at),
            "updated_at": time(comment.updated_at),
            "html_url": page,
            "pull_request_url": pull_url,
            "author_association": self.association(repository, comment.author),
            "_links": {"self": {"href": url}, "html": {"href": page}, "pull_request": {"href": pull_url}},
            **({"in_reply_to_id": comment.in_reply_to} if comment.in_reply_to else {}),
        }

    def _side(self, repository: Repository, branch: str, sha: str) -> Json:
        return {
            "label": f"{repository.owner}:{branch}",
            "ref": branch,
            "sha": sha,
            "user": self.user(repository.owner),
            "repo": self.repository(repository),
        }
