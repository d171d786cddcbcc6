"""Whether a follow-up that was asked for outside of a thread can run where it was asked for, said at once.

Of a direct message Slack says which one is ours. Of a channel no scope tells: its card, for whom asked alone, is posted
there as a run would be, and where we may not post it goes by the `response_url` and says that we have to be invited.
"""

from __future__ import annotations

from bot.follow_ups.models import FollowUp
from bot.slack import follow_up_clicks as clicks
from bot.slack.follow_up_form import Asked
from bot.texts import Words
from workers.errands.errand import Errand, GivenUp
from workers.follow_ups.card import card, words_of
from workers.follow_ups.facts import facts_of


async def look(errand: Errand, channel: str) -> None:
    """`GivenUp` for a direct message between other people, in which we never are."""
    if channel.startswith("D") and channel != await errand.slack.open_dm(errand.mail.principal):
        raise GivenUp("follow_up.refused.not_our_dm")


def said(words: Words, asked: Asked, follow_up: FollowUp | None) -> str:
    """Where a form's follow-up runs, in a sentence. In a list of one's own "this thread" would be any."""
    channel, root = (follow_up.channel, follow_up.thread_ts) if follow_up else (asked.channel, asked.root)
    place = "dm" if channel.startswith("D") else "channel"
    if not root:
        return words.say(f"follow_up.form.in_{place}", channel=f"<#{channel}>")
    if asked.replaces == clicks.LIST:
        return words.say(f"follow_up.form.in_thread_of_{place}", channel=f"<#{channel}>")
    return words.say("follow_up.form.in_thread")


async def tell(errand: Errand, follow_up: FollowUp, *, note: str = "") -> None:
    """The card of a new one, to whom asked for it alone."""
    facts, words = await facts_of(errand.services, follow_up, reader=errand.mail.principal), errand.words
    text, body = words_of(follow_up, facts, words, note=note), card(follow_up, facts, words, note=note)
    if await errand.answer_there("follow_up.made", text, body):
        return
    note = "\n".join(filter(None, [note, words.say("follow_up.card.not_here")]))
    text, body = words_of(follow_up, facts, words, note=note), card(follow_up, facts, words, note=note)
    await errand.answer("follow_up.made", text, body)
