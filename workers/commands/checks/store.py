"""Whether Redis answers and can keep the promises made on it (`bot/store_check.py`)."""

from __future__ import annotations

from datetime import timedelta

from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from bot.redis_client import open_redis
from bot.store_check import check_store
from bot.texts import words_for
from workers.commands.checks.finding import Finding, Status, failed, ok
from workers.commands.terminal import address

CHECK = "Redis"
LIMIT = timedelta(seconds=5)
# Too old has not the commands our scripts use; the others lose messages on a bad day.
BREAKING = {"redis.old"}


async def check(url: str) -> list[Finding]:
    try:
        redis = open_redis(url, timeout=LIMIT)
    except ValueError:
        return [failed(CHECK, "REDIS_URL is no usable address.", "It looks like redis://host:6379/0.")]
    where = address(url)
    async with redis:
        try:
            await redis.ping()
            found = await check_store(redis)
        except (AuthenticationError, NoPermissionError):
            return [failed(CHECK, f"{where} does not let us in.", "Check name and password in REDIS_URL.")]
        except (RedisError, OSError) as exc:
            mend = "Check REDIS_URL and whether it runs."
            return [failed(CHECK, f"{where} does not answer ({type(exc).__name__}).", mend)]
    words = words_for(None)
    findings = []
    for doubt in found:
        # The catalogue's words say what is wrong in one sentence and how to mend it in the next.
        says, _, mend = words.say(doubt.key, **doubt.values).partition(". ")
        findings.append(
            Finding(CHECK, Status.FAILED if doubt.key in BREAKING else Status.WARNING, f"{says.rstrip('.')}.", mend)
        )
    return findings or [ok(CHECK, f"{where} answers, keeps what it is given, and forgets nothing when it restarts.")]
