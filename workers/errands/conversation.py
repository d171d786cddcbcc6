"""What an errand may know of the conversation in a thread: which it is, what was said, and what its asker may see."""

from __future__ import annotations

from dataclasses import dataclass

from bot.catalog.agents import Agent
from bot.slack.models import Person
from bot.threads.models import ThreadKey
from bot.vault import Unreadable
from workers.conversations import telling
from workers.conversations.port import Entry
from workers.errands.errand import Errand, GivenUp
from workers.transcript import FIELD, Transcript


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """`conversation_id` is empty where Mistral keeps none of it: then `transcript` is all there is.

    `is_alone`: whoever asks is the only person who ever wrote in the thread, so all that was read there was read for
    them. Others may see who called which tool, but not what was given to it and what came back.
    """

    thread: ThreadKey
    record: dict[str, str]
    agent: Agent
    asker: Person
    conversation_id: str
    transcript: Transcript | None
    is_alone: bool

    async def history(self, errand: Errand) -> list[Entry]:
        """All entries, oldest first. Raises the conversation's errors."""
        if self.transcript is not None:
            return telling.kept(self.transcript.items)
        return await errand.services.conversations.history(self.conversation_id)


async def find(errand: Errand) -> Found:
    """The conversation of the thread that the errand is about; `GivenUp` where there is none for this person."""
    services, mail = errand.services, errand.mail
    thread = ThreadKey(mail.thread.team, mail.thread.channel, mail.about["root"])
    record = await services.turns.record(thread)
    conversation_id, sealed = record.get("conversation_id", ""), record.get(FIELD)
    if not conversation_id and not sealed:
        raise GivenUp("show.nothing")
    choice = await services.choices.of(thread.team, thread.channel, mail.principal)
    if choice.person is None:
        raise GivenUp("agent.person_unknown")
    agent = services.catalogs.now.find(record.get("conversation_agent", ""))
    if agent is None or not choice.may_use(agent):
        raise GivenUp("show.not_yours")
    try:
        transcript = Transcript(services.settings.vault, thread, sealed) if sealed else None
    except Unreadable:
        raise GivenUp("thread.transcript_unreadable") from None
    return Found(
        thread=thread,
        record=record,
        agent=agent,
        asker=choice.person,
        conversation_id=conversation_id,
        transcript=transcript,
        is_alone=record.get("alone") == mail.principal,
    )
