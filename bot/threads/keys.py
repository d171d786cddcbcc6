"""Every key in Redis, its type, who writes it and how long it lives. No other module spells a key.

Team is in every key that holds something of a workspace. Scripts build the keys of arq jobs and turns from the
prefixes here, so a Redis Cluster is not supported (arq does not support one either).

DURABLE keys have no expiry; each is deleted by the event named beside it.
"""

from __future__ import annotations

from datetime import timedelta

from bot.threads.models import ThreadKey

PREFIX = "tw:"

SEEN_FOR = timedelta(hours=26)  # Slack's delayed events are repeated hourly for 24 hours
JOB_FOR = timedelta(days=7)  # a nudge outlives any outage that its mail outlives
OPEN_TURN_FOR = timedelta(days=30)  # far beyond the age limit on recovery, so that no open turn vanishes unseen
ENDED_TURN_FOR = timedelta(days=7)  # `threadwind turn ID`, and the Try again button of a failed one
LINE_FOR = timedelta(hours=1)  # the row of a line that answered mail without a turn
TOLD_FOR = timedelta(days=90)  # a difference that nobody accepts in a quarter may be said again
REST_FOR = timedelta(days=1)  # of a tool's answer that was cut; a turn reads on at once, or after an approval
ERRAND_FOR = timedelta(hours=1)  # what is kept of an errand that is done, so that a late repeat finds it

FOLLOW_UP_KEPT = timedelta(days=7)  # one that has ended, so that a late click or question gets its sentence
RUNS_FOR = timedelta(days=2)  # how many runs a person's follow-ups had on one day; any zone's day is over by then

SIGN_IN_FOR = timedelta(minutes=10)  # a link, and then the way through the browser: each is good for so long, once
REGISTERED_FOR = timedelta(days=90)  # of us as a client; a connection keeps its own copy, so this only saves asking

LEASES = f"{PREFIX}leases"  # zset thread -> deadline in ms; written by accept, claim, beat, take-over
DEADLINES = f"{PREFIX}deadlines"  # zset "thread turn" -> ms at which an unanswered question counts as denied
DEAD = f"{PREFIX}dead"  # hash turn id -> JSON; turns whose worker died three times
FOLLOW_UPS_DUE = f"{PREFIX}follow-ups:due"  # zset "team id" -> the next occurrence in seconds; of active ones only
TAKEN_OVER_AT = f"{PREFIX}taken-over-at"  # string, ms of the last look for expired leases; lives a minute

QUEUE = f"{PREFIX}queue"  # zset, arq's queue: job id -> ms
WAKE = f"{PREFIX}wake"  # list of tokens on which idle workers block; at most 64
JOB_PREFIX = "arq:job:"  # string, arq's own name; lives JOB_FOR
IN_PROGRESS_PREFIX = "arq:in-progress:"  # string, arq's own name
TURN_PREFIX = f"{PREFIX}turn:"

DURABLE = {
    LEASES: "a member goes when its thread is released or parked",
    DEADLINES: "a member goes when its turn ends or its time is up",
    DEAD: "a field goes by `threadwind dead retry|drop`",
    FOLLOW_UPS_DUE: "a member goes when its follow-up is paused or has ended",
    f"{PREFIX}follow-up:*": "gets an expiry when the follow-up has ended; goes when the app is uninstalled",
    f"{PREFIX}hook:*": "gets an expiry when its follow-up has ended; goes when the app is uninstalled",
    f"{PREFIX}follow-ups:by:*": "a member goes with its follow-up's end",
    f"{PREFIX}follow-ups:in:*": "a member goes with its follow-up's end",
    QUEUE: "a member goes when its job ended",
    WAKE: "tokens go as workers wake; trimmed to 64",
    f"{PREFIX}mail:*": "goes when the last mail was taken by a turn",
    f"{PREFIX}grants:*": "a field goes by Revoke or with its thread, all of them when the app is uninstalled",
    f"{PREFIX}defaults:*": "a field goes by `/agent default none`, all of them when the app is uninstalled",
    f"{PREFIX}connection:*": "goes when its person disconnects, its refresh is refused, or the app is uninstalled",
    f"{PREFIX}connections:*": "a member goes with its connection",
    "arq:*": "arq's own keys, with arq's own lifetimes",
}


def seen(mail_id: str) -> str:
    """string; written with the mail it names; lives SEEN_FOR, an errand's ERRAND_FOR."""
    return f"{PREFIX}seen:{mail_id}"


def mailbox(thread: ThreadKey) -> str:
    """list of mail, oldest first; durable, see DURABLE."""
    return f"{PREFIX}mail:{thread}"


def thread(thread: ThreadKey) -> str:
    """hash, the thread record; written by accept and by the turn; lives the setting THREAD_LIFE after its last turn.

    An errand's lives ERRAND_FOR after it was done.
    """
    return f"{PREFIX}thread:{thread}"


def turn(team: str, turn_id: str) -> str:
    """hash, a turn's journal; lives OPEN_TURN_FOR, and ENDED_TURN_FOR from its end if it may be tried again."""
    return f"{TURN_PREFIX}{team}:{turn_id}"


def ended(team: str, turn_id: str) -> str:
    """string, JSON: what is kept of an ended turn, no words of anybody's; lives ENDED_TURN_FOR.

    One string takes a third of the memory that a hash takes whose values are longer than 64 bytes.
    """
    return f"{PREFIX}ended:{team}:{turn_id}"


def rest(thread: ThreadKey, principal: str, rest_id: str) -> str:
    """string, a tool's answer that was cut, for whom it was read; written by the call; lives REST_FOR."""
    return f"{PREFIX}rest:{thread}:{principal}:{rest_id}"


def inquiry(team: str, inquiry_id: str) -> str:
    """string, JSON: what a tool's server asks a person; written by the turn that asks, deleted with the answer; lives
    as long as it may be answered.
    """
    return f"{PREFIX}inquiry:{team}:{inquiry_id}"


def defaults(team: str) -> str:
    """hash channel -> JSON, who answers first there, by `/agent default`; written by the bot; durable, see DURABLE."""
    return f"{PREFIX}defaults:{team}"


def told(team: str, person: str, what: str) -> str:
    """string; an operator was told of this very thing; written by a worker; lives TOLD_FOR."""
    return f"{PREFIX}told:{team}:{person}:{what}"


def audit(team: str) -> str:
    """stream of actions (`audit.py`), written with the record of the call; each row lives the setting AUDIT_DAYS."""
    return f"{PREFIX}audit:{team}"


def grants(team: str, user: str) -> str:
    """hash grant id -> JSON, what a person allowed for a thread or always; written by workers; durable, see DURABLE."""
    return f"{PREFIX}grants:{team}:{user}"


def follow_up(team: str, follow_up_id: str) -> str:
    """string, a revision and JSON: a follow-up; durable, see DURABLE; one that has ended lives FOLLOW_UP_KEPT."""
    return f"{PREFIX}follow-up:{team}:{follow_up_id}"


def hook(hook_id: str) -> str:
    """string, sealed: the secret of a webhook and its follow-up; durable, see DURABLE. It lives ERRAND_FOR until that
    is kept, and FOLLOW_UP_KEPT from its end."""
    return f"{PREFIX}hook:{hook_id}"


def hook_rate(hook_id: str) -> str:
    """string, how often a webhook was called within a minute; lives that minute."""
    return f"{PREFIX}hook-rate:{hook_id}"


def follow_ups_by(team: str, user: str) -> str:
    """set of the ids of a person's open follow-ups; written with each of them; durable, see DURABLE."""
    return f"{PREFIX}follow-ups:by:{team}:{user}"


def follow_ups_in(team: str, channel: str, thread_ts: str) -> str:
    """set of the ids of the open follow-ups of a thread, or (no ts) of a channel itself; durable, see DURABLE."""
    return f"{PREFIX}follow-ups:in:{team}:{channel}:{thread_ts}"


def follow_up_runs(team: str, user: str, day: str) -> str:
    """string, how many runs a person's follow-ups had on one day of theirs; written with each; lives RUNS_FOR."""
    return f"{PREFIX}follow-ups:runs:{team}:{user}:{day}"


def connection(team: str, server: str, user: str) -> str:
    """string, sealed: a person's tokens for one MCP server; written by the worker; durable, see DURABLE."""
    return f"{PREFIX}connection:{team}:{server}:{user}"


def connections(team: str, user: str) -> str:
    """set of the servers where a person is signed in; written with each connection; durable, see DURABLE."""
    return f"{PREFIX}connections:{team}:{user}"


def refreshing(team: str, server: str, user: str) -> str:
    """string, redis-py's lock: who renews a connection's tokens; lives as long as the lock is good."""
    return f"{PREFIX}refreshing:{team}:{server}:{user}"


def registered(digest: str) -> str:
    """string, sealed: as whom an authorization server registered us, lives REGISTERED_FOR."""
    return f"{PREFIX}registered:{digest}"


def sign_in(digest: str) -> str:
    """string, sealed: one step of a sign-in, by the hash of the secret that finds it; lives SIGN_IN_FOR."""
    return f"{PREFIX}sign-in:{digest}"


def budget(team: str, method: str, channel: str = "") -> str:
    """string, a token bucket for one Slack method in one workspace; lives until it would be full again."""
    return f"{PREFIX}budget:{team}:{method}:{channel}"


def health(worker: str) -> str:
    """string, arq's health record of one worker process; lives a little longer than its interval."""
    return f"{PREFIX}health:{worker}"
