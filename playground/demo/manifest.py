"""The app's manifest, as the product itself prints it: what it asks of Slack, so that the page has its commands.

Without the `.env`, which is for the real workspace.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import Mapping
from typing import Any

from playground.demo.process import send_signal, spawned

COMMAND = (sys.executable, "-m", "workers.commands", "--no-dotenv", "manifest", "--socket")
LONGEST_SECONDS = 30.0  # about one on an idle machine


async def printed(environment: Mapping[str, str]) -> dict[str, Any] | None:
    """None when the product prints none."""
    process = await spawned(COMMAND, environment, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            said, _ = await process.communicate()
        manifest = json.loads(said)
    except (TimeoutError, ValueError):
        return None
    finally:
        if process.returncode is None:
            send_signal(process, signal.SIGKILL)
            await process.wait()
    return manifest if isinstance(manifest, dict) else None
