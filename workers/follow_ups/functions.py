"""The functions with which an agent makes follow-ups and keeps them: what the model sees of them.

Agents whose file says `follow_ups: true` are offered them, as a direct model and as an object. What they do is the
turn's (`Desk`), in the name of its principal; each, called again after a crash, does no more than once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Protocol

from pydantic import Field

from bot.catalog.policy import Policy
from bot.follow_ups.form import MOST_EVENTS, MOST_RUNS
from bot.follow_ups.hook_events import LONGEST_NAME
from workers.tools.functions import Call, Declined, tool

NO_DESK = "Follow-ups can be made in a thread only."

Where = Literal["thread", "channel"]
Task = Annotated[
    str,
    Field(
        description="What is to be done then, as a complete request: beside this conversation it is all that you are "
        "given at that moment."
    ),
]
At = Annotated[
    str,
    Field(
        description="Once: the moment in ISO 8601 with its UTC offset, such as 2026-11-30T09:00:00+01:00. Give exactly "
        "one of at, cron, rule and webhook."
    ),
]
Cron = Annotated[
    str,
    Field(description="Repeatedly: five fields as in crontab, in the time of `zone`. Weekdays at nine: 0 9 * * 1-5"),
]
Rule = Annotated[
    str,
    Field(
        description="Repeatedly, where cron cannot say it: an RRULE without COUNT and UNTIL, such as "
        "FREQ=MONTHLY;BYDAY=-1FR;BYHOUR=9;BYMINUTE=0"
    ),
]
Zone = Annotated[
    str, Field(description="The IANA time zone of cron, rule and ends, such as Europe/Paris; left out, the person's.")
]
Until = Annotated[
    str,
    Field(
        description="In words, what is to be true for it to end. You are told at each run and then cancel it yourself, "
        "for example: the pull request is merged"
    ),
]
Times = Annotated[int, Field(ge=0, le=MOST_RUNS, description="It ends after so many runs; 0: no such end.")]
Ends = Annotated[str, Field(description="It does not run after this moment; ISO 8601 with its UTC offset.")]
Quiet = Annotated[bool, Field(description="True: a run that finds nothing new says nothing at all.")]
Place = Annotated[
    Where, Field(description="Where it answers: in this thread, or each time in a new thread of this channel.")
]
ToolNames = Annotated[
    list[str],
    Field(
        description="The tools that its runs will need to call and that change something: people may allow them ahead."
    ),
]
Webhook = Annotated[
    bool, Field(description="True: no time, but whenever another service sends a signed request to its own address.")
]
Events = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]],
    Field(
        max_length=MOST_EVENTS,
        description="Of a webhook: the events that count, such as issues.closed (GitHub: event and action) or "
        "Issue.update (Linear: type and action), * for any part; none: every event.",
    ),
]
Id = Annotated[str, Field(description="The id of the follow-up, as the other functions name it.")]
Reason = Annotated[str, Field(description="Why it ends, in a sentence.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a model asks a follow-up to be; None leaves that as it is."""

    task: str | None = None
    at: str = ""
    cron: str = ""
    rule: str = ""
    zone: str = ""
    until: str | None = None
    times: int | None = None
    ends: str | None = None
    quiet: bool | None = None
    where: Where = "thread"
    tools: tuple[str, ...] = ()
    webhook: bool = False
    events: tuple[str, ...] | None = None


class Desk(Protocol):
    """Does it, and says in a sentence for the model what came of it; raises `Declined` with one that says why not."""

    async def schedule(self, asked: Asked, *, tool_call_id: str, agent: str) -> str: ...

    async def listed(self) -> str: ...

    async def change(self, follow_up_id: str, asked: Asked, *, tool_call_id: str) -> str: ...

    async def cancel(self, follow_up_id: str, reason: str, *, agent: str) -> str: ...


@tool(policy=Policy.AUTO, repeatable=True)
async def schedule_follow_up(
    call: Call,
    task: Task,
    at: At = "",
    cron: Cron = "",
    rule: Rule = "",
    zone: Zone = "",
    until: Until = "",
    times: Times = 0,
    ends: Ends = "",
    quiet: Quiet = False,
    where: Place = "thread",
    tools: ToolNames = [],  # noqa: B006  # a default of a schema; it is read only
    webhook: Webhook = False,
    events: Events = [],  # noqa: B006  # as above
) -> str:
    """Promise to do something later, by yourself: once, repeatedly, or whenever another service says so.

    Use it when the person asks to be reminded, to be told later, or for something regular; not for what you can do now.
    At that time you are asked for the `task` here again, on behalf of the same person. Times in the past are refused,
    so find out what time it is first if you do not know. You get the id and the moment: tell the person both in short.
    """
    asked = Asked(
        task=task,
        at=at,
        cron=cron,
        rule=rule,
        zone=zone,
        until=until,
        times=times,
        ends=ends,
        quiet=quiet,
        where=where,
        tools=tuple(tools),
        webhook=webhook,
        events=tuple(events) or None,
    )
    return await _desk(call).schedule(asked, tool_call_id=call.turn.tool_call_id, agent=call.agent)


@tool(policy=Policy.AUTO, writes=False)
async def list_follow_ups(call: Call) -> str:
    """The follow-ups that are open here: of this thread, and of the person you work for, with their ids and times."""
    return await _desk(call).listed()


@tool(policy=Policy.AUTO, repeatable=True)
async def change_follow_up(
    call: Call,
    id: Id,  # the model's word
    task: Task | None = None,
    at: At = "",
    cron: Cron = "",
    rule: Rule = "",
    zone: Zone = "",
    until: Until | None = None,
    times: Times | None = None,
    ends: Ends | None = None,
    quiet: Quiet | None = None,
    events: Events | None = None,
) -> str:
    """Change what a follow-up of the person you work for does, or when. What you leave out stays as it is."""
    asked = Asked(
        task=task,
        at=at,
        cron=cron,
        rule=rule,
        zone=zone,
        until=until,
        times=times,
        ends=ends,
        quiet=quiet,
        events=None if events is None else tuple(events),
    )
    return await _desk(call).change(id, asked, tool_call_id=call.turn.tool_call_id)


@tool(policy=Policy.AUTO, repeatable=True)
async def cancel_follow_up(call: Call, id: Id, reason: Reason) -> str:  # the model's word
    """End a follow-up for good: because the person says so, or because what it was to run until is the case."""
    return await _desk(call).cancel(id, reason, agent=call.agent)


FUNCTIONS = (schedule_follow_up, list_follow_ups, change_follow_up, cancel_follow_up)


def _desk(call: Call) -> Desk:
    if call.turn.follow_ups is None:
        raise Declined(NO_DESK)
    return call.turn.follow_ups
