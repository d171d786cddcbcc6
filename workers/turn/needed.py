"""What the open calls of a turn came back for, as long as a person has not given it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bot.threads.models import CallState
from workers.conversations.port import Call
from workers.tools import needs
from workers.tools.needs import Need
from workers.turn.scene import Scene

SOON = 1.0  # seconds: a deadline's mail may come a little before the time that it is about

Kind = TypeVar("Kind", bound=Need)


def of(scene: Scene, call: Call, kind: type[Kind]) -> Kind | None:
    """What `call` waits for, if it is of that kind."""
    record = scene.journal.call(call.tool_call_id)
    if record is None or record.state is not CallState.ASKED or not record.needs or record.given:
        return None
    need = needs.load(record.needs)
    return need if isinstance(need, kind) else None


def waiting(scene: Scene, kind: type[Need]) -> list[Call]:
    """The open calls that wait for that kind."""
    return [call for call in scene.journal.open_calls if of(scene, call, kind)]


def servers(scene: Scene, kind: type[Need]) -> list[str]:
    """Whose calls wait for that kind, by name."""
    found = (of(scene, call, kind) for call in scene.journal.open_calls)
    return sorted({need.server for need in found if need})


def deadline(scene: Scene, calls: Sequence[Call], limit: timedelta) -> datetime | None:
    """When the first of `calls` has waited for `limit`."""
    moments = [scene.journal.recorded(call).asked_at or scene.now() for call in calls]
    return datetime.fromtimestamp(min(moments)).astimezone() + limit if moments else None


def overdue(scene: Scene, calls: Sequence[Call], limit: timedelta) -> list[Call]:
    """Those whose question was put, and has waited for `limit`."""
    latest = scene.now() + SOON - limit.total_seconds()
    return [call for call in calls if 0 < scene.journal.recorded(call).asked_at <= latest]
