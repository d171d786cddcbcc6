"""Every kind of errand, and who does it. A new kind is a new row here and a new `MailKind`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.threads.models import MailKind
from workers.errands.arguments import show_arguments
from workers.errands.branching import branch
from workers.errands.connecting import connect
from workers.errands.connections import show_connections
from workers.errands.due import begin_thread
from workers.errands.errand import Errand
from workers.errands.follow_up_told import tell
from workers.errands.follow_ups import follow_up
from workers.errands.opening import open_thread
from workers.errands.showing import export, show
from workers.errands.waiting import tell_waiting

# Each may be called again after a crash; what it posts, moves and tells goes through the `Errand`.
ERRANDS: Mapping[MailKind, Callable[[Errand], Awaitable[None]]] = {
    MailKind.OPEN: open_thread,
    MailKind.BRANCH: branch,
    MailKind.SHOW: show,
    MailKind.EXPORT: export,
    MailKind.ARGUMENTS: show_arguments,
    MailKind.CONNECTIONS: show_connections,
    MailKind.CONNECTED: connect,
    MailKind.WAITING: tell_waiting,
    MailKind.DUE: begin_thread,
    MailKind.FOLLOW_UP: follow_up,
    MailKind.FOLLOW_UP_TOLD: tell,
}
