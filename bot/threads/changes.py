"""One write of a turn: what it changes, and the one script that does so.

What always holds: it is one step, and it carries the generation of its owner; an older one changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.threads import keys, scripts
from bot.threads.audit import Action
from bot.threads.models import Mail

# KEYS: 1 thread  2 mailbox  3 journal  4 what is kept of the turn when it ended
# ARGV: 1 generation  2 JSON {journal, forget, thread, unset, take, life, ended?}
WRITE = (
    scripts.FENCE
    + """
local change = cjson.decode(ARGV[2])
if #change.take > 0 then
  for _, mail in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    local id = cjson.decode(mail).id
    for _, taken in ipairs(change.take) do
      if id == taken then redis.call('LREM', KEYS[2], 1, mail) end
    end
  end
end
for name, value in pairs(change.thread) do redis.call('HSET', KEYS[1], name, value) end
for _, name in ipairs(change.unset) do redis.call('HDEL', KEYS[1], name) end
for _, name in ipairs(change.forget) do redis.call('HDEL', KEYS[3], name) end
for _, action in ipairs(change.audit) do
  local oldest = redis.call('TIME')[1] * 1000 - change.audit_life
  redis.call('XADD', change.audit_key, 'MINID', '~', string.format('%.0f', oldest), '*', unpack(action))
  redis.call('PEXPIRE', change.audit_key, change.audit_life)
end
if change.ended then
  redis.call('DEL', KEYS[3])
  redis.call('SET', KEYS[4], change.ended, 'PX', change.life)
else
  for name, value in pairs(change.journal) do redis.call('HSET', KEYS[3], name, value) end
  if change.life > 0 then redis.call('PEXPIRE', KEYS[3], change.life) end
end
"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One write of a turn: fields of its journal and of the thread record, and mail that it has dealt with."""

    journal: Mapping[str, str] = field(default_factory=dict)
    forget: Iterable[str] = ()  # fields of the journal that are done with
    thread: Mapping[str, str] = field(default_factory=dict)
    unset: Iterable[str] = ()  # fields of the thread record that go
    take: Iterable[Mail] = ()
    life: timedelta | None = None  # of the journal, or of what is kept of it, from now
    ended: Mapping[str, Any] | None = None  # all that is kept of the turn; its journal goes
    audit: Iterable[Action] = ()

    def dump(self, team: str, audit_ms: int) -> str:
        body: dict[str, Any] = {
            "journal": dict(self.journal),
            "forget": list(self.forget),
            "thread": dict(self.thread),
            "unset": list(self.unset),
            "take": [mail.id for mail in self.take],
            "life": int(self.life.total_seconds() * 1000) if self.life else 0,
            "audit": [action.dump() for action in self.audit],
            "audit_key": keys.audit(team),
            "audit_life": audit_ms,
        }
        if self.ended is not None:
            body["ended"] = json.dumps(dict(self.ended), ensure_ascii=False, separators=(",", ":"))
        return json.dumps(body, ensure_ascii=False)
