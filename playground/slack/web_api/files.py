"""files.getUploadURLExternal, completeUploadExternal, info. The bytes go to addresses of their own (`addresses`)."""

from __future__ import annotations

from playground.slack import render
from playground.slack.arguments import Arguments
from playground.slack.blocks import checked
from playground.slack.models import Conversation, File, Json
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks
from playground.slack.web_api.errors import SlackError
from playground.slack.web_api.speaking import by_the_bot

MOST_BYTES = 50 * 1024 * 1024  # Slack takes 1 GB; this is memory
MOST_SNIPPET = 1024 * 1024
MOST_ALT_TEXT = 1000


def get_upload_url(standin: Standin, args: Arguments) -> Json:
    name = args.required("filename", code="missing_argument")
    length = args.number("length", 0)
    if length <= 0:
        raise SlackError("missing_argument", "missing required field: length")
    if length > MOST_BYTES:
        raise SlackError("file_upload_size_restricted")
    if args.text("snippet_type") and length > MOST_SNIPPET:
        raise SlackError("snippet_too_large")
    if len(args.text("alt_txt")) > MOST_ALT_TEXT:
        raise SlackError("alt_txt_too_large")
    file = File(id=standin.ids.new("F"), name=name, title=name, user=BOT_USER, length=length)
    file.alt_txt = args.text("alt_txt") or None
    file.created = int(standin.ids.now())
    standin.workspace.files[file.id] = file
    return {"upload_url": f"{standin.base_url}/upload/v1/{file.id}", "file_id": file.id}


def complete_upload(standin: Standin, args: Arguments) -> Json:
    """Share what was uploaded. As on Slack the answer does not say where: that takes `files.info`, later."""
    listed = args.objects("files", code="invalid_arguments")
    if not listed:
        raise SlackError("invalid_arguments", "missing required field: files")
    files = [_uploaded(standin, str(each.get("id")), each.get("title")) for each in listed]
    channels = _channels(standin, args)
    blocks = checked(args.objects("blocks", code="invalid_blocks_format"))
    for channel in channels:
        standin.workspace.post(
            by_the_bot(
                standin,
                channel.id,
                args,
                text=args.text("initial_comment"),
                blocks=blocks,
                subtype="file_share",
                files=files,
                thread_ts=checks.thread_ts(channel, args),
            )
        )
    return {"files": [{"id": each.id, "title": each.title} for each in files]}


def info(standin: Standin, args: Arguments) -> Json:
    file = standin.workspace.files.get(args.required("file", code="file_not_found"))
    if file is None or (file.content is None and file.mode in ("hosted", "snippet")):
        raise SlackError("file_not_found")
    if file.mode == "tombstone":
        raise SlackError("file_deleted")
    wire = render.file(file, base_url=standin.base_url)
    public: dict[str, list[Json]] = {}
    private: dict[str, list[Json]] = {}
    for channel, shown in file.shares.items():
        conversation = standin.workspace.conversations[channel]
        where = public if conversation.kind == "channel" else private
        where[channel] = [_share(conversation, ts) for ts in shown]
    wire["shares"] = {name: each for name, each in (("public", public), ("private", private)) if each}
    kinds = {
        kind: [c for c in private if standin.workspace.conversations[c].kind == kind] for kind in ("private", "im")
    }
    wire |= {"channels": list(public), "groups": kinds["private"], "ims": kinds["im"], "comments_count": 0}
    return {"file": wire, "comments": [], "response_metadata": {"next_cursor": ""}}


def _share(conversation: Conversation, ts: str) -> Json:
    message = conversation.messages.get(ts)
    share: Json = {"ts": ts, "reply_count": 0, "channel_name": conversation.name}
    return share | ({"thread_ts": message.thread_ts} if message is not None and message.thread_ts else {})


def _uploaded(standin: Standin, file_id: str, title: object) -> File:
    file = standin.workspace.files.get(file_id)
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    if isinstance(title, str) and title:
        file.title = title
    return file


def _channels(standin: Standin, args: Arguments) -> list[Conversation]:
    wanted = args.text("channel_id") or args.text("channels")
    found: list[Conversation] = []
    for channel in filter(None, wanted.split(",")):
        known = standin.workspace.conversations.get(channel)
        if known is None or (known.kind != "channel" and BOT_USER not in known.members):
            raise SlackError("invalid_channel")
        if BOT_USER not in known.members:
            raise SlackError("not_in_channel")
        found.append(known)
    if len(found) > 1 and args.text("thread_ts"):
        raise SlackError("invalid_arguments", "thread_ts needs a single channel")
    return found
