"""Toolset `pull_requests`, its second part: reviews and the comments on lines."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github import errors
from playground.services.github.acts import pulls, reviews
from playground.services.github.tools import minimal
from playground.services.github.tools.base import Json, Owner, Repo, Tools, number
from playground.services.github.tools.pull_requests import Number

Side = Literal["LEFT", "RIGHT"]


class Reviews(Tools):
    @tool("Write operations (create, submit, delete) on pull request reviews", destroys=True, needs=["repo"])
    async def pull_request_review_write(
        self,
        method: Annotated[str, Field(description="One of 'create', 'submit_pending', 'delete_pending'")],
        owner: Owner,
        repo: Repo,
        pullNumber: Number,
        body: Annotated[str | None, Field(description="Review comment text")] = None,
        event: Annotated[
            Literal["APPROVE", "REQUEST_CHANGES", "COMMENT"] | None, Field(description="Without it, it stays pending")
        ] = None,
        commitID: Annotated[str | None, Field(description="SHA of commit to review")] = None,
    ) -> str:
        """Create and/or submit, delete pull request review. 'create' with an `event` submits at once; without, a
        pending review is begun, to which comments can be added and which 'submit_pending' submits."""
        repository = self.repository(owner, repo)
        who = (self.hub, self.caller, repository, pullNumber)
        match method:
            case "create":
                reviews.create(*who, event=event, body=body or "", commit=commitID)
                return "pull request review submitted successfully" if event else "pending pull request created"
            case "submit_pending":
                if event is None:
                    raise errors.unprocessable("missing required parameter: event")
                reviews.submit(*who, event=event, body=body or "")
                return "pending pull request review successfully submitted"
            case "delete_pending":
                reviews.discard(*who)
                return "pending pull request review successfully deleted"
            case _:
                raise errors.unprocessable(f"unknown method: {method}")

    @tool("Add review comment to the requester's latest pending pull request review", needs=["repo"])
    async def add_comment_to_pending_review(
        self,
        owner: Owner,
        repo: Repo,
        pullNumber: Number,
        path: Annotated[str, Field(description="The relative path to the file that necessitates a comment")],
        body: Annotated[str, Field(description="The text of the review comment")],
        subjectType: Annotated[str, Field(description="The level of the comment: FILE or LINE")],
        line: Annotated[int | None, number("The (last) line of the diff that the comment applies to")] = None,
        side: Side | None = None,
        startLine: Annotated[int | None, number("The first line, for a comment on several")] = None,
        startSide: Side | None = None,
    ) -> str:
        """Add review comment to the requester's latest pending pull request review."""
        if subjectType == "LINE" and line is None:
            raise errors.unprocessable("missing required parameter: line")
        wanted = reviews.Remark(
            path=path,
            body=body,
            line=line if subjectType == "LINE" else None,
            side=side or startSide or "RIGHT",
            start_line=startLine,
        )
        reviews.remark(self.hub, self.caller, self.repository(owner, repo), pullNumber, wanted)
        return "pull request review comment successfully added to pending review"

    @tool("Add reply to pull request comment", needs=["repo"])
    async def add_reply_to_pull_request_comment(
        self,
        owner: Owner,
        repo: Repo,
        pullNumber: Number,
        commentId: Annotated[int, number("The ID of the comment to reply to")],
        body: Annotated[str, Field(description="The text of the reply")],
    ) -> Json:
        """Add a reply to an existing pull request comment."""
        repository = self.repository(owner, repo)
        said = reviews.reply(self.hub, self.caller, repository, pullNumber, commentId, body)
        issue, _ = pulls.get(self.hub, repository, pullNumber)
        return minimal.made(said.id, self.shapes.review_comment(repository, issue, said)["html_url"])
