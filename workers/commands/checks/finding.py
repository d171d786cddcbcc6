"""What a check found: how it stands with one thing, in a sentence, and how to mend it. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, with a loss that should be known
    FAILED = "failed"  # Threadwind does not work like this
    UNCHECKED = "not checked"


@dataclass(frozen=True, slots=True)
class Finding:
    """`check` names what was looked at; `mend` is empty where there is nothing to do."""

    check: str
    status: Status
    says: str
    mend: str = ""

    def dump(self) -> dict[str, str]:
        return {"check": self.check, "status": self.status.value, "says": self.says, "mend": self.mend}


def ok(check: str, says: str) -> Finding:
    return Finding(check, Status.OK, says)


def warning(check: str, says: str, mend: str) -> Finding:
    return Finding(check, Status.WARNING, says, mend)


def failed(check: str, says: str, mend: str) -> Finding:
    return Finding(check, Status.FAILED, says, mend)


def unchecked(check: str, says: str, mend: str = "") -> Finding:
    return Finding(check, Status.UNCHECKED, says, mend)
