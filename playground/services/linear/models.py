"""The things that a Linear holds, as it keeps them. Things name each other by id; who leads where stands in `graph`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

StateType = Literal["backlog", "unstarted", "started", "completed", "canceled"]
ProjectState = Literal["backlog", "planned", "started", "paused", "completed", "canceled"]
Resolution = Literal["halfYear", "month", "quarter", "year"]
Health = Literal["onTrack", "atRisk", "offTrack"]


class Thing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None


class User(Thing):
    name: str
    display_name: str
    email: str
    admin: bool = False
    guest: bool = False


class Team(Thing):
    """`private`: only its members see it. Guests see no team but their own, private or not."""

    name: str
    key: str
    description: str = ""
    color: str = "#5e6ad2"
    icon: str | None = None
    private: bool = False
    member_ids: list[str] = []
    last_number: int = 0


class State(Thing):
    """A step of a team's work."""

    team_id: str
    name: str
    type: StateType
    color: str
    position: float


class Label(Thing):
    """Of a team or, without one, of the workspace."""

    team_id: str | None = None
    name: str
    color: str = "#bec2c8"
    description: str | None = None
    parent_id: str | None = None
    is_group: bool = False


class ProjectStatus(Thing):
    name: str
    type: ProjectState
    color: str
    position: float


class Project(Thing):
    """`description` is the short one, `content` the long one."""

    name: str
    slug_id: str
    description: str = ""
    content: str | None = None
    status_id: str
    team_ids: list[str]
    lead_id: str | None = None
    creator_id: str
    member_ids: list[str] = []
    label_ids: list[str] = []
    icon: str | None = None
    color: str = "#bec2c8"
    priority: int = 0
    start_date: date | None = None
    start_date_resolution: Resolution | None = None
    target_date: date | None = None
    target_date_resolution: Resolution | None = None
    sort_order: float = 0
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    trashed: bool = False


class Milestone(Thing):
    project_id: str
    name: str
    description: str | None = None
    target_date: date | None = None
    sort_order: float = 0


class Issue(Thing):
    team_id: str
    number: int
    title: str
    description: str | None = None
    priority: int = 0
    estimate: int | None = None
    state_id: str
    assignee_id: str | None = None
    creator_id: str
    project_id: str | None = None
    project_milestone_id: str | None = None
    cycle_id: str | None = None
    parent_id: str | None = None
    label_ids: list[str] = []
    due_date: date | None = None
    sort_order: float = 0
    started_at: datetime | None = None
    completed_at: datetime | None = None
    canceled_at: datetime | None = None
    trashed: bool = False


class Relation(Thing):
    kind: Literal["blocks", "related", "duplicate"]
    issue_id: str
    related_issue_id: str


class Comment(Thing):
    issue_id: str
    user_id: str
    body: str
    parent_id: str | None = None
    edited_at: datetime | None = None
    resolved_at: datetime | None = None
    resolving_user_id: str | None = None
    resolving_comment_id: str | None = None


class Attachment(Thing):
    """A link, or what was uploaded: then `content_type` says what it is."""

    issue_id: str
    creator_id: str
    title: str
    subtitle: str | None = None
    url: str
    content_type: str | None = None
    size: int | None = None


class Document(Thing):
    title: str
    slug_id: str
    content: str = ""
    icon: str | None = None
    color: str | None = None
    project_id: str | None = None
    issue_id: str | None = None
    creator_id: str
    updated_by_id: str
    sort_order: float = 0
    trashed: bool = False


class Initiative(Thing):
    name: str
    description: str = ""
    owner_id: str
    project_ids: list[str] = []
    target_date: date | None = None


class StatusUpdate(Thing):
    """How a project goes."""

    project_id: str
    user_id: str
    body: str
    health: Health = "onTrack"


class Webhook(Thing):
    """Of a team, or of all public ones. `base_url`: where this server is reached, in what it says."""

    label: str | None = None
    url: str
    enabled: bool = True
    team_id: str | None = None
    all_public_teams: bool = False
    creator_id: str
    secret: str = Field(repr=False)
    resource_types: list[str]
    base_url: str


class Cycle(Thing):
    """Two weeks of a team. Not kept: cycles follow from the calendar."""

    team_id: str
    number: int
    starts_at: datetime
    ends_at: datetime
    name: str | None = None
