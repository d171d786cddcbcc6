"""What projects are planned with: milestones, and the initiatives that they serve."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from playground.services.definitions import tool
from playground.services.linear import finding
from playground.services.linear.acts import projects
from playground.services.linear.models import Initiative, Milestone
from playground.services.linear.tools import shapes
from playground.services.linear.tools.base import (
    LIMIT,
    Cursor,
    Json,
    Limit,
    OrderBy,
    Tools,
    day,
    given,
    nullable,
    page,
)
from playground.services.linear.tools.projects import Which


class Planning(Tools):
    @tool("List milestones", reads=True)
    async def list_milestones(self, project: Which) -> list[Json]:
        """List all milestones in a Linear project"""
        view = self.view
        of = finding.project(view, project)
        return [shapes.milestone(one) for one in view.all(Milestone) if one.project_id == of.id]

    @tool("Get milestone", reads=True)
    async def get_milestone(
        self, project: Which, query: Annotated[str, Field(description="Milestone name or ID")]
    ) -> Json:
        """Retrieve details of a specific milestone in a Linear project"""
        view = self.view
        return shapes.milestone(finding.milestone(view, query, finding.project(view, project)))

    @tool("Save milestone")
    async def save_milestone(
        self,
        project: Which,
        id: Annotated[str | None, Field(description="Milestone name or ID")] = None,
        name: Annotated[str | None, Field(description="Milestone name (required when creating)")] = None,
        description: Annotated[str | None, Field(description="Milestone description")] = None,
        targetDate: Annotated[str | None, nullable("Target completion date (ISO format)")] = None,
    ) -> Json:
        """Create or update a milestone in a Linear project. If `id` is provided, updates the existing milestone."""
        view = self.view
        of = finding.project(view, project)
        fields: Json = {} if description is None else {"description": description}
        if given("targetDate"):
            fields["target_date"] = day(targetDate)
        if id is None:
            return shapes.milestone(projects.create_milestone(view, of, name, **fields))
        named = {**fields, **({} if name is None else {"name": name})}
        return shapes.milestone(projects.change_milestone(view, finding.milestone(view, id, of), **named))

    @tool("List initiatives", reads=True)
    async def list_initiatives(
        self, limit: Limit = LIMIT, cursor: Cursor = None, orderBy: OrderBy = "updatedAt"
    ) -> Json:
        """List initiatives in the user's Linear workspace"""
        view = self.view
        return page(
            view,
            "initiatives",
            view.all(Initiative),
            lambda one: shapes.initiative(view, one),
            limit=limit,
            cursor=cursor,
            order_by=orderBy,
        )

    @tool("Get initiative", reads=True)
    async def get_initiative(self, query: Annotated[str, Field(description="Initiative name or ID")]) -> Json:
        """Retrieve detailed information about a specific initiative in Linear"""
        return shapes.initiative(self.view, finding.initiative(self.view, query))
