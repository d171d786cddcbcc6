"""A modal that stands open already, filled in by the worker that does its errand."""

from __future__ import annotations

from datetime import timedelta

import structlog

from bot.slack import views
from bot.slack.errors import Refused
from workers.errands.errand import Errand

TRIES = 10
MAY_BE_LATE = timedelta(seconds=0.5)  # the bot opens it while a worker is at work already

log = structlog.get_logger()


async def fill(errand: Errand, view: views.View) -> bool:
    """Show `view` in the place of the one that has its name; False where that was closed."""
    for _ in range(TRIES):
        try:
            await errand.slack.update_view(view["external_id"], view)
            return True
        except Refused as refused:
            if refused.code != "not_found":
                raise
            await errand.services.sleep(MAY_BE_LATE.total_seconds())
    log.info("modal.gone")  # closed by now
    return False
