"""One turn to its end, whatever goes wrong on our side or at Slack's."""

from __future__ import annotations

from datetime import timedelta

import structlog
from redis.exceptions import RedisError
from structlog.contextvars import bound_contextvars

from bot.catalog.agents import Agent
from bot.catalog.catalog import NoDefaultAgent
from bot.slack.errors import SlackError, TryLater, Unknown
from bot.slack.ledger import Unread
from bot.threads.models import Mail
from bot.threads.owned import Claimed, Lost
from workers import turnless
from workers.holdings import Hold
from workers.journal import Journal
from workers.mailroom import Batch
from workers.services import Services
from workers.turn import beginning, ends
from workers.turn.scene import Scene, prepared
from workers.turn.turn import Turn

SLACK_AWAY = timedelta(seconds=5)  # between two looks whether it is back
MOST_FAILED_POSTS = 10  # passes, each of several tries; the last half of them with plain words

log = structlog.get_logger()


async def run(
    services: Services, hold: Hold, claimed: Claimed, turn_id: str, batch: Batch | None, agent: Agent | None = None
) -> list[Mail] | None:
    """A new turn for `batch`, which `agent` answers, or (None) the one that is open."""
    journal = Journal.of(services.turns, claimed, turn_id, services.now())
    waiting = len(claimed.mail) - (len(batch.mail) if batch else 0)
    hold.begin_turn(mail=waiting, mailed=int(claimed.record.get("mailed") or 0))
    scene: Scene | None = None
    with bound_contextvars(turn=turn_id):
        try:
            if batch is not None:
                beginning.take(journal, batch, services.now())
            scene = await prepared(services, hold, claimed, journal, batch, agent=agent, resumed=batch is None)
            return await Turn(scene).run(batch)
        except (Lost, RedisError):
            raise
        except (TryLater, Unknown) as away:
            # The turn stays open and this worker keeps it: what is on record goes out when Slack is back.
            log.warning("slack.away", error=str(away))
            await services.sleep(SLACK_AWAY.total_seconds())
            if isinstance(away, Unknown):
                # Slack is there and breaks on what we say: not for ever.
                passes = int(journal.get("failed_posts") or 0) + 1
                if passes > MOST_FAILED_POSTS and scene is not None:
                    return await ends.undeliverable(scene, away)
                journal.set(failed_posts=str(passes))
            await journal.write()
            return await services.turns.look(claimed.owned.thread)
        except (SlackError, Unread) as error:
            log.error("turn.undeliverable", error=str(error))
            if scene is not None:
                return await ends.undeliverable(scene, error)
            return await ends.give_up(services, journal, claimed.owned, "failed", keep=True)
        except NoDefaultAgent as nobody:
            log.error("turn.nobody_answers", problem=str(nobody))  # an agent's file went while its turn was open
            return await turnless.say(services, claimed, journal.mail, "agent.none", {"id": turn_id})
        except Exception as error:
            if scene is not None:
                return await ends.broke(scene, error)
            log.exception("turn.broke")
            if batch is not None:
                return await turnless.say(services, claimed, batch.mail, "turn.failed", {"id": turn_id})
            return await ends.give_up(services, journal, claimed.owned, "failed", keep=True)
