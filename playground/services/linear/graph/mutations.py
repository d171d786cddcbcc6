"""The mutations: inputs become fields of the store's things, acts do the rest."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from playground.services.linear.acts import comments, issues, projects, webhooks
from playground.services.linear.errors import invalid
from playground.services.linear.graph.answers import Eyes
from playground.services.linear.graph.queries import by_slug, comment
from playground.services.linear.graph.reading import snake
from playground.services.linear.models import Document, Issue, Milestone, Project
from playground.services.linear.store import View

Json = dict[str, Any]
Resolver = Callable[..., Json]
DATES = {"due_date", "start_date", "target_date"}


def issue_create(eyes: Eyes, input: Json) -> Json:
    return _payload(eyes, issue=_created(eyes, input))


def issue_batch_create(eyes: Eyes, input: Json) -> Json:
    return _payload(eyes, issues=[_created(eyes, one) for one in input["issues"]])


def issue_update(eyes: Eyes, id: str, input: Json) -> Json:
    issue, fields = eyes.view.issue(id), _issue_fields(eyes.view, input)
    added, removed = fields.pop("added_label_ids", None) or [], fields.pop("removed_label_ids", None) or []
    if added or removed:
        kept = [one for one in issue.label_ids if one not in removed]
        fields["label_ids"] = [*kept, *(one for one in added if one not in kept)]
    return _payload(eyes, issue=issues.change(eyes.view, issue, **fields))


def issue_archive(eyes: Eyes, id: str, trash: bool | None = None) -> Json:
    return _payload(eyes, entity=issues.archive(eyes.view, eyes.view.issue(id), trash=bool(trash)))


def issue_delete(eyes: Eyes, id: str, permanentlyDelete: bool | None = None) -> Json:
    """Into the trash; or for good, which takes an admin."""
    issue = eyes.view.issue(id)
    if permanentlyDelete:
        raise invalid("This workspace keeps what is deleted in its trash")
    return _payload(eyes, entity=issues.archive(eyes.view, issue, trash=True))


def issue_add_label(eyes: Eyes, id: str, labelId: str) -> Json:
    return issue_update(eyes, id, {"addedLabelIds": [labelId]})


def issue_remove_label(eyes: Eyes, id: str, labelId: str) -> Json:
    return issue_update(eyes, id, {"removedLabelIds": [labelId]})


def issue_label_create(eyes: Eyes, input: Json, replaceTeamLabels: bool | None = None) -> Json:
    if replaceTeamLabels:
        raise invalid("This workspace does not merge labels of teams")
    fields = _fields(input)
    return _payload(eyes, issueLabel=projects.create_label(eyes.view, **fields))


def comment_create(eyes: Eyes, input: Json) -> Json:
    parent = comment(eyes, input["parentId"]) if input.get("parentId") else None
    issue_id = input.get("issueId") or (parent.issue_id if parent else None)
    if issue_id is None:
        raise invalid("issueId or parentId should be given")
    made = comments.create(
        eyes.view, eyes.view.issue(issue_id), input.get("body"), parent_id=parent.id if parent else None
    )
    return _payload(eyes, comment=made)


def comment_update(eyes: Eyes, id: str, input: Json, skipEditedAt: bool | None = None) -> Json:
    before = comment(eyes, id)
    edited_at = before.edited_at
    changed = comments.change(eyes.view, before, input.get("body"))
    if skipEditedAt:
        changed.edited_at = edited_at
    return _payload(eyes, comment=changed)


def comment_delete(eyes: Eyes, id: str) -> Json:
    comments.delete(eyes.view, comment(eyes, id))
    return _payload(eyes, entityId=id)


def comment_resolve(eyes: Eyes, id: str, resolvingCommentId: str | None = None) -> Json:
    resolved = comments.resolve(eyes.view, comment(eyes, id), by_comment_id=resolvingCommentId)
    return _payload(eyes, comment=resolved)


def comment_unresolve(eyes: Eyes, id: str) -> Json:
    return _payload(eyes, comment=comments.resolve(eyes.view, comment(eyes, id), resolved=False))


def project_create(eyes: Eyes, input: Json, slackChannelName: str | None = None) -> Json:
    if slackChannelName:
        raise invalid("This workspace is not connected to Slack")
    fields = _fields(input)
    made = projects.create(eyes.view, fields.pop("name"), fields.pop("team_ids"), **fields)
    return _payload(eyes, project=made)


def project_update(eyes: Eyes, id: str, input: Json) -> Json:
    project = by_slug(eyes.view, Project, id)
    return _payload(eyes, project=projects.change(eyes.view, project, **_fields(input)))


def project_archive(eyes: Eyes, id: str, trash: bool | None = None) -> Json:
    project = by_slug(eyes.view, Project, id)
    return _payload(eyes, entity=projects.archive(eyes.view, project, trash=bool(trash)))


def project_milestone_create(eyes: Eyes, input: Json) -> Json:
    fields = _fields(input)
    project = by_slug(eyes.view, Project, fields.pop("project_id"))
    made = projects.create_milestone(eyes.view, project, fields.pop("name"), **fields)
    return _payload(eyes, projectMilestone=made)


def project_milestone_update(eyes: Eyes, id: str, input: Json) -> Json:
    changed = projects.change_milestone(eyes.view, eyes.view.need(Milestone, id), **_fields(input))
    return _payload(eyes, projectMilestone=changed)


def project_milestone_delete(eyes: Eyes, id: str) -> Json:
    projects.delete_milestone(eyes.view, eyes.view.need(Milestone, id))
    return _payload(eyes, entityId=id)


def document_create(eyes: Eyes, input: Json) -> Json:
    fields = _document_fields(eyes.view, input)
    return _payload(eyes, document=projects.create_document(eyes.view, fields.pop("title"), **fields))


def document_update(eyes: Eyes, id: str, input: Json) -> Json:
    document = by_slug(eyes.view, Document, id)
    return _payload(eyes, document=projects.change_document(eyes.view, document, **_document_fields(eyes.view, input)))


def webhook_create(eyes: Eyes, input: Json) -> Json:
    fields = _fields(input)
    made = webhooks.create(eyes.view, fields.pop("url"), fields.pop("resource_types"), base_url=eyes.base_url, **fields)
    return _payload(eyes, webhook=made)


def webhook_delete(eyes: Eyes, id: str) -> Json:
    webhooks.delete(eyes.view, webhooks.get(eyes.view, id))
    return _payload(eyes, entityId=id)


def _created(eyes: Eyes, input: Json) -> Issue:
    fields = {name: value for name, value in _issue_fields(eyes.view, input).items() if value is not None}
    return issues.create(eyes.view, fields.pop("team_id"), fields.pop("title", None), **fields)


def _issue_fields(view: View, input: Json) -> Json:
    fields = _fields(input)
    if fields.get("parent_id"):
        fields["parent_id"] = view.issue(fields["parent_id"]).id
    return fields


def _document_fields(view: View, input: Json) -> Json:
    fields = _fields(input)
    if fields.get("project_id"):
        fields["project_id"] = by_slug(view, Project, fields["project_id"]).id
    if fields.get("issue_id"):
        fields["issue_id"] = view.issue(fields["issue_id"]).id
    return fields


def _fields(input: Json) -> Json:
    """An input with the names and the kinds of the store."""
    return {snake(name): _day(value) if snake(name) in DATES else value for name, value in input.items()}


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        raise invalid(f"{text} is not a date") from None


def _payload(eyes: Eyes, **made: Any) -> Json:
    return {"success": True, "lastSyncId": float(eyes.view.linear.contents.made), **made}


TABLE: dict[str, Resolver] = {
    "issueCreate": issue_create,
    "issueBatchCreate": issue_batch_create,
    "issueUpdate": issue_update,
    "issueArchive": issue_archive,
    "issueDelete": issue_delete,
    "issueAddLabel": issue_add_label,
    "issueRemoveLabel": issue_remove_label,
    "issueLabelCreate": issue_label_create,
    "commentCreate": comment_create,
    "commentUpdate": comment_update,
    "commentDelete": comment_delete,
    "commentResolve": comment_resolve,
    "commentUnresolve": comment_unresolve,
    "projectCreate": project_create,
    "projectUpdate": project_update,
    "projectArchive": project_archive,
    "projectMilestoneCreate": project_milestone_create,
    "projectMilestoneUpdate": project_milestone_update,
    "projectMilestoneDelete": project_milestone_delete,
    "documentCreate": document_create,
    "documentUpdate": document_update,
    "webhookCreate": webhook_create,
    "webhookDelete": webhook_delete,
}
