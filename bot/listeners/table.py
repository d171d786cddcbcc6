"""Everything the bot hears, on one screen: what Slack sends on the left, what is done with it on the right.

A new feature is a new row. What is not in the table is acknowledged and passed over.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.listeners import (
    ahead,
    approvals,
    commands,
    connections,
    controls,
    follow_ups,
    inquiries,
    lifecycle,
    messages,
    shortcuts,
    waiting,
)
from bot.listeners.ears import Listener
from bot.slack.ahead import AHEAD
from bot.slack.clicks import (
    AGAIN,
    ANSWER_IT,
    APPROVE,
    APPROVE_ALWAYS,
    APPROVE_THREAD,
    ARGUMENTS,
    ARGUMENTS_PAGE,
    DECLINE_IT,
    DENY,
    DENY_REASON,
    DONE_IT,
    GIVE_BACK,
    RESOLVE,
    TAKE_OVER,
)
from bot.slack.commands import AGENT, CONNECTIONS, FOLLOW_UP, THREADWIND
from bot.slack.connections import CONNECT, DISCONNECT, PAGE, REVOKE
from bot.slack.follow_up_clicks import ACTION
from bot.slack.follow_up_form import CALLBACK
from bot.slack.follow_up_shortcut import FOLLOW_UP_ON
from bot.slack.inquiry_form import FILL_IN
from bot.slack.shortcuts import BRANCH, EXPORT, SHOW

TABLE: Mapping[str, Listener] = {
    # said
    "event app_mention": messages.mentioned,
    "event message": messages.said,
    # typed as a slash command, whose name may begin with COMMAND_PREFIX
    f"command {AGENT}": commands.agent,
    f"command {CONNECTIONS}": connections.listed,
    f"command {FOLLOW_UP}": follow_ups.asked,
    f"command {THREADWIND}": waiting.asked,
    "command": commands.unknown,
    # picked in a message's menu
    f"message_action {BRANCH}": shortcuts.branched,
    f"message_action {SHOW}": shortcuts.shown,
    f"message_action {FOLLOW_UP_ON}": follow_ups.picked,
    f"action {EXPORT}": shortcuts.exported,
    # clicked
    f"action {APPROVE}": approvals.decided,
    f"action {APPROVE_THREAD}": approvals.decided,
    f"action {APPROVE_ALWAYS}": approvals.decided,
    f"action {DENY}": approvals.decided,
    f"action {DENY_REASON}": approvals.asked_why,
    f"view_submission {DENY_REASON}": approvals.said_why,
    f"action {ARGUMENTS}": approvals.shown,
    f"action {ARGUMENTS_PAGE}": approvals.turned,
    f"action {TAKE_OVER}": controls.person,
    f"action {RESOLVE}": controls.person,
    f"action {GIVE_BACK}": controls.person,
    f"action {AGAIN}": controls.again,
    f"action {ANSWER_IT}": inquiries.opened,
    f"action {DECLINE_IT}": inquiries.pressed,
    f"action {DONE_IT}": inquiries.pressed,
    f"view_submission {FILL_IN}": inquiries.sent,
    "event agent_session_stopped": controls.stopped,
    f"action {ACTION}": follow_ups.pressed,
    f"action {AHEAD}": ahead.pressed,
    f"view_submission {AHEAD}": ahead.sent,
    f"view_submission {CALLBACK}": follow_ups.sent,
    # pressed in the modal of /connections
    f"action {CONNECT}": connections.pressed,
    f"action {DISCONNECT}": connections.pressed,
    f"action {REVOKE}": connections.pressed,
    f"action {PAGE}": connections.pressed,
    # the app itself
    "event app_home_opened": lifecycle.home_opened,
    "event app_uninstalled": lifecycle.removed,
    "event tokens_revoked": lifecycle.removed,
    "app_rate_limited": lifecycle.rate_limited,
}
