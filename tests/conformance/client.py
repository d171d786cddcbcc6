"""`python -m tests.conformance.client URL`: what the suite starts to see our tool layer at work in one scenario.

The suite names the scenario and what to know of it in two variables. Ends with 0 when all that the scenario wants was
done, and with 1 and a sentence when it could not be.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from tests.conformance import own_sign_in
from tests.conformance.actions import ACTIONS, first_tool
from tests.conformance.desk import TIMEOUT, Failed, at_desk, the_server, the_sessions
from tests.conformance.signing_in import Opener, signed_in
from workers.tools import listing
from workers.tools.errors import ToolError

DEADLINE_SECONDS = 90.0  # before the suite's own, so that it is we who say what was going on
SIGN_IN: Opener = own_sign_in.opened


async def act(url: str, scenario: str, context: dict[str, Any]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        if action := ACTIONS.get(scenario):
            async with at_desk(the_server(url), the_sessions(), context) as desk:
                await action(desk)
        else:
            await signed_in(SIGN_IN, url, context, first_tool, redis_url=os.environ["REDIS_URL"])


def main(arguments: Sequence[str]) -> int:
    listing.LONGEST_WAIT = TIMEOUT  # no turn waits for the list, and the suite's process is a busy one
    [url] = arguments
    scenario, context = os.environ["MCP_CONFORMANCE_SCENARIO"], os.environ.get("MCP_CONFORMANCE_CONTEXT", "{}")
    try:
        asyncio.run(act(url, scenario, json.loads(context)))
    except (Failed, ToolError) as exc:
        print(f"{scenario}: {exc}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
