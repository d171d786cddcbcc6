"""Projects and their status updates."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.linear import finding
from playground.services.linear.acts import projects
from playground.services.linear.errors import invalid
from playground.services.linear.models import Health, Project
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
    day,
    given,
    nullable,
    page,
)

Which = Annotated[str, Field(description="Project name, ID, or slug")]
Members = Annotated[bool, Field(description="Include project members")]
Milestones = Annotated[bool, Field(description="Include milestones")]
Resolution = Annotated[Literal["halfYear", "month", "quarter", "year"] | None, Field(description="Date resolution")]
TeamNames = Annotated[list[str] | None, Field(description="Team names or IDs")]


class Projects(Tools):
    @tool("List projects", reads=True)
    async def list_projects(
        self,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        orderBy: OrderBy = "updatedAt",
        query: Annotated[str | None, Field(description="Search project name")] = None,
        state: Annotated[str | None, Field(description="State type, name, or ID")] = None,
        team: Annotated[str | None, Field(description="Team name or ID")] = None,
        member: Annotated[str | None, Field(description='User ID, name, email, or "me"')] = None,
        initiative: Annotated[str | None, Field(description="Initiative name or ID")] = None,
        createdAt: CreatedAt = None,
        updatedAt: UpdatedAt = None,
        includeArchived: Archived = False,
        includeMembers: Members = False,
        includeMilestones: Milestones = False,
    ) -> Json:
        """List projects in the user's Linear workspace"""
        view = self.view
        found = view.all(Project)
        if query:
            found = [one for one in found if query.lower() in one.name.lower()]
        if state:
            wanted = finding.project_status(view, state)
            found = [one for one in found if one.status_id == wanted.id]
        if team:
            of = finding.team(view, team)
            found = [one for one in found if of.id in one.team_ids]
        if member:
            who = finding.user(view, member)
            found = [one for one in found if who.id in (one.lead_id, *one.member_ids)]
        if initiative:
            served = finding.initiative(view, initiative)
            found = [one for one in found if one.id in served.project_ids]
        return page(
            view,
            "projects",
            found,
            lambda one: shapes.project(view, self.base_url, one, members=includeMembers, milestones=includeMilestones),
            limit=limit,
            cursor=cursor,
            order_by=orderBy,
            archived=includeArchived,
            created_at=createdAt,
            updated_at=updatedAt,
        )

    @tool("Get project", reads=True)
    async def get_project(
        self, query: Which, includeMembers: Members = False, includeMilestones: Milestones = False
    ) -> Json:
        """Retrieve details of a specific project in Linear"""
        view = self.view
        found = finding.project(view, query)
        return shapes.project(view, self.base_url, found, members=includeMembers, milestones=includeMilestones)

    @tool("Save project")
    async def save_project(
        self,
        id: Annotated[str | None, Field(description="Project ID. If provided, updates the existing project")] = None,
        name: Annotated[str | None, Field(description="Project name (required when creating)")] = None,
        summary: Annotated[str | None, Field(description="Short summary (max 255 chars)")] = None,
        description: Markdown = None,
        state: Annotated[str | None, Field(description="Project state")] = None,
        priority: Priority = None,
        icon: Annotated[str | None, Field(description="Icon emoji (e.g., :eagle:)")] = None,
        color: Annotated[str | None, Field(description="Hex color")] = None,
        lead: Annotated[str | None, nullable('User ID, name, email, or "me"')] = None,
        startDate: Annotated[str | None, Field(description="Start date (ISO format)")] = None,
        startDateResolution: Resolution = None,
        targetDate: Annotated[str | None, Field(description="Target date (ISO format)")] = None,
        targetDateResolution: Resolution = None,
        addTeams: TeamNames = None,
        removeTeams: TeamNames = None,
        setTeams: TeamNames = None,
    ) -> Json:
        """Create or update a Linear project. If `id` is provided, updates the existing project; otherwise creates a
        new one. When creating, `name` and at least one team (via `addTeams` or `setTeams`) are required."""
        view = self.view
        if setTeams is not None and (addTeams or removeTeams):
            raise invalid("setTeams cannot be combined with addTeams or removeTeams")
        if summary is not None and len(summary) > 255:
            raise invalid("summary must not be longer than 255 characters")
        before = finding.project(view, id) if id else None
        plain: dict[str, Any] = {
            "name": name,
            "description": summary,
            "content": description,
            "priority": priority,
            "icon": icon,
            "color": color,
            "status_id": finding.project_status(view, state).id if state else None,
            "start_date": day(startDate),
            "start_date_resolution": startDateResolution,
            "target_date": day(targetDate),
            "target_date_resolution": targetDateResolution,
        }
        fields = {key: value for key, value in plain.items() if value is not None}
        if given("lead"):
            fields["lead_id"] = finding.user(view, lead).id if lead else None
        held = before.team_ids if before and setTeams is None else []
        added = [finding.team(view, one).id for one in setTeams or addTeams or []]
        removed = [finding.team(view, one).id for one in removeTeams or []]
        teams = [one for one in dict.fromkeys([*held, *added]) if one not in removed]
        if before is not None:
            saved = projects.change(view, before, team_ids=teams, **fields)
        else:
            saved = projects.create(view, fields.pop("name", None), teams, **fields)
        return shapes.project(view, self.base_url, saved, milestones=True)

    @tool("List project labels", reads=True)
    async def list_project_labels(
        self, limit: Limit = LIMIT, cursor: Cursor = None, orderBy: OrderBy = "updatedAt"
    ) -> Json:
        """List available project labels in the Linear workspace. An empty list: there are none."""
        return {"labels": [], "hasNextPage": False}

    @tool("Save status update")
    async def save_status_update(
        self,
        project: Which,
        body: Annotated[str, Field(description="Content as Markdown")],
        health: Annotated[Health, Field(description="How the project goes")] = "onTrack",
    ) -> Json:
        """Write a status update of a project"""
        view = self.view
        return shapes.status_update(view, projects.update_status(view, finding.project(view, project), body, health))
