"""What a thread's owner does next with its mail: rules, no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.threads.models import Mail, MailKind


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages of one turn: one principal, one agent (None: the thread's own)."""

    mail: tuple[Mail, ...]

    @property
    def principal(self) -> str:
        return self.mail[0].principal

    @property
    def agent(self) -> str | None:
        return self.mail[0].agent


def next_batch(mail: Sequence[Mail]) -> Batch:
    """The longest run of messages at the head of `mail` that shares principal and agent; `mail` begins with one."""
    head = mail[0]
    run = []
    for item in mail:
        if item.kind is not MailKind.MESSAGE or item.principal != head.principal:
            break
        if item.agent not in (None, head.agent):
            break
        run.append(item)
    return Batch(tuple(run))


def steerable(mail: Sequence[Mail], *, principal: str, agent: str) -> list[Mail]:
    """What may join the running turn: its principal's messages that pick no other agent and wait behind nobody's.

    One that brings files does not: what joins goes into a tool's result, which takes text only.
    """
    run = []
    for item in mail:
        if item.kind is not MailKind.MESSAGE or item.principal != principal or item.agent not in (None, agent):
            break
        if item.files:
            break
        run.append(item)
    return run
