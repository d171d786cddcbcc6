"""A function tool: FUNCTIONS=examples/functions.py, and `tools: [days_until]` in an agent's file.

The annotations tell the model what to give, the docstring when to call it. `policy` says what happens then (`AUTO`:
it runs at once, `ASK`: after a person's yes), `writes=False` that calling it twice does no harm. `access` and
`internal` say for whom it is called, and where.
"""

from __future__ import annotations

import datetime

from bot.catalog.policy import Policy
from workers.tools.functions import Call, tool


@tool(policy=Policy.AUTO, writes=False)
def days_until(date: datetime.date, call: Call) -> str:
    """Days from today until a date; negative for a date that has passed."""
    days = (date - datetime.datetime.now(datetime.UTC).date()).days
    return f"{days} days until {date:%d %B %Y} (asked by {call.agent})"
