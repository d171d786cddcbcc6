"""Teams and what belongs to them: statuses, labels, cycles; and the people."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.linear import finding
from playground.services.linear.acts import projects
from playground.services.linear.models import Label, State, Team, User
from playground.services.linear.tools import shapes
from playground.services.linear.tools.base import LIMIT, Archived, Cursor, Json, Limit, OrderBy, Tools, page

Which = Annotated[str, Field(description="Team name or ID")]
Maybe = Annotated[str | None, Field(description="Team name or ID")]


class Teams(Tools):
    @tool("List teams", reads=True)
    async def list_teams(
        self,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        orderBy: OrderBy = "updatedAt",
        query: Annotated[str | None, Field(description="Search query")] = None,
        includeArchived: Archived = False,
    ) -> Json:
        """List teams in the user's Linear workspace"""
        view = self.view
        found = [one for one in view.all(Team) if not query or query.lower() in f"{one.name} {one.key}".lower()]
        return page(
            view,
            "teams",
            found,
            shapes.team,
            limit=limit,
            cursor=cursor,
            order_by=orderBy,
            archived=includeArchived,
        )

    @tool("Get team", reads=True)
    async def get_team(self, query: Annotated[str, Field(description="Team UUID, key, or name")]) -> Json:
        """Retrieve details of a specific Linear team"""
        return shapes.team(finding.team(self.view, query))

    @tool("List users", reads=True)
    async def list_users(
        self,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        orderBy: OrderBy = "updatedAt",
        query: Annotated[str | None, Field(description="Filter by name or email")] = None,
        team: Maybe = None,
    ) -> Json:
        """Retrieve users in the Linear workspace"""
        view = self.view
        found = [one for one in view.all(User) if not query or query.lower() in f"{one.name} {one.email}".lower()]
        if team:
            members = finding.team(view, team).member_ids
            found = [one for one in found if one.id in members]
        return page(view, "users", found, shapes.user, limit=limit, cursor=cursor, order_by=orderBy)

    @tool("Get user", reads=True)
    async def get_user(self, query: Annotated[str, Field(description='User ID, name, email, or "me"')]) -> Json:
        """Retrieve details of a specific Linear user"""
        return shapes.user(finding.user(self.view, query))

    @tool("List issue statuses", reads=True)
    async def list_issue_statuses(self, team: Which) -> list[Json]:
        """List available issue statuses in a Linear team"""
        view = self.view
        of = finding.team(view, team)
        return [shapes.state(one) for one in view.all(State) if one.team_id == of.id]

    @tool("Get issue status", reads=True)
    async def get_issue_status(
        self,
        team: Which,
        id: Annotated[str | None, Field(description="Status ID")] = None,
        name: Annotated[str | None, Field(description="Status name")] = None,
    ) -> Json:
        """Retrieve detailed information about an issue status in Linear by name or ID"""
        return shapes.state(finding.state(self.view, id or name or "", finding.team(self.view, team)))

    @tool("List issue labels", reads=True)
    async def list_issue_labels(
        self,
        limit: Limit = LIMIT,
        cursor: Cursor = None,
        orderBy: OrderBy = "updatedAt",
        name: Annotated[str | None, Field(description="Filter by name")] = None,
        team: Maybe = None,
    ) -> Json:
        """List available issue labels in a Linear workspace or team"""
        view = self.view
        of = finding.team(view, team) if team else None
        found = [
            one
            for one in view.all(Label)
            if (not name or name.lower() in one.name.lower()) and (of is None or one.team_id in (None, of.id))
        ]
        return page(view, "labels", found, shapes.label, limit=limit, cursor=cursor, order_by=orderBy)

    @tool("Create issue label")
    async def create_issue_label(
        self,
        name: Annotated[str, Field(description="Label name")],
        color: Annotated[str | None, Field(description="Hex color")] = None,
        description: Annotated[str | None, Field(description="Label description")] = None,
        teamId: Annotated[str | None, Field(description="Team name or ID; of the workspace without one")] = None,
    ) -> Json:
        """Create a new Linear issue label"""
        view = self.view
        of = finding.team(view, teamId).id if teamId else None
        plain = {"color": color, "description": description}
        fields = {key: value for key, value in plain.items() if value is not None}
        return shapes.label(projects.create_label(view, name, of, **fields))

    @tool("List cycles", reads=True)
    async def list_cycles(
        self,
        teamId: Annotated[str, Field(description="Team ID")],
        type: Annotated[
            Literal["current", "previous", "next"] | None, Field(description="Filter: current, previous or next")
        ] = None,
    ) -> list[Json]:
        """Retrieve cycles for a specific Linear team"""
        view = self.view
        shown = [shapes.cycle(view, one) for one in view.linear.cycles(finding.team(view, teamId))]
        current = next(place for place, one in enumerate(shown) if one["isActive"])
        wanted = {"current": current, "previous": current - 1, "next": current + 1}
        return shown if type is None else [one for place, one in enumerate(shown) if place == wanted[type]]
