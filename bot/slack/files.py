"""The rest of a long answer, as a Markdown file in its thread."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.slack.client import Slack
from bot.slack.models import Upload
from bot.threads.models import ThreadKey

NAME = "answer.md"


async def upload_rest(
    slack: Slack,
    thread: ThreadKey,
    rest: str,
    *,
    title: str,
    comment: str | None = None,
    remember: Callable[[Upload], Awaitable[None]],
) -> Upload:
    """Upload `rest` and show it in the thread.

    `remember` is awaited with the file's id before anything can be seen, so that after `Unknown` or a crash
    `was_shared` can tell whether it is there.
    """
    content = rest.encode()
    upload = await slack.reserve_file(NAME, content)
    await remember(upload)
    await slack.fill_file(upload, content)
    await slack.share_file(upload, title=title, channel=thread.channel, thread_ts=thread.root_ts, comment=comment)
    return upload


async def was_shared(slack: Slack, file_id: str, thread: ThreadKey) -> bool:
    info = await slack.file_info(file_id)
    return any(share.channel == thread.channel for share in info.shares)
