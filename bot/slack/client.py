"""One installation's Slack: small typed methods over slack-sdk; Slack's JSON stops here.

Every failure is one of `errors.py`. Links never unfurl, since Slack would fetch an address that a model was talked
into writing; and no words call anybody, since names of people and files are quoted in them. (Blocks and chunks see to
that in `blocks.py`; whom we mean to call is said by `mentions`.) Facts: https://docs.slack.dev/reference/methods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.slack import answers, mentions, voices
from bot.slack.calls import Calls
from bot.slack.errors import Refused, Unknown
from bot.slack.features import Features
from bot.slack.models import Block, Blocks, Chunks, FileInfo, Identity, Metadata, Person, SlackMessage, Upload
from bot.slack.text import defuse, shortened
from bot.slack.voices import APP, Voice

PAGE = 200  # Slack advises no more
PAGES = 25  # of a thread are read at most: 5,000 messages
ALT_TEXT = 1_000  # characters that Slack takes
NAME_RESERVED = "reserved_username"  # nobody may appear under it, whatever the scopes
QUIET = {"unfurl_links": False, "unfurl_media": False, "unfurl_app_links": False, "parse": "none", "link_names": False}


class Slack:
    """The methods of one installation. What it lacks is found out once (`features`) and then refused without a call."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self.identity: Identity | None = None  # who we are here, once Slack has said so

    @property
    def features(self) -> Features:
        return self._calls.features

    @property
    def customises(self) -> bool:
        """Whether messages may appear under another name than the app's, as far as is known."""
        scopes = self.identity.scopes if self.identity else frozenset()
        return (not scopes or voices.SCOPE in scopes) and self.features.missing(voices.SCOPE) is None

    # ---- messages -----------------------------------------------------------------------------------------------

    async def post(
        self,
        channel: str,
        *,
        text: str,
        thread_ts: str | None = None,
        blocks: Blocks | None = None,
        metadata: Metadata | None = None,
        voice: Voice = APP,
        calls: Sequence[str] = (),
    ) -> str:
        """Post a message, in a thread unless `thread_ts` is None; its ts. With blocks, `text` is their fallback.

        `calls` are the people and user groups that it is meant to notify.
        """
        words = _words(text, calls)
        arguments = {"channel": channel, "thread_ts": thread_ts, "metadata": _metadata(metadata), **QUIET}
        answer = await self._voiced(
            "chat.postMessage",
            {**arguments, "text": words, "blocks": blocks},
            {
                **arguments,
                "text": voices.signed_text(voice, words),
                "blocks": voices.signed_blocks(voice, blocks),
            },
            voice,
        )
        return _ts(answer, "chat.postMessage")

    def sent_as(self, text: str, *, voice: Voice = APP, calls: Sequence[str] = ()) -> frozenset[str]:
        """What the text of such a post may read in Slack."""
        words = _words(text, calls)
        return frozenset({words, voices.signed_text(voice, words)})

    async def _voiced(
        self, method: str, plain: Mapping[str, Any], signed: Mapping[str, Any], voice: Voice
    ) -> dict[str, Any]:
        """Send under `voice`; where that is not allowed, what is `signed` with its name."""
        if voice and self.customises:
            try:
                return await self._calls.post(method, {**plain, **voices.worn(voice)})
            except Refused as refused:
                if refused.needed != voices.SCOPE and refused.code != NAME_RESERVED:
                    raise
        return await self._calls.post(method, signed)

    async def update(
        self,
        channel: str,
        ts: str,
        *,
        text: str,
        blocks: Blocks | None = None,
        metadata: Metadata | None = None,
        voice: Voice = APP,
    ) -> None:
        """Replace a message of ours whole. Without `metadata` it keeps what it has; may be repeated.

        Slack keeps the name and the picture it was posted under; `voice` is for where it took none.
        """
        if self.customises:
            voice = APP
        await self._calls.post(
            "chat.update",
            {
                "channel": channel,
                "ts": ts,
                "text": voices.signed_text(voice, defuse(text)),
                "blocks": voices.signed_blocks(voice, blocks),
                "metadata": _metadata(metadata),
                **QUIET,
            },
        )

    async def delete(self, channel: str, ts: str) -> None:
        """Remove a message of ours; one that is gone already is fine."""
        try:
            await self._calls.form("chat.delete", {"channel": channel, "ts": ts})
        except Refused as exc:
            if exc.code != "message_not_found":
                raise

    async def ephemeral(
        self, channel: str, user: str, *, text: str, thread_ts: str | None = None, blocks: Blocks | None = None
    ) -> str:
        """Show `user` alone a message, until they reload. It cannot be changed, looked up or taken back."""
        answer = await self._calls.post(
            "chat.postEphemeral",
            {
                "channel": channel,
                "user": user,
                "text": defuse(text),
                "thread_ts": thread_ts,
                "blocks": blocks,
                "parse": "none",
                "link_names": False,
            },
        )
        return _ts(answer, "chat.postEphemeral", "message_ts")

    async def respond(
        self, url: str, *, text: str, blocks: Blocks | None = None, to_all: bool = False, replace: bool = False
    ) -> None:
        """Answer a command or a click by its `response_url`: five times within half an hour, also where the bot is no
        member. Only who gave the command sees it, unless it is said `to_all`; it cannot be looked up.
        `replace`: in the place of the message that was clicked in."""
        kind = "in_channel" if to_all else "ephemeral"
        message = {"response_type": kind, "replace_original": replace, "text": defuse(text), "blocks": blocks, **QUIET}
        await self._calls.respond(url, message)

    async def permalink(self, channel: str, ts: str) -> str:
        answer = await self._calls.ask("chat.getPermalink", {"channel": channel, "message_ts": ts})
        return answers.text(answer, "permalink")

    async def replies(
        self,
        channel: str,
        ts: str,
        *,
        oldest: str | None = None,
        latest: str | None = None,
        limit: int = 1000,
        with_metadata: bool = False,
    ) -> list[SlackMessage]:
        """The thread of `ts`, oldest first, its root included; of more than `limit` messages the newest.

        `oldest` and `latest` count themselves in. A thread that is gone has no messages.
        """
        arguments = {
            "channel": channel,
            "ts": ts,
            "oldest": oldest,
            "latest": latest,
            "inclusive": True,
            "limit": min(PAGE, limit),
            "include_all_metadata": with_metadata,
        }
        found: dict[str, SlackMessage] = {}  # each page may begin with the root again
        cursor = ""
        for _ in range(PAGES):
            try:
                answer = await self._calls.ask(
                    "conversations.replies", arguments | ({"cursor": cursor} if cursor else {})
                )
            except Refused as exc:
                if exc.code == "thread_not_found":
                    return []
                raise
            found |= {message.ts: self._known(message) for message in answers.messages(answer)}
            cursor = answers.next_cursor(answer)
            if not cursor:
                break
        return list(found.values())[-limit:]

    def _known(self, message: SlackMessage) -> SlackMessage:
        """A message of ours under another name comes back without a user, as from any bot."""
        ours = self.identity is not None and message.user is None and message.bot_id == self.identity.bot_id
        return replace(message, user=self.identity.user_id) if ours and self.identity else message

    async def history(
        self, channel: str, *, oldest: str, limit: int = 1000, with_metadata: bool = False
    ) -> list[SlackMessage]:
        """What was posted in the channel itself since `oldest`, replies aside, newest first; at most about `limit`."""
        arguments = {"channel": channel, "oldest": oldest, "limit": PAGE, "include_all_metadata": with_metadata}
        found: list[SlackMessage] = []
        cursor = ""
        while len(found) < limit:
            answer = await self._calls.ask("conversations.history", arguments | ({"cursor": cursor} if cursor else {}))
            found += map(self._known, answers.messages(answer))
            cursor = answers.next_cursor(answer)
            if not cursor:
                break
        return [message for message in found if message.thread_ts in (None, message.ts)]

    # ---- streams ------------------------------------------------------------------------------------------------

    async def start_stream(
        self,
        channel: str,
        thread_ts: str,
        *,
        recipient_user: str,
        recipient_team: str,
        chunks: Chunks = (),
        voice: Voice = APP,
    ) -> str:
        """Open a message that grows; its ts. It takes no metadata and lives about five minutes."""
        arguments = {
            "channel": channel,
            "thread_ts": thread_ts,
            "recipient_user_id": recipient_user,
            "recipient_team_id": recipient_team,
        }
        answer = await self._voiced(
            "chat.startStream",
            {**arguments, "chunks": chunks or None},
            {**arguments, "chunks": voices.signed_chunks(voice, chunks) or None},
            voice,
        )
        return _ts(answer, "chat.startStream")

    async def append_stream(self, channel: str, ts: str, chunks: Chunks) -> None:
        """Add to a stream; one call at a time, Slack mixes up parallel ones."""
        await self._calls.post("chat.appendStream", {"channel": channel, "ts": ts, "chunks": chunks})

    async def stop_stream(
        self,
        channel: str,
        ts: str,
        *,
        chunks: Chunks = (),
        blocks: Blocks | None = None,
        metadata: Metadata | None = None,
        session_status: str | None = None,
    ) -> None:
        """Add `chunks`, put `blocks` below and make it an ordinary message."""
        await self._calls.post(
            "chat.stopStream",
            {
                "channel": channel,
                "ts": ts,
                "chunks": chunks or None,
                "blocks": blocks,
                "metadata": _metadata(metadata),
                "session_status": session_status,
            },
        )

    # ---- signs of life ------------------------------------------------------------------------------------------

    async def set_status(
        self,
        channel: str,
        thread_ts: str,
        status: str,
        *,
        loading_messages: Sequence[str] = (),
        voice: Voice = APP,
    ) -> None:
        """Show "<app> <status>" below the thread; "" clears it. Slack lets it go after two minutes by itself."""
        arguments = {
            "channel_id": channel,
            "thread_ts": thread_ts,
            "status": status,
            "loading_messages": list(loading_messages[:10]) or None,
        }
        await self._voiced("assistant.threads.setStatus", arguments, arguments, voice)

    async def suggested_prompts(
        self,
        channel: str,
        prompts: Sequence[tuple[str, str]],
        *,
        title: str | None = None,
        thread_ts: str | None = None,
    ) -> None:
        """Offer up to four (title, message) pairs, in a thread or on top of the Messages tab."""
        offered = [{"title": name, "message": message} for name, message in prompts[:4]]
        await self._calls.post(
            "assistant.threads.setSuggestedPrompts",
            {"channel_id": channel, "prompts": offered, "title": title, "thread_ts": thread_ts},
        )

    # ---- modals -------------------------------------------------------------------------------------------------

    async def open_view(self, trigger_id: str, view: Block) -> None:
        """Open a modal, within three seconds of what the person did."""
        await self._calls.post("views.open", {"trigger_id": trigger_id, "view": view})

    async def update_view(self, external_id: str, view: Block) -> None:
        """Replace what a modal shows; `Refused` with `not_found` when it is not open (yet, or any more)."""
        await self._calls.post("views.update", {"external_id": external_id, "view": view})

    # ---- people, ourselves ----------------------------------------------------------------------------------------

    async def user(self, user_id: str) -> Person:
        return answers.person(await self._calls.ask("users.info", {"user": user_id, "include_locale": True}))

    async def group_members(self, group: str) -> frozenset[str]:
        """Who is in a user group; needs the scope `usergroups:read`."""
        answer = await self._calls.ask("usergroups.users.list", {"usergroup": group})
        users = answer.get("users")
        return frozenset(user for user in users if isinstance(user, str)) if isinstance(users, list) else frozenset()

    async def is_shared(self, channel: str) -> bool:
        """Whether people of other organisations are in a channel, or invited; of a direct message Slack may not say."""
        found = answers.part(await self._calls.ask("conversations.info", {"channel": channel}), "channel")
        shared, is_direct = found.get("is_ext_shared"), found.get("is_im") is True
        return shared is True or found.get("is_pending_ext_shared") is True or not (shared is False or is_direct)

    async def open_dm(self, user: str) -> str:
        """The channel of our direct message with `user`; needs the scope `im:write`."""
        answer = await self._calls.form("conversations.open", {"users": user})
        return answers.text(answers.part(answer, "channel"), "id")

    async def auth_test(self) -> Identity:
        return answers.identity(*await self._calls.with_headers("auth.test"))

    # ---- files --------------------------------------------------------------------------------------------------

    async def reserve_file(self, filename: str, content: bytes, *, alt_text: str | None = None) -> Upload:
        """A file id for `content`; `alt_text` says what a picture shows. Nothing is seen of it before `share_file`."""
        arguments = {
            "filename": filename,
            "length": len(content),
            "alt_txt": shortened(alt_text, ALT_TEXT) if alt_text else None,
        }
        answer = await self._calls.form("files.getUploadURLExternal", arguments)
        return Upload(answers.text(answer, "file_id"), answers.text(answer, "upload_url"))

    async def fill_file(self, upload: Upload, content: bytes) -> None:
        await self._calls.put(upload.url, content)

    async def share_file(
        self, upload: Upload, *, title: str, channel: str, thread_ts: str | None = None, comment: str | None = None
    ) -> None:
        """Post the file, below `comment`. After `Unknown` ask `file_info(upload.file_id)` whether it is there."""
        arguments = {
            "files": answers.dump([{"id": upload.file_id, "title": title}]),
            "channel_id": channel,
            "thread_ts": thread_ts,
            "initial_comment": defuse(comment) if comment else None,
        }
        await self._calls.form("files.completeUploadExternal", arguments)

    async def download(self, file_id: str, *, limit: int) -> bytes:
        """The bytes of a file that a person posted. `Refused` when it is gone, longer than `limit` or not for us."""
        info = await self.file_info(file_id)
        if not info.url:
            raise Refused("there is no such file any more", method="files.download", code="file_not_found")
        return await self._calls.get(info.url, limit=limit, is_html=info.mimetype == "text/html")

    async def file_info(self, file_id: str) -> FileInfo:
        """What became of a file; one that is gone has no shares."""
        try:
            return answers.file_info(await self._calls.ask("files.info", {"file": file_id}))
        except Refused as exc:
            if exc.code in {"file_not_found", "file_deleted"}:
                return FileInfo(id=file_id, name="", size=0)
            raise


def _words(text: str, calls: Sequence[str]) -> str:
    return " ".join(filter(None, (mentions.call(calls), defuse(text))))


def _metadata(metadata: Metadata | None) -> dict[str, Any] | None:
    if metadata is None:
        return None
    return {"event_type": metadata.type, "event_payload": dict(metadata.payload)}


def _ts(answer: dict[str, Any], method: str, name: str = "ts") -> str:
    """What was made. `ok` without it says that something was, but not what: it must be looked up."""
    ts = answer.get(name)
    if not isinstance(ts, str) or not ts:
        raise Unknown(f"Slack said ok but gave no {name}", method=method)
    return ts
