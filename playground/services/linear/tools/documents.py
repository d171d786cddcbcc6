"""Documents of projects and issues."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from playground.services.definitions import tool
from playground.services.linear import finding
from playground.services.linear.acts import projects
from playground.services.linear.errors import invalid
from playground.services.linear.models import Document
from playground.services.linear.tools import shapes
from playground.services.linear.tools.base import LIMIT, Archived, Cursor, Json, Limit, Markdown, OrderBy, Tools, page

Icon = Annotated[str | None, Field(description="Icon emoji")]
Color = Annotated[str | None, Field(description="Hex color")]
OfProject = Annotated[str | None, Field(description="Project name, ID, or slug")]


class Documents(Tools):
    @tool("List documents", reads=True)
    async def list_documents(
        self,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        orderBy: OrderBy = "updatedAt",
        query: Annotated[str | None, Field(description="Search query")] = None,
        projectId: OfProject = None,
        creatorId: Annotated[str | None, Field(description="User ID, name, email")] = None,
        includeArchived: Archived = False,
    ) -> Json:
        """List documents in the user's Linear workspace"""
        view = self.view
        found = [one for one in view.all(Document) if not query or query.lower() in one.title.lower()]
        if projectId:
            of = finding.project(view, projectId)
            found = [one for one in found if one.project_id == of.id]
        if creatorId:
            by = finding.user(view, creatorId)
            found = [one for one in found if one.creator_id == by.id]
        return page(
            view,
            "documents",
            found,
            lambda one: shapes.document(view, self.base_url, one),
            limit=limit,
            cursor=cursor,
            order_by=orderBy,
            archived=includeArchived,
        )

    @tool("Get document", reads=True)
    async def get_document(self, id: Annotated[str, Field(description="Document ID or slug")]) -> Json:
        """Retrieve a Linear document by ID or slug"""
        return shapes.document(self.view, self.base_url, finding.document(self.view, id))

    @tool("Create document")
    async def create_document(
        self,
        title: Annotated[str, Field(description="Document title")],
        content: Markdown = None,
        project: OfProject = None,
        issue: Annotated[str | None, Field(description="Issue ID or identifier (e.g., LIN-123)")] = None,
        icon: Icon = None,
        color: Color = None,
    ) -> Json:
        """Create a new document in Linear, of a project or an issue"""
        view = self.view
        if (project is None) == (issue is None):
            raise invalid("Give the project or the issue that the document belongs to")
        made = projects.create_document(
            view,
            title,
            content=content or "",
            icon=icon,
            color=color,
            project_id=finding.project(view, project).id if project else None,
            issue_id=view.issue(issue).id if issue else None,
        )
        return shapes.document(view, self.base_url, made)

    @tool("Update document")
    async def update_document(
        self,
        id: Annotated[str, Field(description="Document ID or slug")],
        title: Annotated[str | None, Field(description="Document title")] = None,
        content: Markdown = None,
        icon: Icon = None,
        color: Color = None,
    ) -> Json:
        """Update an existing Linear document"""
        view = self.view
        plain = {"title": title, "content": content, "icon": icon, "color": color}
        fields = {key: value for key, value in plain.items() if value is not None}
        changed = projects.change_document(view, finding.document(view, id), **fields)
        return shapes.document(view, self.base_url, changed)
