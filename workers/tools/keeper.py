"""`python -IS keeper.py WORKER COMMAND [ARGUMENT …]`: runs a stdio server so that nothing of it is left behind.

Always holds: when the server has ended, when this process is told to end (SIGTERM), and when the worker (a process id)
is no longer its parent, however that went, the server and all that it has started are ended: asked first, killed
`GRACE_SECONDS` later. On Linux also what went into a session of its own: orphans become children of this process, so
it has no more children when nothing is left (prctl(2), PR_SET_CHILD_SUBREAPER). Elsewhere it knows its process group.

The SDK alone ends a server's children only where the server does not end by itself, and nothing at all where the worker
is killed. It waits 2 s after each of its own steps (`mcp/client/stdio.py`), so here everything is done within that.
One such process runs beside each server: it imports little.
"""

import ctypes
import os
import signal
import sys
import time
from contextlib import suppress
from typing import NoReturn

GRACE_SECONDS = 1.0
KILLED_WITHIN_SECONDS = 0.8  # only a process that the system itself cannot end takes longer
LOOK_SECONDS = 0.5  # how often it looks whether the worker is still there
PAUSE_SECONDS = 0.01

PR_SET_CHILD_SUBREAPER = 36
LINUX = sys.platform == "linux"
TOLD_TO_END = 128 + signal.SIGTERM  # as a shell has it
NOT_STARTED = 126


class Over(Exception):
    """The server is not to run any longer."""


def main(worker: int, command: list[str]) -> NoReturn:
    code = TOLD_TO_END
    try:
        _listen(worker)
        code = _ended(_started(command))
    except OSError as exc:
        print(f"{command[0]} cannot be started: {exc.strerror}", file=sys.stderr, flush=True)
        code = NOT_STARTED
    except Over:
        pass
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _end_all()
    os._exit(code)


def _listen(worker: int) -> None:
    def end(*_: object) -> NoReturn:
        raise Over

    def look(*_: object) -> None:
        if os.getppid() != worker:
            raise Over

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, LOOK_SECONDS, LOOK_SECONDS)


def _started(command: list[str]) -> int:
    """The process id of the server, which alone holds the pipes: their ends tell the worker how it is."""
    if LINUX:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    ignored_by_python = (signal.SIGPIPE, signal.SIGXFSZ)
    server = os.posix_spawn(command[0], command, os.environ, setsigdef=ignored_by_python)
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return server


def _ended(server: int) -> int:
    """Wait for it; orphans that end meanwhile are forgotten."""
    while True:
        pid, status = os.wait()
        if pid == server:
            code = os.waitstatus_to_exitcode(status)
            return code if code >= 0 else 128 - code


def _end_all() -> None:
    for how, seconds in ((signal.SIGTERM, GRACE_SECONDS), (signal.SIGKILL, KILLED_WITHIN_SECONDS)):
        told: set[int] = set()
        until = time.monotonic() + seconds
        while _any_left() and time.monotonic() < until:
            for pid in _descendants() - told:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, how)
                told.add(pid)
            time.sleep(PAUSE_SECONDS)
    if not LINUX:
        os.killpg(0, signal.SIGKILL)


def _any_left() -> bool:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _descendants() -> set[int]:
    """What this process has started, and what that has, and so on (proc(5))."""
    if not LINUX:
        return set()
    parents = {int(name): _parent(name) for name in os.listdir("/proc") if name.isdigit()}
    found, newer = set[int](), {os.getpid()}
    while newer:
        newer = {pid for pid, parent in parents.items() if parent in newer}
        found |= newer
    return found


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except OSError:
        return 0  # it has just ended


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
