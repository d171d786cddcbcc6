"""What Slack lets an app do per minute in one workspace, shared by all processes through Redis.

Slack counts per method, workspace and app (posts: per channel), and refuses what is too much for seconds at a time.
Here each of these is a bucket that fills at Slack's documented rate; `take` asks before a call instead of being
refused after it. One script, one round trip, Redis's clock. https://docs.slack.dev/apis/web-api/rate-limits
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from bot.threads import keys

MIN_FLUSH = timedelta(seconds=1)  # Slack's advice for streams
MAX_FLUSH = timedelta(seconds=16)

# A bucket is one number: the moment (ms) at which all that was taken will have been paid for. Taking pushes it one
# interval further; it may run ahead of now by the burst. It only moves forward, so an evicted or lost key errs towards
# Slack's own refusal, never towards waiting for ever.
SCRIPT = """
local key, interval, burst, take, after = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local paid = math.max(tonumber(redis.call('GET', key) or now), now)
local ahead = interval * (burst - 1)
local wait = math.max(0, paid - now - ahead)
if take == 'look' then
  return math.ceil(paid - now)
elseif take == 'penalise' then
  -- Nothing is left until `after` has passed, and then one at a time.
  paid = math.max(paid, now + after + ahead)
elseif wait == 0 then
  paid = paid + interval
else
  return math.ceil(wait)
end
redis.call('SET', key, string.format('%.0f', paid), 'PX', math.ceil(paid - now) + 1000)
return 0
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """`per_minute` in the long run, `burst` at once; `per_channel` counts each channel by itself."""

    per_minute: int
    burst: int
    per_channel: bool = False

    @property
    def interval_ms(self) -> float:
        return 60_000 / self.per_minute


RATES = {
    "chat.startStream": Rate(20, 20),
    "chat.stopStream": Rate(20, 20),
    "chat.appendStream": Rate(100, 50),
    "chat.postMessage": Rate(60, 20, per_channel=True),  # "one a second, with short bursts"
    "chat.update": Rate(50, 25),
}


class Budget:
    """The buckets. Methods without a rate of their own are always free to go."""

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(SCRIPT)

    async def take(self, team: str, method: str, channel: str) -> timedelta:
        """Zero: go, the call is counted. Else nothing was taken: wait that long and ask again."""
        return await self._run("take", team, method, channel)

    async def penalise(self, team: str, method: str, after: timedelta, channel: str = "") -> None:
        """Slack refused with this Retry-After: nobody calls before it has passed."""
        await self._run("penalise", team, method, channel, after)

    async def flush_interval(self, team: str) -> timedelta:
        """How long a stream lets text gather before it appends.

        The more of the workspace's appends are used up, the longer: with n streams it settles where they all fit,
        about 0.6 s times n, without anybody counting streams that may have died.
        """
        rate = RATES["chat.appendStream"]
        ahead = await self._run("look", team, "chat.appendStream", "")
        used = min(1.0, ahead / timedelta(milliseconds=rate.interval_ms * rate.burst))
        return MIN_FLUSH + (MAX_FLUSH - MIN_FLUSH) * used**2

    async def _run(self, what: str, team: str, method: str, channel: str, after: timedelta = timedelta()) -> timedelta:
        rate = RATES.get(method)
        if rate is None:
            return timedelta()
        key = keys.budget(team, method, channel if rate.per_channel else "")
        arguments: list[str | int | float] = [rate.interval_ms, rate.burst, what, int(after.total_seconds() * 1000)]
        return timedelta(milliseconds=int(await self._script(keys=[key], args=arguments)))
