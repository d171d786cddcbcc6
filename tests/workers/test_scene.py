"""What a turn's rooms are given, also after its worker has fallen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from redis.asyncio import Redis

from bot.slack.ledger import Ledger
from bot.threads.models import MailKind
from tests.threads.ground import THREAD, claimed, heard, message, turns
from workers.journal import Journal
from workers.turn.scene import ledger_of


async def test_a_turns_posts_are_looked_for_from_its_beginning_also_when_messages_joined_it_since(redis: Redis) -> None:
    """A message that joined is younger than what was posted before it came."""

    async def bot_user(_: str) -> str:
        return "U0BOT"

    services: Any = SimpleNamespace(installations=SimpleNamespace(bot_user=bot_user), budget=None, sleep=None)
    owner = turns(redis)
    await heard(redis, message("1.5"))
    found = await claimed(redis, owner)

    async def oldest(journal: Journal, *, newest: str) -> str:
        asked: list[str] = []

        class Slack:
            async def replies(self, *_: Any, oldest: str, **__: Any) -> list[Any]:
                asked.append(oldest)
                return []

            def sent_as(self, text: str, **_: Any) -> frozenset[str]:
                return frozenset({text})

        slack: Any = Slack()
        ledger: Ledger = await ledger_of(services, slack, found, journal, newest=newest)
        ledger._sleep = no_sleep
        await ledger.find("card", text="?")
        return asked[0]

    journal = Journal(owner, found.owned, "turn1", {}, 1000.0)
    journal.put({"row:card": '{"kind": "post", "state": "intent"}'})
    assert found.mail[0].kind is MailKind.MESSAGE
    assert await oldest(journal, newest="1.5") == "1.5"
    await journal.write()
    kept = await owner.journal(THREAD.team, "turn1")
    assert await oldest(Journal(owner, found.owned, "turn1", kept, 2000.0), newest="9.5") == "1.5"


async def no_sleep(_: float) -> None:
    return None
