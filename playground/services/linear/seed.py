"""What is there at the beginning: the colleagues' teams, with what they work on.

It is done by the same acts that everybody uses, each at its own time and by its own person, so ids are the same at
every start.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from playground.services.colleagues import COLLEAGUES
from playground.services.linear.acts import comments, issues, projects
from playground.services.linear.models import (
    Initiative,
    Label,
    Milestone,
    Project,
    ProjectStatus,
    State,
    Team,
    Thing,
    User,
)
from playground.services.linear.store import Contents, Linear, View

DATA = Path(__file__).with_name("seed.json")
FOUNDED = datetime(2026, 1, 5, 9, tzinfo=UTC)
PARTNERS = {"iris"}  # met through Slack only
Json = dict[str, Any]
T = TypeVar("T", bound=Thing)


def contents() -> Contents:
    """A fresh copy."""
    return _Sower().sown(json.loads(DATA.read_text(encoding="utf-8")))


class _Sower:
    def __init__(self) -> None:
        self._at = FOUNDED
        self._linear = Linear(clock=lambda: self._at)

    def sown(self, data: Json) -> Contents:
        for one in COLLEAGUES.values():
            if one.name not in PARTNERS:
                self._linear.add(
                    User,
                    name=one.real_name,
                    display_name=one.name,
                    email=one.email,
                    admin=one.admin,
                    guest=one.guest,
                )
        for position, (name, kind, color) in enumerate(data["project_statuses"]):
            self._linear.add(ProjectStatus, name=name, type=kind, color=color, position=position)
        for name, color in data["labels"]:
            self._linear.add(Label, name=name, color=color)
        for one in data["teams"]:
            self._team(one, data["states"])
        for kind in ("projects", "issues", "documents", "initiatives"):
            for one in data[kind]:
                getattr(self, f"_{kind.removesuffix('s')}")(one)
        return self._linear.contents

    def _team(self, data: Json, states: list[tuple[str, str, str]]) -> None:
        members = [self._user(name).id for name in data.pop("members")]
        team = self._linear.add(Team, member_ids=members, **data)
        for position, (name, kind, color) in enumerate(states):
            self._linear.add(State, team_id=team.id, name=name, type=kind, color=color, position=position)

    def _project(self, data: Json) -> None:
        view = self._view(data)
        lead = self._user(data["lead"]).id
        project = projects.create(
            view,
            data["name"],
            [self._named(Team, key, "key").id for key in data["teams"]],
            lead_id=lead,
            member_ids=[lead],
            status_id=self._named(ProjectStatus, data["status"]).id,
            start_date=_date(data.get("start_date")),
            target_date=_date(data.get("target_date")),
            **{name: data[name] for name in ("description", "content", "priority", "icon") if name in data},
        )
        for order, one in enumerate(data.get("milestones", [])):
            target = _date(one["target_date"])
            projects.create_milestone(view, project, one["name"], target_date=target, sort_order=order)

    def _issue(self, data: Json) -> None:
        view, team = self._view(data), self._named(Team, data["team"], "key")
        states = [one for one in view.all(State) if one.team_id == team.id and one.name == data["state"]]
        project = self._named(Project, data["project"]).id if "project" in data else None
        milestone = self._named(Milestone, data["milestone"]).id if "milestone" in data else None
        issue = issues.create(
            view,
            team.id,
            data["title"],
            state_id=states[0].id,
            assignee_id=self._user(data["assignee"]).id if "assignee" in data else None,
            label_ids=[self._named(Label, name).id for name in data.get("labels", [])],
            project_id=project,
            project_milestone_id=milestone,
            **{name: data[name] for name in ("description", "priority", "estimate") if name in data},
        )
        for one in data.get("links", []):
            issues.attach(view, issue, one["title"], one["url"])
        for one in data.get("comments", []):
            comments.create(self._view(one), issue, one["body"])

    def _document(self, data: Json) -> None:
        project = self._named(Project, data["project"])
        projects.create_document(self._view(data), data["title"], content=data["content"], project_id=project.id)

    def _initiative(self, data: Json) -> None:
        view = self._view(data)
        self._linear.add(
            Initiative,
            name=data["name"],
            description=data["description"],
            owner_id=view.user.id,
            project_ids=[self._named(Project, name).id for name in data["projects"]],
            target_date=_date(data["target_date"]),
        )

    def _view(self, data: Json) -> View:
        """In whose eyes it is done; from now on it is the time at which it was done."""
        self._at = datetime.fromisoformat(data["at"])
        return View(self._linear, self._user(data["by"]), frozenset({"write"}))

    def _user(self, name: str) -> User:
        return self._named(User, name, "display_name")

    def _named(self, kind: type[T], name: str, by: str = "name") -> T:
        return next(one for one in self._linear.shelf(kind).values() if getattr(one, by) == name)


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
