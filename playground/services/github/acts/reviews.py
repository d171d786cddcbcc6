"""Reviews of pull requests and the comments on their lines. A pending one is seen by its author only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from playground.services.github import diffs, errors
from playground.services.github.acts import pulls
from playground.services.github.models import Issue, Pull, Repository, Review, ReviewComment, ReviewState
from playground.services.github.store import Caller, GitHub

Event = Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"]
STATES: dict[Event, ReviewState] = {
    "APPROVE": "APPROVED",
    "REQUEST_CHANGES": "CHANGES_REQUESTED",
    "COMMENT": "COMMENTED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """A comment to be made: on a line, at a position of the patch, or, with neither, on the file."""

    path: str
    body: str
    line: int | None = None
    side: Literal["LEFT", "RIGHT"] = "RIGHT"
    start_line: int | None = None
    position: int | None = None


def seen_by(caller: Caller, pull: Pull) -> list[Review]:
    return [review for review in pull.reviews if review.state != "PENDING" or review.author == caller.login]


def comments_seen_by(caller: Caller, pull: Pull) -> list[ReviewComment]:
    shown = {review.id for review in pull.reviews if review.state != "PENDING"}
    return [comment for comment in pull.comments if comment.review_id in shown]


def pending_of(caller: Caller, pull: Pull) -> Review | None:
    return next((one for one in pull.reviews if one.state == "PENDING" and one.author == caller.login), None)


def create(
    hub: GitHub,
    caller: Caller,
    repository: Repository,
    number: int,
    *,
    event: Event | None = None,
    body: str = "",
    commit: str | None = None,
    remarks: Sequence[Remark] = (),
) -> Review:
    """Without an event it stays pending."""
    hub.must_write(caller, repository)
    issue, pull = pulls.get(hub, repository, number)
    if pending_of(caller, pull) is not None:
        raise errors.ApiError(422, "Unprocessable Entity", ["User can only have one pending review per pull request"])
    if event is not None:
        _must_fit(caller, issue, event, body, bool(remarks))
    review = Review(id=hub.new_id(), author=caller.login, state="PENDING", body=body, commit_id=commit or pull.head_sha)
    made = [_comment(hub, caller, repository, pull, review, remark) for remark in remarks]
    pull.reviews.append(review)
    pull.comments.extend(made)
    if event is not None:
        _submit(hub, issue, pull, review, event)
    return review


def submit(hub: GitHub, caller: Caller, repository: Repository, number: int, *, event: Event, body: str = "") -> Review:
    """The caller's pending one."""
    hub.must_write(caller, repository)
    issue, pull = pulls.get(hub, repository, number)
    review = _pending(caller, pull)
    has_comments = any(comment.review_id == review.id for comment in pull.comments)
    _must_fit(caller, issue, event, body or review.body, has_comments)
    review.body = body or review.body
    _submit(hub, issue, pull, review, event)
    return review


def discard(hub: GitHub, caller: Caller, repository: Repository, number: int) -> None:
    _, pull = pulls.get(hub, repository, number)
    review = _pending(caller, pull)
    pull.reviews.remove(review)
    pull.comments = [comment for comment in pull.comments if comment.review_id != review.id]


def remark(hub: GitHub, caller: Caller, repository: Repository, number: int, wanted: Remark) -> ReviewComment:
    """Adds to the caller's pending review."""
    hub.must_write(caller, repository)
    _, pull = pulls.get(hub, repository, number)
    comment = _comment(hub, caller, repository, pull, _pending(caller, pull), wanted)
    pull.comments.append(comment)
    return comment


def reply(
    hub: GitHub, caller: Caller, repository: Repository, number: int, comment_id: int, body: str
) -> ReviewComment:
    """An answer under a comment; a review of its own, as at GitHub."""
    hub.must_write(caller, repository)
    issue, pull = pulls.get(hub, repository, number)
    answered = comment(repository, pull, comment_id)
    now = hub.now()
    review = Review(id=hub.new_id(), author=caller.login, state="COMMENTED", commit_id=pull.head_sha, submitted_at=now)
    pull.reviews.append(review)
    said = answered.model_copy(
        update={
            "id": hub.new_id(),
            "author": caller.login,
            "body": body,
            "review_id": review.id,
            "in_reply_to": answered.in_reply_to or answered.id,
            "reactions": {},
            "created_at": now,
            "updated_at": now,
        }
    )
    pull.comments.append(said)
    issue.updated_at = now
    return said


def comment(repository: Repository, pull: Pull, comment_id: int) -> ReviewComment:
    for one in pull.comments:
        if one.id == comment_id:
            return one
    raise errors.not_found()


def _pending(caller: Caller, pull: Pull) -> Review:
    if (review := pending_of(caller, pull)) is None:
        raise errors.unprocessable("No pending review found for the viewer")
    return review


def _must_fit(caller: Caller, issue: Issue, event: Event, body: str, has_comments: bool) -> None:
    if event == "APPROVE" and caller.login == issue.author:
        raise errors.ApiError(422, "Unprocessable Entity", ["Can not approve your own pull request"])
    if event == "REQUEST_CHANGES" and caller.login == issue.author:
        raise errors.ApiError(422, "Unprocessable Entity", ["Can not request changes on your own pull request"])
    if event != "APPROVE" and not body and not has_comments:
        raise errors.ApiError(422, "Unprocessable Entity", ["Body is required"])


def _submit(hub: GitHub, issue: Issue, pull: Pull, review: Review, event: Event) -> None:
    review.state, review.submitted_at = STATES[event], hub.now()
    pull.requested_reviewers = [login for login in pull.requested_reviewers if login != review.author]
    issue.updated_at = hub.now()


def _comment(
    hub: GitHub, caller: Caller, repository: Repository, pull: Pull, review: Review, wanted: Remark
) -> ReviewComment:
    """A line has to be part of the diff."""
    patch = next((change.patch for change in pulls.files(repository, pull) if change.path == wanted.path), "")
    if patch == "":
        raise errors.ApiError(422, "Unprocessable Entity", ["Path could not be resolved"])
    line, position = wanted.line, wanted.position
    if position is not None:
        line = diffs.line_at(patch, position)
    elif line is not None:
        position = diffs.position_of(patch, line, old=wanted.side == "LEFT")
    if position is None and (wanted.line is not None or wanted.position is not None):
        raise errors.ApiError(422, "Unprocessable Entity", ["Line could not be resolved"])
    now = hub.now()
    return ReviewComment(
        id=hub.new_id(),
        author=caller.login,
        body=wanted.body,
        created_at=now,
        updated_at=now,
        review_id=review.id,
        path=wanted.path,
        line=line,
        side=wanted.side,
        start_line=wanted.start_line,
        position=position,
        commit_id=review.commit_id,
        diff_hunk=diffs.hunk_before(patch, position) if position is not None else "",
    )
