"""assistant.threads.* and agents.sessions.*: status lines, titles, suggested prompts, sessions."""

from __future__ import annotations

from playground.slack import changes
from playground.slack.arguments import Arguments
from playground.slack.models import Conversation, Json, Status
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin
from playground.slack.web_api import checks, speaking
from playground.slack.web_api.errors import SlackError
from playground.slack.web_api.streaming import SESSION_STATUSES

MOST_PROMPTS, MOST_LOADING_MESSAGES, MOST_TITLE = 4, 10, 200
NO_STOP_EVENT = "missing_agent_session_stopped_event_subscription"


def set_status(standin: Standin, args: Arguments) -> Json:
    channel, thread_ts = _thread(standin, args)
    loading = args.get("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > MOST_LOADING_MESSAGES:
        raise SlackError("invalid_arguments", f"loading_messages: at most {MOST_LOADING_MESSAGES} strings")
    if "status" not in args:
        raise SlackError("invalid_arguments", "missing required field: status")
    status = Status(channel=channel.id, thread_ts=thread_ts, status=args.text("status"), loading_messages=loading)
    who = speaking.speaker(standin, args)
    status.username, status.icons = who.username, who.icons
    standin.statuses.set(status)
    if standin.grant.agent:
        standin.statuses.set_session(channel.id, thread_ts, "processing" if status.status else "active")
    return {}


def set_title(standin: Standin, args: Arguments) -> Json:
    channel, thread_ts = _thread(standin, args)
    if channel.kind != "im":
        raise SlackError("invalid_thread_ts")
    channel.titles[thread_ts] = args.required("title")
    return {}


def set_suggested_prompts(standin: Standin, args: Arguments) -> Json:
    channel = checks.conversation(standin, args, "channel_id")
    thread_ts = checks.thread_ts(channel, args)
    if thread_ts is None and not standin.grant.agent:
        raise SlackError("not_agent_app")
    if channel.kind != "im":
        raise SlackError("invalid_thread_ts" if thread_ts else "channel_not_found")
    prompts = args.objects("prompts", code="invalid_arguments")
    good = prompts and len(prompts) <= MOST_PROMPTS
    if not good or not all(
        isinstance(p.get("title"), str) and isinstance(p.get("message"), str) for p in prompts or []
    ):
        raise SlackError("invalid_arguments", f"prompts: 1 to {MOST_PROMPTS} of title and message")
    shown = {"title": args.text("title") or None, "prompts": prompts}
    channel.prompts[thread_ts] = shown
    standin.workspace.tell(changes.PromptsSet(channel.id, thread_ts, shown))
    return {}


def set_session_status(standin: Standin, args: Arguments) -> Json:
    status = args.required("status", code="invalid_status")
    if status not in SESSION_STATUSES:
        raise SlackError("invalid_status")
    channel = _agents_channel(standin, args)
    if not args.text("thread_ts"):
        raise SlackError("thread_ts_required")
    thread_ts = checks.thread_ts(channel, args)
    assert thread_ts is not None
    initiator = args.text("initiator_user_id")
    if initiator and initiator not in standin.workspace.people:
        raise SlackError("user_not_found")
    title = args.text("title")
    if len(title) > MOST_TITLE:
        raise SlackError("invalid_name")
    who = speaking.speaker(standin, args)
    standin.statuses.set_session(channel.id, thread_ts, status, title=title, username=who.username, icons=who.icons)
    if status == "processing" and "agent_session_stopped" not in standin.grant.events:
        return {"warning": NO_STOP_EVENT, "response_metadata": {"warnings": [NO_STOP_EVENT]}}
    return {}


def rename(standin: Standin, args: Arguments) -> Json:
    channel = _agents_channel(standin, args)
    session = standin.statuses.sessions.get((channel.id, args.text("thread_ts")))
    if session is None:
        raise SlackError("session_not_found")
    title = args.text("title")
    if not 1 <= len(title) <= MOST_TITLE:
        raise SlackError("invalid_name")
    session.title = title
    standin.workspace.tell(changes.SessionSet(session))
    return {}


def _thread(standin: Standin, args: Arguments) -> tuple[Conversation, str]:
    channel = checks.conversation(standin, args, "channel_id")
    thread_ts = checks.thread_ts(channel, args)
    if thread_ts is None:
        raise SlackError("invalid_thread_ts")
    if BOT_USER not in channel.members:
        raise SlackError("channel_not_found")
    return channel, thread_ts


def _agents_channel(standin: Standin, args: Arguments) -> Conversation:
    """Only an agent app that is in the channel may; anything else is `not_authorized`."""
    channel = standin.workspace.conversations.get(args.required("channel_id", code="channel_not_found"))
    if channel is None:
        raise SlackError("channel_not_found")
    if not standin.grant.agent or BOT_USER not in channel.members:
        raise SlackError("not_authorized")
    return channel
