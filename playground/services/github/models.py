"""The things that a GitHub holds, as it keeps them. Plain values; the rules stand elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.services.github.objects import Objects

Role = Literal["admin", "write", "read"]
HookContent = Literal["json", "form"]
ReviewState = Literal["APPROVED", "CHANGES_REQUESTED", "COMMENTED", "PENDING"]


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


class Account(Thing):
    """A person, or an organization with members and teams."""

    id: int
    login: str
    name: str
    email: str = ""
    is_organization: bool = False
    members: list[str] = []
    teams: dict[str, list[str]] = {}  # by slug
    created_at: datetime


class Label(Thing):
    id: int
    name: str
    color: str = "ededed"
    description: str = ""


class Comment(Thing):
    id: int
    author: str
    body: str
    created_at: datetime
    updated_at: datetime
    reactions: dict[str, list[str]] = {}  # who, by kind


class ReviewComment(Comment):
    """One on a line of a diff. `line` is None for a comment on the whole file."""

    review_id: int
    path: str
    line: int | None = None
    side: Literal["LEFT", "RIGHT"] = "RIGHT"
    start_line: int | None = None
    position: int | None = None
    commit_id: str
    diff_hunk: str = ""
    in_reply_to: int | None = None


class Review(Thing):
    """`submitted_at` is None while it is pending: then only its author sees it."""

    id: int
    author: str
    state: ReviewState
    body: str = ""
    commit_id: str
    submitted_at: datetime | None = None


class Pull(Thing):
    """What an issue has more when it is a pull request. `head_repository` and `base` never change their names."""

    head_repository: str
    head: str
    base: str
    head_sha: str  # of the last look; the branch's own while it is open
    base_sha: str
    draft: bool = False
    maintainer_can_modify: bool = False
    merged_at: datetime | None = None
    merged_by: str | None = None
    merge_commit_sha: str | None = None
    requested_reviewers: list[str] = []
    reviews: list[Review] = []
    comments: list[ReviewComment] = []


class Issue(Thing):
    """Also a pull request, which shares the issues' numbers: then `pull` is set."""

    id: int
    number: int
    title: str
    body: str | None = None
    author: str
    state: Literal["open", "closed"] = "open"
    state_reason: Literal["completed", "not_planned", "reopened", "duplicate"] | None = None
    labels: list[str] = []
    assignees: list[str] = []
    comments: list[Comment] = []
    sub_issues: list[int] = []  # ids
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None = None
    closed_by: str | None = None
    pull: Pull | None = None


class Release(Thing):
    id: int
    tag: str
    name: str
    body: str = ""
    author: str
    created_at: datetime


class Status(Thing):
    """What a build says of a commit."""

    id: int
    context: str
    state: Literal["error", "failure", "pending", "success"]
    description: str = ""
    created_at: datetime


class Hook(Thing):
    """A webhook. `base_url`: where this server is reached, in what it says. The secret is kept to sign with."""

    id: int
    url: str
    content_type: HookContent = "form"
    secret: str | None = Field(default=None, repr=False)
    insecure_ssl: bool = False
    events: list[str]
    active: bool = True
    base_url: str
    created_at: datetime
    updated_at: datetime


class Repository(Thing):
    id: int
    owner: str
    name: str
    description: str | None = None
    private: bool = False
    default_branch: str = "main"
    roles: dict[str, Role] = {}  # of people, by login; everybody may read what is not private
    parent: str | None = None  # the repository it was forked from
    objects: Objects = Field(default_factory=Objects)
    branches: dict[str, str] = {}
    tags: dict[str, str] = {}
    labels: list[Label] = []
    issues: dict[int, Issue] = {}
    releases: list[Release] = []
    statuses: dict[str, list[Status]] = {}  # by commit
    hooks: list[Hook] = []
    last_number: int = 0
    created_at: datetime
    updated_at: datetime
    pushed_at: datetime

    @property
    def full_name(self) -> str:
        return f"{self.owner}/{self.name}"
