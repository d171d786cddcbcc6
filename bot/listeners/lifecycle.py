"""The app in a workspace: opened by a person, removed by an admin, sent too much, and all that means nothing to us."""

from __future__ import annotations

import structlog

from bot.catalog.catalog import NoDefaultAgent
from bot.listeners.ears import Body, Ears
from bot.slack.payloads import AppHomeOpened, InstallationGone
from bot.texts import words_for

log = structlog.get_logger()


async def home_opened(ears: Ears, body: Body) -> None:
    """The Messages tab offers the default agent's prompts. The one event that is answered by calling Slack."""
    heard = AppHomeOpened.read(body)
    if heard.event.tab == "messages":
        ears.afterwards.do("offer prompts", lambda: _offer_prompts(ears, heard))


async def _offer_prompts(ears: Ears, heard: AppHomeOpened) -> None:
    try:
        prompts = [(prompt.title, prompt.message) for prompt in ears.catalogs.now.default.prompts]
    except NoDefaultAgent:
        return  # said at the start, where the operator reads it
    if not prompts:
        return
    slack = await ears.installations.slack(heard.team_id)
    locale = await ears.people.locale_of(heard.team_id, heard.event.user)
    title = words_for(locale).say("dm.prompts_title")
    await slack.suggested_prompts(heard.event.channel, prompts, title=title)


async def removed(ears: Ears, body: Body) -> None:
    """The operator learns of it; there is no row of the installation to delete as long as its token is a setting."""
    heard = InstallationGone.read(body)
    log.warning("installation.gone", team=heard.team_id, how=heard.event.type)


async def rate_limited(ears: Ears, body: Body) -> None:
    """Slack drops events of a workspace that sends more than 30,000 an hour, and says so once a minute."""
    log.error("events.dropped", team=body.get("team_id"), minute=body.get("minute_rate_limited"))


async def passed_over(ears: Ears, body: Body) -> None:
    """Acknowledged, and nothing more."""
