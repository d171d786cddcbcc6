"""Files of ours in a thread or a channel: the rest of a long answer, what agents and tools made. Each is shown once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.slack.client import Slack
from bot.slack.errors import Unknown
from bot.slack.models import Upload

REST = "answer.md"
LOOK_AGAIN_AFTER = timedelta(seconds=2)  # Slack scans a file before it posts it
TRIES = 3  # of showing one whose answer was lost


async def upload(
    slack: Slack,
    channel: str,
    name: str,
    content: bytes,
    *,
    title: str,
    thread_ts: str | None = None,
    comment: str | None = None,
    alt_text: str | None = None,
    remember: Callable[[Upload], Awaitable[None]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Upload:
    """Upload `content` and show it in the channel, or in a thread there.

    `remember` is awaited with the file's id before anything can be seen, so that after a crash `was_shared` can tell
    whether it is there. Where Slack's answer was lost it is asked that before the file is shown again.
    """
    upload = await slack.reserve_file(name, content, alt_text=alt_text)
    await remember(upload)
    await slack.fill_file(upload, content)
    for last in (*(False,) * (TRIES - 1), True):
        try:
            await slack.share_file(upload, title=title, channel=channel, thread_ts=thread_ts, comment=comment)
        except Unknown:
            if await was_shared(slack, upload.file_id, channel, sleep=sleep):
                break
            if last:
                raise
        else:
            break
    return upload


async def was_shared(
    slack: Slack, file_id: str, channel: str, *, sleep: Callable[[float], Awaitable[None]] | None = None
) -> bool:
    """Whether the file stands in the channel; with `sleep`, one that is not seen is looked for once more."""
    if await _is_shared(slack, file_id, channel):
        return True
    if sleep is None:
        return False
    await sleep(LOOK_AGAIN_AFTER.total_seconds())
    return await _is_shared(slack, file_id, channel)


async def _is_shared(slack: Slack, file_id: str, channel: str) -> bool:
    info = await slack.file_info(file_id)
    return any(share.channel == channel for share in info.shares)
