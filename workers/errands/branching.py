"""BRANCH: a new thread whose conversation goes on from an earlier point of another's; both say where the other is.

The new thread's first message restarts the conversation there. By another person than the one the old thread is alone
with, only its messages are copied: what tools gave back may have been read with somebody's own sign-in.
"""

from __future__ import annotations

import structlog

from bot.picking import answers
from bot.slack.errors import SlackError
from bot.slack.models import SlackMessage
from bot.threads.models import ThreadKey
from workers.conversations.errors import ConversationError
from workers.errands import conversation
from workers.errands.conversation import Found
from workers.errands.errand import Errand
from workers.transcript import FIELD, Transcript

log = structlog.get_logger()


async def branch(errand: Errand) -> None:
    """Post the new thread's root, put on record what it goes on from, then tell the old thread."""
    found = await conversation.find(errand)
    services, mail = errand.services, errand.mail
    here = await _link(errand, mail.about["message"])
    about = {
        "person": answers.shown_name(found.asker),
        "agent": answers.called(found.agent),
        "message": _linked(here, errand.shared.say("branch.this_message" if here else "branch.a_message")),
    }
    first, again = (errand.shared.say(key, **about) for key in ("branch.root", "branch.root_again"))
    root = await errand.post_root(first, again=again)
    into = ThreadKey(mail.thread.team, mail.thread.channel, root)
    await services.turns.plant(into, {"alone": mail.principal, "read_to": root, **await _origin(errand, found, into)})
    if there := await _link(errand, root):
        link = _linked(there, errand.shared.say("branch.there"))
        line = errand.shared.say("branch.told", person=about["person"], link=link)
        await errand.note_in(found.thread, "branched", line)


async def _origin(errand: Errand, found: Found, into: ThreadKey) -> dict[str, str]:
    """The fields of the new thread's record that say what its conversation begins with."""
    agent = {"agent": found.agent.name, "conversation_agent": found.agent.name}
    if found.transcript is not None:
        kept = Transcript(errand.services.settings.vault, into, None)
        kept.items = list(found.transcript.items if found.is_alone else found.transcript.words())
        return {**agent, FIELD: kept.sealed()}
    conversation_id, entry = await _entry(errand, found)
    origin = {"branch_of": conversation_id, "branch_from": entry, **await _version(errand, conversation_id)}
    if execution := found.record.get("handoff_execution"):
        origin["handoff_execution"] = execution
    return {**agent, **origin, **({} if found.is_alone else {"branch_words": "1"})}


async def _version(errand: Errand, conversation_id: str) -> dict[str, str]:
    """The version of the agent object that the conversation keeps; the branch keeps it, too."""
    try:
        stored = await errand.services.conversations.get(conversation_id)
    except ConversationError as error:
        log.warning("conversation.unread", error=str(error))
        return {}
    return {} if stored.agent_version is None else {"branch_version": str(stored.agent_version)}


async def _entry(errand: Errand, found: Found) -> tuple[str, str]:
    """The conversation and the entry that stand behind the picked message.

    Our messages name theirs; what a person wrote goes with the answer to it. Where the thread may not be read, or
    nothing of ours follows, it is the newest entry.
    """
    newest = found.conversation_id, found.record.get("entry", "")
    picked = errand.mail.about["message"]
    try:
        messages = await errand.slack.replies(
            found.thread.channel, found.thread.root_ts, oldest=picked, with_metadata=True
        )
    except SlackError:
        return newest
    return next((origin for m in messages if m.ts >= picked and (origin := _origin_of(m))), newest)


def _origin_of(message: SlackMessage) -> tuple[str, str] | None:
    payload = message.metadata.payload if message.metadata else {}
    conversation_id, entry = payload.get("conversation"), payload.get("entry")
    return (str(conversation_id), str(entry)) if conversation_id and entry else None


def _linked(address: str, label: str) -> str:
    return f"<{address}|{label}>" if address else label


async def _link(errand: Errand, ts: str) -> str:
    try:
        return await errand.slack.permalink(errand.thread.channel, ts)
    except SlackError:
        return ""
