"""Issues, their labels and comments."""

from __future__ import annotations

from playground.services.github.models import Comment, Issue, Label, Repository
from playground.services.github.shapes.base import BaseShapes, Json, node_id, time


class IssueShapes(BaseShapes):
    def label(self, repository: Repository, label: Label) -> Json:
        return {
            "id": label.id,
            "node_id": node_id("Label", label.id),
            "url": self.api(repository, f"/labels/{label.name}"),
            "name": label.name,
            "color": label.color,
            "default": label.description != "" and label.name in ("bug", "documentation", "enhancement"),
            "description": label.description or None,
        }

    def issue(self, repository: Repository, issue: Issue) -> Json:
        url = self.api(repository, f"/issues/{issue.number}")
        kind = "pull" if issue.pull else "issues"
        return {
            **self.thread(repository, issue),
            "url": url,
            "repository_url": self.api(repository),
            "labels_url": f"{url}/labels{{/name}}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": self.page(repository, f"/{kind}/{issue.number}"),
            "node_id": node_id("Issue", issue.id),
            "state_reason": issue.state_reason,
            "comments": len(issue.comments),
            "closed_by": self.user(issue.closed_by) if issue.closed_by else None,
            "author_association": self.association(repository, issue.author),
            **({"pull_request": self.pull_links(repository, issue)} if issue.pull else {}),
        }

    def comment(self, repository: Repository, issue: Issue, comment: Comment) -> Json:
        kind = "pull" if issue.pull else "issues"
        return {
            "id": comment.id,
            "node_id": node_id("IssueComment", comment.id),
            "url": self.api(repository, f"/issues/comments/{comment.id}"),
            "html_url": self.page(repository, f"/{kind}/{issue.number}#issuecomment-{comment.id}"),
            "issue_url": self.api(repository, f"/issues/{issue.number}"),
            "body": comment.body,
            "user": self.user(comment.author),
            "created_at": time(comment.created_at),
            "updated_at": time(comment.updated_at),
            "author_association": self.association(repository, comment.author),
        }

    def association(self, repository: Repository, login: str) -> str:
        """What somebody is to a repository."""
        if login == repository.owner:
            return "OWNER"
        if login in self.hub.account(repository.owner).members:
            return "MEMBER"
        return "COLLABORATOR" if login in repository.roles else "NONE"

    def thread(self, repository: Repository, issue: Issue) -> Json:
        """What issues and pull requests share."""
        assignees = [self.user(login) for login in issue.assignees]
        known = {label.name: label for label in repository.labels}
        return {
            "id": issue.id,
            "number": issue.number,
            "title": issue.title,
            "user": self.user(issue.author),
            "labels": [self.label(repository, known[name]) for name in issue.labels],
            "state": issue.state,
            "locked": False,
            "assignee": assignees[0] if assignees else None,
            "assignees": assignees,
            "milestone": None,
            "created_at": time(issue.created_at),
            "updated_at": time(issue.updated_at),
            "closed_at": time(issue.closed_at),
            "body": issue.body,
        }

    def pull_links(self, repository: Repository, issue: Issue) -> Json:
        page = self.page(repository, f"/pull/{issue.number}")
        return {
            "url": self.api(repository, f"/pulls/{issue.number}"),
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
        }
