"""What `save_issue` was given, as fields and relations of the store: names become ids, null takes away."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playground.services.linear import finding
from playground.services.linear.acts import issues
from playground.services.linear.models import Issue, Project, Team
from playground.services.linear.store import View
from playground.services.linear.tools.base import Json, day, given

# What a parameter of `save_issue` does to the relation with each issue that it names, and whether that one comes first.
Act = Callable[[View, issues.Kind, Issue, Issue], None]
TIES: dict[str, tuple[Act, issues.Kind, bool]] = {
    "blocks": (issues.relate, "blocks", False),
    "blockedBy": (issues.relate, "blocks", True),
    "relatedTo": (issues.relate, "related", False),
    "duplicateOf": (issues.relate, "duplicate", False),
    "removeBlocks": (issues.unrelate, "blocks", False),
    "removeBlockedBy": (issues.unrelate, "blocks", True),
    "removeRelatedTo": (issues.unrelate, "related", False),
}


def ties(view: View, **named: list[str] | None) -> list[tuple[tuple[Act, issues.Kind, bool], Issue]]:
    return [(TIES[name], view.issue(one)) for name, others in named.items() for one in others or []]


def plain(**values: Any) -> Json:
    """Fields that are taken as they are; null takes the estimate away and leaves the others."""
    return {name: value for name, value in values.items() if value is not None or (name == "estimate" and given(name))}


def fields_of(
    view: View,
    of: Team,
    *,
    before: Issue | None,
    assignee: str | None,
    state: str | None,
    labels: list[str] | None,
    project: str | None,
    milestone: str | None,
    cycle: str | None,
    parentId: str | None,
    dueDate: str | None,
) -> Json:
    """Fields of those parameters that were given, with ids in the place of names."""
    fields: Json = {}
    if given("assignee"):
        fields["assignee_id"] = finding.user(view, assignee).id if assignee else None
    if state is not None:
        fields["state_id"] = finding.state(view, state, of).id
    if labels is not None:
        fields["label_ids"] = [finding.label(view, one, of).id for one in labels]
    if given("project"):
        fields["project_id"] = finding.project(view, project).id if project else None
    if given("milestone"):
        within = fields.get("project_id") or (before.project_id if before else None)
        holding = view.get(Project, within)
        fields["project_milestone_id"] = finding.milestone(view, milestone, holding).id if milestone else None
    if given("cycle"):
        fields["cycle_id"] = finding.cycle(view, cycle, of).id if cycle else None
    if given("parentId"):
        fields["parent_id"] = view.issue(parentId).id if parentId else None
    if given("dueDate"):
        fields["due_date"] = day(dueDate)
    return fields
