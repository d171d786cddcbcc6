"""The status under a turn's thread; a placeholder post where an installation has none. It never fails the turn."""

from __future__ import annotations

import structlog

from bot.slack.errors import CHANNEL_GONE, NotSupported, Refused, SlackError
from workers.delivery.saying import Saying

log = structlog.get_logger()


class Status:
    """Of one turn: `words` are those that stand, empty for none. `on` is the part that is being said.

    `gone` is how Slack said that nothing more is said in this channel.
    """

    def __init__(self) -> None:
        self.words = ""
        self.gone: Refused | None = None

    def inherit(self) -> None:
        """An earlier owner of the turn may have left one."""
        self.words = " "

    async def show(self, words: str, on: Saying) -> None:
        self.words, on.board.spoken = words, False
        line = on.line
        try:
            await line.before_call()
            try:
                await line.slack.set_status(line.thread.channel, line.thread.root_ts, words, voice=line.voice)
            except NotSupported:
                await on.board.placeholder(words)
        except SlackError as error:
            log.warning("status.failed", error=str(error))
            if isinstance(error, Refused) and error.code in CHANNEL_GONE:
                self.gone = error

    async def again(self, on: Saying) -> None:
        """Each message of ours takes the line away, although the turn goes on."""
        if self.words.strip():
            await self.show(self.words, on)

    async def of_tasks(self, on: Saying) -> None:
        """Where no cards can be drawn, the status says which tool runs."""
        running = [task for task in on.board.tasks.values() if task.status == "in_progress"]
        if running:
            await self.show(on.line.words.say("status.tool", tool=running[-1].title), on)

    async def clear(self, on: Saying) -> None:
        """No status is left behind, nor a session that works: our post takes the line away, but not the session."""
        if self.words:
            line = on.line
            try:
                await line.slack.set_status(line.thread.channel, line.thread.root_ts, "")
            except NotSupported:
                pass  # it was the placeholder, which the answer replaced
            except SlackError as error:
                log.warning("status.not_cleared", error=str(error))
        self.words = ""
