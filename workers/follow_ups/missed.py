"""That a follow-up's last times were missed, said once where it was to run; where it was its only one, with a button
that makes up for it."""

from __future__ import annotations

from bot.follow_ups.models import FollowUp
from bot.slack import blocks, wire
from bot.slack import follow_up_clicks as clicks
from bot.slack.text import shown
from bot.texts import Words
from bot.threads.models import Mail, MailKind, ThreadKey
from workers.follow_ups.foot import moment
from workers.services import Services

AWAY, TOO_MANY = "away", "too_many"  # no worker was there in time; the owner's runs of the day were used up
OVER = "over"  # it has ended, and no run of it is left to say so
NAME_SHOWN = 150
PROMPT_SHOWN = 1_000  # of a section's 3,000 characters


def missed_mail(follow_up: FollowUp, why: str, at: float, *, since: int) -> Mail:
    """The mail that says so; `since` is the first time of which nobody has heard."""
    mail_id = f"missed:{follow_up.team}:{follow_up.id}:{since}"
    return Mail(
        id=mail_id,
        kind=MailKind.FOLLOW_UP if follow_up.thread else MailKind.FOLLOW_UP_TOLD,
        thread=follow_up.thread or ThreadKey.errand(follow_up.team, follow_up.channel, mail_id),
        principal=follow_up.owner,
        principal_team=follow_up.owner_team,
        at=at,
        about={"follow_up": follow_up.id, "missed": str(since), "count": str(follow_up.missed or 1), "why": why},
    )


async def line(services: Services, words: Words, follow_up: FollowUp, mail: Mail) -> str:
    person = await services.people.person(follow_up.team, follow_up.owner)
    own = person.tz if person else None
    said = words.say(
        f"follow_up.missed.{mail.about.get('why', AWAY)}",
        count=int(mail.about.get("count") or 1),
        person=shown(person.name if person else follow_up.owner, NAME_SHOWN),
        at=moment(
            int(mail.about["missed"]),
            words,
            own or follow_up.when.zone,
            now=services.calendar(),
            names_zone=not (follow_up.in_dm and own),
        ),
    )
    return f"{said}\n{await quoted(services, follow_up)}"


def body(words: Words, follow_up: FollowUp, text: str) -> blocks.Blocks:
    if follow_up.when.recurs:
        return blocks.notice(text)
    button = clicks.action_id(clicks.RUN), words.say("follow_up.button.run")
    return blocks.with_buttons(text, [button], value=value(follow_up))


def value(follow_up: FollowUp) -> str:
    """By which a button names it."""
    return f"{follow_up.team}:{follow_up.id}"


async def quoted(services: Services, follow_up: FollowUp, *, most: int = PROMPT_SHOWN) -> str:
    """What it was to do, as a quote of `most` characters."""
    names = await services.people.names(follow_up.team, sorted(wire.people_in(follow_up.prompt)))
    prompt = shown(wire.readable(follow_up.prompt, people=names), most)
    return "\n".join(f"> {each}" for each in prompt.splitlines())
