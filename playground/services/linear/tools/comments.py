"""Comments on issues, and what is attached to them."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

from pydantic import Field

from playground.services.definitions import tool
from playground.services.linear.acts import comments, issues
from playground.services.linear.errors import invalid
from playground.services.linear.models import Attachment, Comment
from playground.services.linear.tools import shapes
from playground.services.linear.tools.base import LIMIT, Cursor, Json, Limit, OrderBy, Tools, page
from playground.services.linear.tools.issues import IssueId

CommentId = Annotated[str, Field(description="Comment ID")]
AttachmentId = Annotated[str, Field(description="Attachment ID")]


class Comments(Tools):
    @tool("List comments", reads=True)
    async def list_comments(
        self, issueId: IssueId, limit: Limit = LIMIT, cursor: Cursor = None, orderBy: OrderBy = "updatedAt"
    ) -> Json:
        """List comments on a Linear issue"""
        view = self.view
        found = issues.comments(view, view.issue(issueId))
        return page(
            view,
            "comments",
            found,
            lambda one: shapes.comment(view, one),
            limit=limit,
            cursor=cursor,
            order_by=orderBy,
        )

    @tool("Save comment")
    async def save_comment(
        self,
        body: Annotated[str, Field(description="Content as Markdown, with literal newlines")],
        issueId: Annotated[str | None, Field(description="Issue ID or identifier (e.g., LIN-123)")] = None,
        id: Annotated[str | None, Field(description="Comment ID. If provided, updates the existing comment")] = None,
        parentId: Annotated[str | None, Field(description="Parent comment ID (for replies)")] = None,
    ) -> Json:
        """Create or update a comment on a Linear issue. If `id` is provided, updates the existing comment; otherwise
        creates a new one: with `issueId` a thread, with `parentId` a reply."""
        view = self.view
        if id is not None:
            return shapes.comment(view, comments.change(view, view.need(Comment, id), body))
        if issueId is None and parentId is None:
            raise invalid("issueId or parentId is required when creating a comment")
        where = issueId or view.need(Comment, str(parentId)).issue_id
        return shapes.comment(view, comments.create(view, view.issue(where), body, parent_id=parentId))

    @tool("Delete comment", destroys=True)
    async def delete_comment(self, id: CommentId) -> Json:
        """Delete a comment from a Linear issue"""
        comments.delete(self.view, self.view.need(Comment, id))
        return {"success": True}


class Attachments(Tools):
    """Uploads are kept as their name, kind and size: nobody reads them back here."""

    @tool("Get attachment", reads=True)
    async def get_attachment(self, id: AttachmentId) -> Json:
        """Retrieve an attachment by ID"""
        return shapes.attachment(self.view.need(Attachment, id))

    @tool("Create attachment")
    async def create_attachment(
        self,
        issue: IssueId,
        base64Content: Annotated[str, Field(description="Base64-encoded file content to upload")],
        filename: Annotated[str, Field(description="Filename for the upload (e.g., 'screenshot.png')")],
        contentType: Annotated[str, Field(description="MIME type for the upload (e.g., 'image/png')")],
        title: Annotated[str | None, Field(description="Optional title for the attachment")] = None,
        subtitle: Annotated[str | None, Field(description="Optional subtitle for the attachment")] = None,
    ) -> Json:
        """Create a new attachment on a specific Linear issue by uploading base64-encoded content"""
        view = self.view
        try:
            size = len(base64.b64decode(base64Content, validate=True))
        except binascii.Error:
            raise invalid("base64Content is not valid Base64") from None
        url = f"{self.base_url}/uploads/{view.linear.id_of('upload', view.linear.contents.made)}/{filename}"
        made = issues.attach(
            view,
            view.issue(issue),
            title or filename,
            url,
            subtitle=subtitle,
            content_type=contentType,
            size=size,
        )
        return shapes.attachment(made)

    @tool("Delete attachment", destroys=True)
    async def delete_attachment(self, id: AttachmentId) -> Json:
        """Delete an attachment by ID"""
        view = self.view
        view.must("write")
        view.linear.remove(view.need(Attachment, id))
        return {"success": True}
