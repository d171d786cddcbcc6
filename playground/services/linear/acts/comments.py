"""Comments on issues. Everybody changes and deletes their own; an admin deletes any."""

from __future__ import annotations

from playground.services.linear.changes import Changed
from playground.services.linear.errors import forbidden, invalid
from playground.services.linear.models import Comment, Issue
from playground.services.linear.store import View


def create(view: View, issue: Issue, body: str | None, *, parent_id: str | None = None) -> Comment:
    view.must("write", "comments:create")
    if not body:
        raise invalid("body should not be empty")
    if parent_id is not None and view.need(Comment, parent_id).issue_id != issue.id:
        raise invalid("The parent comment belongs to another issue")
    issue.updated_at = view.linear.now()
    made = view.linear.add(Comment, issue_id=issue.id, user_id=view.user.id, body=body, parent_id=parent_id)
    view.linear.tell(Changed("create", made, view.user))
    return made


def change(view: View, comment: Comment, body: str | None) -> Comment:
    view.must("write")
    if comment.user_id != view.user.id:
        raise forbidden("You can only edit your own comments")
    before = comment.model_copy()
    comment.body = body or comment.body
    comment.edited_at = comment.updated_at = view.linear.now()
    view.linear.tell(Changed("update", comment, view.user, before))
    return comment


def delete(view: View, comment: Comment) -> None:
    """Answers to it go along."""
    view.must("write")
    if comment.user_id != view.user.id and not view.user.admin:
        raise forbidden("You can only delete your own comments")
    for answer in [one for one in view.linear.contents.comments.values() if one.parent_id == comment.id]:
        view.linear.remove(answer)
    view.linear.remove(comment)
    view.linear.tell(Changed("remove", comment, view.user))


def resolve(view: View, comment: Comment, *, by_comment_id: str | None = None, resolved: bool = True) -> Comment:
    view.must("write")
    if by_comment_id is not None:
        view.need(Comment, by_comment_id)
    before = comment.model_copy()
    comment.resolved_at = view.linear.now() if resolved else None
    comment.resolving_user_id = view.user.id if resolved else None
    comment.resolving_comment_id = by_comment_id if resolved else None
    comment.updated_at = view.linear.now()
    view.linear.tell(Changed("update", comment, view.user, before))
    return comment
