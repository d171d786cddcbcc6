"""How an errand is done, whatever goes wrong: it ends once, and its asker learns why where it did not work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog
from redis.exceptions import RedisError

from bot.slack.errors import Refused, SlackError, TryLater, Unknown
from bot.texts import words_for
from bot.threads import keys
from bot.threads.changes import Change
from bot.threads.models import Mail, MailKind
from bot.threads.owned import Claimed, Lost
from workers.errands.due import MOVED, run_of
from workers.errands.errand import CLOCKS_DIFFER, Errand, GivenUp, Waits
from workers.errands.table import ERRANDS
from workers.follow_ups.ending import FAILED, ended
from workers.holdings import Hold
from workers.journal import Journal
from workers.services import Services
from workers.turn.scene import ledger_of

SLACK_AWAY = timedelta(seconds=5)  # between two looks whether it is back
MOST_TRIES = 20  # by any workers; whoever waits for longer than Slack is away, or for a bug to pass, is told
LOOK_AGAIN = timedelta(minutes=10)  # where the mail that says that the wait is over did not come
NOT_HERE = frozenset({"not_in_channel", "channel_not_found"})

log = structlog.get_logger()


async def do(services: Services, hold: Hold, claimed: Claimed) -> list[Mail] | None:
    """Do the errand; the mail that waits then, None when it was given up."""
    woken = [item for item in claimed.mail if item.kind is MailKind.TIME_OUT]
    to_do = [item for item in claimed.mail if item not in woken]
    if not to_do:
        return await services.turns.finish(claimed.owned, "-", Change(take=woken, unset=["turn"])) or None
    mail, *waiting = to_do
    known = await services.turns.journal(mail.thread.team, f"errand.{mail.id}")
    journal = Journal(services.turns, claimed.owned, f"errand.{mail.id}", known, services.now())
    tries = int(journal.get("tries") or 0) + 1
    journal.set(began=str(journal.began), tries=str(tries))
    errand: Errand | None = None
    try:
        errand = await _prepared(services, hold, claimed, journal, mail, waiting)
        await (_try(errand) if tries <= MOST_TRIES else _tell_failed(errand))
    except (TryLater, Unknown) as away:
        log.warning("slack.away", error=str(away))
        await journal.write()
        await services.sleep(SLACK_AWAY.total_seconds())
        return await services.turns.look(claimed.owned.thread)
    except Waits:
        journal.take(woken)
        return await _wait(services, claimed, journal)
    except SlackError as error:
        log.error("errand.undeliverable", error=str(error))  # Slack does not even say who we are
    log.info("errand.ended", kind=mail.kind.value, seconds=round(services.now() - journal.began, 3))
    if (run := run_of(mail, journal)) and not journal.get(MOVED):
        await ended(services, run, answered=FAILED)  # where it was to say so, nothing can be said
    journal.take([mail, *woken, *(errand.joined if errand else ())])
    journal.unset_thread("turn")
    return await services.turns.finish(claimed.owned, journal.id, journal.collected(life=keys.ERRAND_FOR)) or None


async def _wait(services: Services, claimed: Claimed, journal: Journal) -> list[Mail] | None:
    """Leave it without a worker until mail comes, or until it is time to look again."""
    journal.set(tries="0")
    journal.set_thread(turn=journal.id)  # a deadline is of an open turn
    return (
        await services.turns.park(
            claimed.owned,
            journal.id,
            journal.collected(life=keys.OPEN_TURN_FOR),
            seen={item.id for item in claimed.mail},
            deadline=datetime.fromtimestamp(services.now(), UTC) + LOOK_AGAIN,
        )
        or None
    )


async def _try(errand: Errand) -> None:
    try:
        await ERRANDS[errand.mail.kind](errand)
    except GivenUp as given_up:
        await errand.tell(given_up.key, **given_up.values)
    except Refused as refused:
        log.warning("errand.refused", error=str(refused))
        if refused.code in NOT_HERE:
            await errand.tell("errand.not_here")
        else:
            await errand.tell("errand.cannot_post", id=refused.code)
    except (Waits, Lost, RedisError, SlackError):
        raise
    except Exception:
        log.exception("errand.broke")
        await _tell_failed(errand)


async def _tell_failed(errand: Errand) -> None:
    await errand.tell("errand.failed", id=errand.thread.root_ts)


async def _prepared(
    services: Services, hold: Hold, claimed: Claimed, journal: Journal, mail: Mail, waiting: Sequence[Mail]
) -> Errand:
    team, channel = mail.thread.team, services.catalogs.now.channel(mail.thread.channel)
    slack = await services.installations.slack(team)
    own = await services.people.locale_of(team, mail.principal)

    async def still_ours() -> None:
        await hold.check(services.holdings.half_lease)

    since = f"{journal.began - CLOCKS_DIFFER.total_seconds():.6f}"
    return Errand(
        services=services,
        mail=mail,
        journal=journal,
        slack=slack,
        ledger=await ledger_of(services, slack, claimed, journal, newest=since, before_call=still_ours),
        words=words_for(own),
        shared=words_for(own if mail.thread.is_dm else channel.language or own),
        waiting=tuple(waiting),
    )
