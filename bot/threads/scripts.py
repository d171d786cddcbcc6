"""The pieces of Lua that more than one script of this room needs.

Each script is one step that must not be torn apart, and may be re-sent by the Redis client when an answer was lost:
running one twice has the effect of once. Deadlines use the server's clock, so that machines need not agree.
"""

from __future__ import annotations

from bot.threads import keys

NOW = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
"""

# A worker may look for a job that nobody claimed after this long; it starts one in milliseconds when it is alive.
START_ALLOWANCE_MS = 3000

# Raise the thread's generation and leave arq one nudge for it: the two keys that make up an arq job, and a token.
WAKE = f"""
local function wake(thread_key, thread, now)
  local generation = redis.call('HINCRBY', thread_key, 'generation', 1)
  redis.call('HSET', thread_key, 'state', 'waiting')
  redis.call('HDEL', thread_key, 'worker')
  local job = thread .. ':' .. generation
  local body = cjson.encode({{t = cjson.null, f = 'look', a = {{thread, generation}}, k = {{}}, et = now}})
  redis.call('SET', '{keys.JOB_PREFIX}' .. job, body, 'PX', {int(keys.JOB_FOR.total_seconds() * 1000)})
  redis.call('ZADD', '{keys.QUEUE}', now, job)
  redis.call('ZADD', '{keys.LEASES}', now + {START_ALLOWANCE_MS}, thread)
  redis.call('RPUSH', '{keys.WAKE}', '1')
  redis.call('LTRIM', '{keys.WAKE}', -64, -1)
  return generation
end
"""

# Put mail at the end of its mailbox and, where nobody owns the thread, wake a worker. Needs WAKE.
APPEND = """
local function append(mailbox, thread_key, thread, mail, now)
  redis.call('RPUSH', mailbox, mail)
  redis.call('HINCRBY', thread_key, 'mailed', 1)
  local state = redis.call('HGET', thread_key, 'state')
  if state ~= 'waiting' and state ~= 'working' and state ~= 'stopping' then wake(thread_key, thread, now) end
end
"""

# Every write of a turn comes with its generation; an older one changes nothing and learns that it lost the thread.
FENCE = """
if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return false end
"""
