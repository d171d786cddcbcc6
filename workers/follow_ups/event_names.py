"""The names of events that people may name for a webhook: GitHub's and Linear's own, any with a star, and the dotted
ones of other services.

A name that nobody sends would wait for ever, so what looks like prose or like a slip is refused, with the nearest name
that there is. Rules.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
https://linear.app/developers/webhooks
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import SequenceMatcher, get_close_matches

from bot.follow_ups.hook_events import PING, UNNAMED
from workers.follow_ups.refusals import Refusal

CLOSE = 0.8  # difflib's ratio: "issue" for "issues", "closd" for "closed"
MOST = 20  # events of one webhook, as a model is told, too
LONGEST = 80  # characters of a name, as `hook_events.py` takes them
SAID = 60  # characters of a name that is quoted

_NAME = re.compile(r"[A-Za-z0-9_.:/*-]{1,80}")  # as `hook_events.py` takes them, and stars
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
    auto_merge_enabled auto_reopened blocked cancelled category_changed changed checks_requested closed
    closed_by_user completed converted converted_to_draft created deleted demilestoned denied dequeued destroyed
    disabled dismissed edited enabled enqueued fixed in_progress labeled locked member_added member_invited
    member_removed milestoned moved new_permissions_accepted opened pending_cancellation pending_change
    pending_tier_change pinned prereleased privatized promote promote_to_enterprise published publicized
    purchased queued ready_for_review reintroduced reject released removed removed_from_repository renamed reopened
    reopened_by_user reordered reported requested requested_action rerequested resolved restored
    review_request_removed review_requested revoked started submitted suspend synchronize tier_changed transferred
    typed unanswered unarchived unassigned unblocked unlabeled unlocked unpinned unpublished unresolved unsuspend
    untyped updated validated waiting withdrawn
"""
_LINEAR = """
    AgentSessionEvent AppUserNotification Attachment AuditEntry Comment Customer CustomerNeed CustomerRequest Cycle
    Document Initiative InitiativeUpdate Issue IssueAttachment IssueLabel IssueSLA OAuthApp PermissionChange Project
    ProjectLabel ProjectUpdate Reaction Release User
"""
_LINEAR_ACTIONS = "create update remove set highRisk breached"
_VENDORS = tuple(
    (tuple(names.split()), tuple(actions.split()))
    for names, actions in ((_GITHUB, _GITHUB_ACTIONS), (_LINEAR, _LINEAR_ACTIONS))
)


def checked(events: Iterable[str], *, known: Collection[str] = ()) -> tuple[str, ...]:
    """The same, or `Refusal` for the first one that nobody sends; `known` are taken as they are."""
    found = tuple(events)
    if len(found) > MOST:
        raise Refusal("events_many", most=MOST)
    for event in found:
        if not (event in known or _is_name(event)):
            raise _refusal(event)
    return found


def _is_name(event: str) -> bool:
    if not _NAME.fullmatch(event):
        return False
    thing, _, action = event.partition(".")
    vendor = [actions for names, actions in _VENDORS if thing in names]
    if "*" in event or event in (PING, UNNAMED):
        return True
    if vendor:
        return not action or any(action in actions for actions in vendor)
    return bool(action) and not _nearest(event)


def _refusal(event: str) -> Refusal:
    if nearest := _nearest(event):
        return Refusal("event_nearest", said=event[:SAID], nearest=nearest)
    return Refusal("event", said=event[:SAID])


def _nearest(event: str) -> str:
    """The one that was meant, most probably; of one whose action nobody knows, all of its kind."""
    thing, _, action = event[:LONGEST].partition(".")
    found = [near for names, actions in _VENDORS if (near := _near(thing, action, names, actions))]
    return max(found, key=lambda near: SequenceMatcher(None, event.lower(), near.lower()).ratio(), default="")


def _near(thing: str, action: str, names: Iterable[str], actions: Iterable[str]) -> str:
    if not (near := _close(thing, names)):
        return ""
    return f"{near}.{_close(action, actions) or '*'}" if action else near


def _close(word: str, words: Iterable[str]) -> str:
    by_case = {each.lower(): each for each in words}
    found = get_close_matches(word.lower(), by_case, n=1, cutoff=CLOSE)
    return by_case[found[0]] if found else ""
