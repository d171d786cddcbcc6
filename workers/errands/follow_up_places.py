"""Whether a follow-up that was asked for outside of a thread can run where it was asked for, said at once.

Of a direct message Slack says which one is ours. Of a channel no scope tells: its card, for whom asked alone, is posted
there as a run would be, and where we may not post it goes by the `response_url` and says that we have to be invited.
"""

from __future__ import annotations

from bot.follow_ups.models import FollowUp
from workers.errands.errand import Errand, GivenUp
from workers.follow_ups.card import card, words_of
from workers.follow_ups.facts import facts_of


async def look(errand: Errand, channel: str) -> None:
    """`GivenUp` for a direct message between other people, in which we never are."""
    if channel.startswith("D") and channel != await errand.slack.open_dm(errand.mail.principal):
        raise GivenUp("follow_up.refused.not_our_dm")


async def tell(errand: Errand, follow_up: FollowUp, *, note: str = "") -> None:
    """The card of a new one, to whom asked for it alone."""
    facts, words = await facts_of(errand.services, follow_up, reader=errand.mail.principal), errand.words
    text, body = words_of(follow_up, facts, words, note=note), card(follow_up, facts, words, note=note)
    if await errand.answer_there("follow_up.made", text, body):
        return
    note = "\n".join(filter(None, [note, words.say("follow_up.card.not_here")]))
    text, body = words_of(follow_up, facts, words, note=note), card(follow_up, facts, words, note=note)
    await errand.answer("follow_up.made", text, body)
