"""The app in a workspace: opened by a person, removed by an admin, sent too much, and all that means nothing to us."""

from __future__ import annotations

import structlog

from bot.listeners.ears import Body, Ears
from bot.slack.payloads import AppHomeOpened, InstallationGone
from bot.texts import words_for

log = structlog.get_logger()


async def home_opened(ears: Ears, body: Body) -> None:
    """The Messages tab offers the prompts of who answers this person there. The one event that is answered by calling
    Slack."""
    heard = AppHomeOpened.read(body)
    if heard.event.tab == "messages":
        event = heard.event
        ears.afterwards.do("offer prompts", lambda: offer_prompts(ears, heard.team_id, event.channel, event.user))


async def offer_prompts(ears: Ears, team: str, channel: str, user: str) -> None:
    """Offer the prompts of the agent that answers `user` in this direct message when they name nobody."""
    choice = await ears.choices.of(team, channel, user)
    agent = choice.default
    if agent is None or not agent.prompts:
        return
    slack = await ears.installations.slack(team)
    prompts = [(prompt.title, prompt.message) for prompt in agent.prompts]
    title = words_for(choice.person.locale if choice.person else None).say("dm.prompts_title", agent=agent.display_name)
    await slack.suggested_prompts(channel, prompts, title=title)


async def removed(ears: Ears, body: Body) -> None:
    """The operator learns of it, and what was chosen, allowed and promised and who signed in there is forgotten
    with the app; there is no row of the installation to delete as long as its token is a setting."""
    heard = InstallationGone.read(body)
    log.warning("installation.gone", team=heard.team_id, how=heard.event.type)
    if heard.event.type == "app_uninstalled":
        await ears.choices.defaults.forget(heard.team_id)
        await ears.grants.forget(heard.team_id)
        await ears.follow_ups.forget(heard.team_id)
        await ears.connections.forget_team(heard.team_id)


async def rate_limited(ears: Ears, body: Body) -> None:
    """Slack drops events of a workspace that sends more than 30,000 an hour, and says so once a minute."""
    log.error("events.dropped", team=body.get("team_id"), minute=body.get("minute_rate_limited"))


async def passed_over(ears: Ears, body: Body) -> None:
    """Acknowledged, and nothing more."""
