"""The names of events that may be named for a webhook: GitHub's and Linear's own, any with a star, and the dotted ones
of other services.

A name that nobody sends would wait for ever, so what looks like prose or like a slip is refused, with the nearest name
that is known. What is known here ages: of a known kind any action is taken that is no slip of a known one. Rules.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
https://linear.app/developers/webhooks
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches

from bot.follow_ups.form import MOST_EVENTS
from bot.follow_ups.hook_events import LONGEST_NAME, PING, UNNAMED
from workers.follow_ups.refusals import Refusal

CLOSE = 0.8  # difflib's ratio of a kind that was meant: "Isue" for "Issue"
SLIP = 0.9  # the same of an action: "closd" for "closed", but not "rejected" for "requested"
SAID = 60  # characters of a name that is quoted

_PART = r"[_:/-]*[A-Za-z0-9*][A-Za-z0-9_:/*-]*"  # of what `hook_events.py` takes, and stars
_NAME = re.compile(rf"{_PART}(?:\.{_PART})*")
_ANY_ACTION = ("repository_dispatch",)  # whoever sends one names it
_GITHUB = """
    branch_protection_configuration branch_protection_rule check_run check_suite code_scanning_alert commit_comment
    create custom_property custom_property_values delete dependabot_alert deploy_key deployment
    deployment_protection_rule deployment_review deployment_status discussion discussion_comment fork
    github_app_authorization gollum installation installation_repositories installation_target issue_comment
    issue_dependencies issues label marketplace_purchase member membership merge_group meta milestone org_block
    organization package page_build personal_access_token_request project project_card project_column projects_v2
    projects_v2_item projects_v2_status_update public pull_request pull_request_review pull_request_review_comment
    pull_request_review_thread push registry_package release repository repository_advisory repository_dispatch
    repository_import repository_ruleset repository_vulnerability_alert secret_scanning_alert
    secret_scanning_alert_location secret_scanning_scan security_advisory security_and_analysis sponsorship star
    status sub_issues team team_add watch workflow_dispatch workflow_job workflow_run
"""
_GITHUB_ACTIONS = """
    added added_to_repository answered appeared_in_branch approved archived assigned auto_dismissed auto_merge_disabled
    auto_merge_enabled auto_reopened blocked blocked_by_added blocked_by_removed blocking_added blocking_removed
    cancelled category_changed changed checks_requested closed closed_by_user completed converted converted_to_draft
    created deleted demilestoned denied dequeued destroyed disabled dismissed edited enabled enqueued fixed in_progress
    labeled locked member_added member_invited member_removed milestoned moved new_permissions_accepted opened
    parent_issue_added parent_issue_removed pending_cancellation pending_change pending_tier_change pinned prereleased
    privatized publicized publicly_leaked published purchased queued ready_for_review reintroduced rejected released
    removed removed_from_repository renamed reopened reopened_by_user reordered reported requested requested_action
    rerequested resolved restored review_request_removed review_requested revoked started sub_issue_added
    sub_issue_removed submitted suspend synchronize tier_changed transferred typed unanswered unarchived unassigned
    unblocked unlabeled unlocked unpinned unpublished unresolved unsuspend untyped updated validated waiting withdrawn
"""
_LINEAR = """
    AgentSessionEvent AppUserNotification Attachment AuditEntry Comment Customer CustomerNeed CustomerRequest Cycle
    Document Initiative InitiativeUpdate Issue IssueAttachment IssueLabel IssueSLA OAuthApp PermissionChange Project
    ProjectLabel ProjectUpdate Reaction Release User
"""
_LINEAR_ACTIONS = "create update remove set highRisk breached"
Vendor = tuple[tuple[str, ...], tuple[str, ...]]  # its kinds, and what may happen to one or another
_VENDORS: tuple[Vendor, ...] = tuple(
    (tuple(names.split()), tuple(actions.split()))
    for names, actions in ((_GITHUB, _GITHUB_ACTIONS), (_LINEAR, _LINEAR_ACTIONS))
)


def checked(events: Iterable[str], *, known: Collection[str] = ()) -> tuple[str, ...]:
    """The same, or `Refusal` for the first one that nobody sends; `known` are taken as they are."""
    found = tuple(events)
    if len(found) > MOST_EVENTS:
        raise Refusal("events_many", most=MOST_EVENTS)
    for event in found:
        if not (event in known or _is_name(event)):
            raise _refusal(event)
    return found


def _is_name(event: str) -> bool:
    if len(event) > LONGEST_NAME or not _NAME.fullmatch(event):
        return False
    if "*" in event or event in (PING, UNNAMED):
        return True
    thing, _, action = event.partition(".")
    if vendor := _vendor_of(thing):
        return thing in _ANY_ACTION or not _is_slip(action, vendor[1])
    return bool(action) and not _nearest(event)


def _vendor_of(thing: str) -> Vendor | None:
    return next((vendor for vendor in _VENDORS if thing in vendor[0]), None)


def _is_slip(action: str, actions: Collection[str]) -> bool:
    return bool(action) and action not in actions and bool(_close(action, actions, SLIP))


def _refusal(event: str) -> Refusal:
    if nearest := _nearest(event):
        return Refusal("event_nearest", said=event[:SAID], nearest=nearest)
    return Refusal("event", said=event[:SAID])


def _nearest(event: str) -> str:
    """The one that was meant, most probably; of one whose action nobody knows, all of its kind."""
    thing, _, action = event[:LONGEST_NAME].partition(".")
    vendor = _vendor_of(thing)
    found = [near for each in ([vendor] if vendor else _VENDORS) if (near := _near(thing, action, each))]
    return max(found, key=lambda near: SequenceMatcher(None, event.lower(), near.lower()).ratio(), default="")


def _near(thing: str, action: str, vendor: Vendor) -> str:
    names, actions = vendor
    if not (near := _close(thing, names)):
        return ""
    return f"{near}.{_close(action, actions) or '*'}" if action else near


def _close(word: str, words: Iterable[str], cutoff: float = CLOSE) -> str:
    by_case = {each.lower(): each for each in words}
    found = get_close_matches(word.lower(), by_case, n=1, cutoff=cutoff)
    return by_case[found[0]] if found else ""
