"""What people say to the bot: mentions, direct messages and, by opt-in, replies in its threads.

A mention in a channel comes twice, as `app_mention` and as `message`; both become the same mail, whichever is first.
Stop words and `+agent` are read by `bot/slack/payloads.py`, so a "stop" arrives here as mail of that kind already.
"""

from __future__ import annotations

from bot.listeners.ears import Body, Ears
from bot.listeners.taking import take
from bot.slack.payloads import AppMention, MessagePosted


async def mentioned(ears: Ears, body: Body) -> None:
    heard = AppMention.read(body)
    await take(ears, heard.to_mail(await ears.bot_user(heard.team_id, body)))


async def said(ears: Ears, body: Body) -> None:
    """Without the opt-in a reply that names nobody is none of our business, even where Slack sends it."""
    heard = MessagePosted.read(body)
    bot_user = await ears.bot_user(heard.team_id, body)
    addressed = heard.is_addressed(bot_user)
    if addressed or ears.replies_without_mention:
        await take(ears, heard.to_mail(bot_user), follow=not addressed)
