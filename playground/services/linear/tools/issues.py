"""Issues: listing, reading, and `save_issue`, which creates without an id and changes with one."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, WithJsonSchema

from playground.services.definitions import tool
from playground.services.linear import finding
from playground.services.linear.acts import issues
from playground.services.linear.errors import invalid
from playground.services.linear.models import Issue, Team
from playground.services.linear.store import View
from playground.services.linear.tools import shapes
from playground.services.linear.tools.base import (
    LIMIT,
    Archived,
    CreatedAt,
    Cursor,
    Json,
    Limit,
    Markdown,
    OrderBy,
    Priority,
    Tools,
    UpdatedAt,
    given,
    nullable,
    page,
)
from playground.services.linear.tools.saving import fields_of, plain, ties

Names = Annotated[list[str] | None, Field(description="Issue IDs/identifiers")]
IssueId = Annotated[str, Field(description="Issue ID or identifier (e.g., LIN-123)")]


class Link(BaseModel):
    url: str
    title: str = Field(min_length=1)


class Issues(Tools):
    @tool("List issues", reads=True)
    async def list_issues(
        self,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        orderBy: OrderBy = "updatedAt",
        query: Annotated[str | None, Field(description="Search issue title or description")] = None,
        team: Annotated[str | None, Field(description="Team name or ID")] = None,
        state: Annotated[str | None, Field(description="State type, name, or ID")] = None,
        cycle: Annotated[str | None, Field(description="Cycle name, number, or ID")] = None,
        label: Annotated[str | None, Field(description="Label name or ID")] = None,
        assignee: Annotated[
            str | None, WithJsonSchema({"type": ["string", "null"], "description": 'User ID, name, email, or "me"'})
        ] = None,
        project: Annotated[str | None, Field(description="Project name, ID, or slug")] = None,
        priority: Priority = None,
        parentId: Annotated[str | None, Field(description="Parent issue ID or identifier (e.g., LIN-123)")] = None,
        createdAt: CreatedAt = None,
        updatedAt: UpdatedAt = None,
        includeArchived: Archived = True,
    ) -> Json:
        """List issues in the user's Linear workspace. For my issues, use "me" as the assignee, "null" for none."""
        view = self.view
        of = finding.team(view, team) if team else None
        wanted: Json = {
            "team_id": of.id if of else None,
            "cycle_id": finding.cycle(view, cycle, of).id if cycle else None,
            "project_id": finding.project(view, project).id if project else None,
            "priority": priority,
            "parent_id": view.issue(parentId).id if parentId else None,
        }
        found = [one for one in view.all(Issue) if all(v in (None, getattr(one, n)) for n, v in wanted.items())]
        if given("assignee"):
            nobody = assignee is None or assignee == "null"
            assigned = None if nobody else finding.user(view, str(assignee)).id
            found = [one for one in found if one.assignee_id == assigned]
        if state:
            found = [one for one in found if _is_in(view, one, state)]
        if label:
            found = [one for one in found if finding.label(view, label, of).id in one.label_ids]
        if query:
            found = [one for one in found if query.lower() in f"{one.title}\n{one.description or ''}".lower()]
        return page(
            view,
            "issues",
            found,
            lambda one: shapes.issue(view, self.base_url, one, short=True),
            limit=limit,
            cursor=cursor,
            order_by=orderBy,
            archived=includeArchived,
            created_at=createdAt,
            updated_at=updatedAt,
        )

    @tool("Get issue", reads=True)
    async def get_issue(
        self,
        id: IssueId,
        includeRelations: Annotated[bool, Field(description="Include blocking/related/duplicate relations")] = False,
    ) -> Json:
        """Retrieve detailed information about an issue by ID, including attachments and git branch name"""
        view = self.view
        return shapes.issue_in_full(view, self.base_url, view.issue(id), relations=includeRelations)

    @tool("Save issue")
    async def save_issue(
        self,
        id: Annotated[str | None, Field(description="Only for updating: issue ID or identifier (LIN-123)")] = None,
        title: Annotated[str | None, Field(description="Issue title (required when creating)")] = None,
        description: Markdown = None,
        team: Annotated[str | None, Field(description="Team name or ID (required when creating)")] = None,
        assignee: Annotated[str | None, nullable('User ID, name, email, or "me"')] = None,
        state: Annotated[str | None, Field(description="State type, name, or ID")] = None,
        priority: Priority = None,
        estimate: Annotated[int | None, nullable("Issue estimate value", "number")] = None,
        labels: Annotated[list[str] | None, Field(description="Label names or IDs")] = None,
        project: Annotated[str | None, nullable("Project name, ID, or slug")] = None,
        milestone: Annotated[str | None, nullable("Milestone name or ID")] = None,
        cycle: Annotated[str | None, nullable("Cycle name, number, or ID")] = None,
        parentId: Annotated[str | None, nullable("Parent issue ID or identifier")] = None,
        dueDate: Annotated[str | None, nullable("Due date (ISO format)")] = None,
        blocks: Names = None,
        blockedBy: Names = None,
        relatedTo: Names = None,
        duplicateOf: Annotated[str | None, nullable("Duplicate of issue ID/identifier")] = None,
        removeBlocks: Names = None,
        removeBlockedBy: Names = None,
        removeRelatedTo: Names = None,
        links: Annotated[list[Link] | None, Field(description="Link attachments to add. Append-only")] = None,
    ) -> Json:
        """Create or update a Linear issue. If `id` is provided, updates the existing issue; otherwise creates a new
        one. When creating, `title` and `team` are required. Note: use `assignee` (not `assigneeId`)."""
        view = self.view
        before = view.issue(id) if id else None
        of = finding.team(view, team) if team else view.need(Team, before.team_id) if before else None
        if of is None or (before is None and not title):
            raise invalid("title and team are required when creating an issue")
        fields = {
            **plain(title=title, description=description, priority=priority, estimate=estimate),
            **fields_of(
                view,
                of,
                before=before,
                assignee=assignee,
                state=state,
                labels=labels,
                project=project,
                milestone=milestone,
                cycle=cycle,
                parentId=parentId,
                dueDate=dueDate,
            ),
        }
        tied = ties(
            view,
            blocks=blocks,
            blockedBy=blockedBy,
            relatedTo=relatedTo,
            duplicateOf=[duplicateOf] if duplicateOf else None,
            removeBlocks=removeBlocks,
            removeBlockedBy=removeBlockedBy,
            removeRelatedTo=removeRelatedTo,
        )
        if before is None:
            issue = issues.create(view, of.id, **fields)
        else:
            issue = issues.change(view, before, team_id=of.id, **fields)
        if given("duplicateOf") and before is not None:
            for other in issues.related(view, "duplicate", issue):
                issues.unrelate(view, "duplicate", issue, other)
        for (act, kind, turned), other in tied:
            act(view, kind, *((other, issue) if turned else (issue, other)))
        for link in links or []:
            issues.attach(view, issue, link.title, link.url)
        return shapes.issue(view, self.base_url, issue)


def _is_in(view: View, issue: Issue, state: str) -> bool:
    """By the type, the name or the id of its state."""
    held = view.linear.contents.states[issue.state_id]
    return state.lower() in (held.type, held.name.lower(), held.id)
