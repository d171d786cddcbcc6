"""A service's webhooks as values: how they are sent, what is sent to whom, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict, Field


class HookSwitches(BaseModel):
    """`anywhere`: also to other machines. `retry_seconds`: how long after a failure it is tried again, each time."""

    model_config = ConfigDict(extra="forbid")

    timeout_seconds: float = Field(default=10, gt=0, le=60)
    retry_seconds: list[float] = Field(default=[], max_length=10)
    anywhere: bool = False


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is sent to whom. `guid` stays the same however often it is sent; `insecure` takes any certificate."""

    hook: str
    url: str
    event: str
    action: str = ""
    guid: str
    insecure: bool = False

    def written(self, now: float) -> tuple[dict[str, str], bytes]:
        """Headers and body, as they are sent at this moment."""
        raise NotImplementedError

    def arrived(self, status: int) -> bool:
        return 200 <= status < 300

    def is_wanted(self) -> bool:
        """Whether its hook is still there."""
        return True


@dataclass(slots=True)
class Attempt:
    """`status` is 0 where nobody answered; `problem` says why."""

    at: float
    headers: dict[str, str]
    body: bytes
    status: int = 0
    seconds: float = 0.0
    problem: str = ""
    answered: dict[str, str] = field(default_factory=dict)
    answer: str = ""


@dataclass(slots=True)
class Delivery:
    """`again`: somebody asked for it once more. `over`: it is not tried any more."""

    number: int
    letter: Letter
    again: bool
    at: float
    attempts: list[Attempt] = field(default_factory=list)
    dropped: bool = False
    over: bool = False
