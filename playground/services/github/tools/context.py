"""Toolset `context`: who the caller is, and the teams; and `users`, `orgs`: finding people and organizations."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from playground.services.definitions import tool
from playground.services.github import errors, search
from playground.services.github.tools import minimal
from playground.services.github.tools.base import Json, Page, PerPage, Tools, paged

Query = Annotated[str, Field(description="Search query, with GitHub's qualifiers")]
Order = Annotated[Literal["asc", "desc"] | None, Field(description="Sort order")]


class Context(Tools):
    @tool("Get my user profile", reads=True)
    async def get_me(self) -> Json:
        """Get details of the authenticated GitHub user. Use this when a request is about the user's own profile."""
        return minimal.profile(self.shapes, self.hub.account(self.caller.login))

    @tool("Get teams", reads=True, needs=["read:org"])
    async def get_teams(
        self, user: Annotated[str | None, Field(description="Whose teams; the authenticated user's by default")] = None
    ) -> list[Json]:
        """Get details of the teams that the user is a member of, in organizations that the caller is a member of."""
        login = self.hub.account(user or self.caller.login).login
        organizations = [one for one in self.hub.accounts() if self.caller.login in one.members]
        found = []
        for organization in organizations:
            teams = [{"name": slug, "slug": slug} for slug, members in organization.teams.items() if login in members]
            if teams:
                found.append({"org": organization.login, "teams": teams})
        return found

    @tool("Get team members", reads=True, needs=["read:org"])
    async def get_team_members(
        self,
        org: Annotated[str, Field(description="Organization login (owner) that contains the team")],
        team_slug: Annotated[str, Field(description="Team slug")],
    ) -> list[str]:
        """Get the usernames of a team's members."""
        organization = self.hub.account(org)
        if self.caller.login not in organization.members or team_slug not in organization.teams:
            raise errors.not_found()
        return organization.teams[team_slug]


class Users(Tools):
    @tool("Search users", reads=True)
    async def search_users(
        self,
        query: Query,
        sort: Literal["followers", "repositories", "joined"] | None = None,
        order: Order = None,
        page: Page = None,
        perPage: PerPage = None,
    ) -> Json:
        """Find GitHub users by username, real name, or other profile information."""
        found = search.users(self.hub, query, organizations=False)
        found.sort(key=lambda one: (one.created_at, one.id), reverse=order == "desc")
        shown = [minimal.user(self.shapes, one.login) for one in paged(found, page, perPage)]
        return {"total_count": len(found), "incomplete_results": False, "items": shown}


class Organizations(Tools):
    @tool("Search organizations", reads=True, needs=["read:org"])
    async def search_orgs(self, query: Query, order: Order = None, page: Page = None, perPage: PerPage = None) -> Json:
        """Find GitHub organizations by name or other information."""
        found = search.users(self.hub, query, organizations=True)
        found.sort(key=lambda one: one.login, reverse=order == "desc")
        shown = [minimal.user(self.shapes, one.login) for one in paged(found, page, perPage)]
        return {"total_count": len(found), "incomplete_results": False, "items": shown}
