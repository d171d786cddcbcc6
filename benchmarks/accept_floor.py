"""The floor for the accept path: Starlette, the signature, and one script that does what accepting must do at least.

It is what anybody would write who needs nothing else: no Bolt, no guard, no table, no state of a thread. Served as
fast as Python serves: uvicorn on uvloop and httptools, without an access log.

`python -m benchmarks.accept_floor PORT REDIS_URL SECRET`
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import time

import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# Merge the repeat, append to the thread's mailbox and, if there is none, leave arq one nudge.
_CLAIM = """
if not redis.call('SET', KEYS[1], '1', 'NX', 'EX', ARGV[1]) then return 'repeat' end
if redis.call('LLEN', KEYS[2]) >= 50 then redis.call('DEL', KEYS[1]) return 'full' end
redis.call('RPUSH', KEYS[2], ARGV[2])
if redis.call('EXISTS', KEYS[3]) == 1 then return 'stored' end
redis.call('SET', KEYS[3], ARGV[4], 'PX', 604800000)
redis.call('ZADD', KEYS[4], ARGV[3], ARGV[4])
redis.call('RPUSH', KEYS[5], '1')
redis.call('LTRIM', KEYS[5], -64, -1)
return 'stored'
"""


def floor(redis_url: str, secret: bytes) -> Starlette:
    claim = Redis.from_url(redis_url).register_script(_CLAIM)

    async def events(request: Request) -> Response:
        body = await request.body()
        timestamp = request.headers["x-slack-request-timestamp"]
        made = hmac.new(secret, b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest("v0=" + made, request.headers["x-slack-signature"]):
            return Response(status_code=401)
        if abs(time.time() - int(timestamp)) > 300:
            return Response(status_code=401)
        payload = json.loads(body)
        event = payload["event"]
        team, channel, ts = payload["team_id"], event["channel"], event["ts"]
        thread = f"{team}:{channel}:{event.get('thread_ts') or ts}"
        mail = json.dumps({"id": ts, "user": event["user"], "text": event["text"]})
        await claim(
            keys=[f"seen:{team}:{channel}:{ts}", f"mail:{thread}", f"job:{thread}", "queue", "wake"],
            args=[93600, mail, int(time.time() * 1000), thread],
        )
        return Response()

    return Starlette(routes=[Route("/slack/events", events, methods=["POST"])])


if __name__ == "__main__":
    port, redis_url, secret = sys.argv[1:]
    uvicorn.run(
        floor(redis_url, secret.encode()),
        host="127.0.0.1",
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
