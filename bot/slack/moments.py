"""Points in time that Slack writes as each reader writes them. https://docs.slack.dev/messaging/formatting-message-text"""

from __future__ import annotations

import re

TOKEN = re.compile(r"<!date\^[^|<>]*\|([^<>]*)>")


def moment(at: float, otherwise: str) -> str:
    """Date and time of `at` (seconds since the epoch), in mrkdwn; `otherwise` where they are not drawn."""
    return f"<!date^{int(at)}^{{date_short_pretty}} {{time}}|{otherwise}>"


def undrawn(mrkdwn: str) -> str:
    """`mrkdwn` for where no such token is drawn."""
    return TOKEN.sub(r"\1", mrkdwn)
