"""The addresses under `/_control/`: reads, news as event streams, acts, the inspector, faults."""

from __future__ import annotations

import bisect
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from playground.faults import Fault
from playground.slack import changes, manifest
from playground.slack.control import news, views
from playground.slack.control.acts import ACTS
from playground.slack.control.errors import Refused
from playground.slack.control.messages import upload
from playground.slack.feed import Gap, Ring
from playground.slack.models import Command, Conversation, Json, OfferedAgent, Shortcut
from playground.slack.seed import BOT_USER
from playground.slack.standin import Standin

QUIET_SECONDS = 15.0  # then a comment keeps the line open
FAULTS = TypeAdapter(list[Fault])
T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


class App(BaseModel):
    """What the app has; left out means unchanged."""

    model_config = ConfigDict(extra="forbid")
    scopes: set[str] | None = None
    events: set[str] | None = None
    events_url: str | None = None
    agent: bool | None = None
    manifest: dict[str, Any] | None = None  # its commands and shortcuts; all else stays as it is
    commands: list[Command] | None = None
    shortcuts: list[Shortcut] | None = None


class Agents(BaseModel):
    model_config = ConfigDict(extra="forbid")
    agents: list[OfferedAgent]


class Control:
    def __init__(self, standin: Standin) -> None:
        self.standin = standin

    def routes(self) -> list[Route]:
        return [
            Route("/_control/state", _answering(self.state), methods=["GET"]),
            Route("/_control/messages", _answering(self.messages), methods=["GET"]),
            Route("/_control/thread", _answering(self.thread), methods=["GET"]),
            Route("/_control/files/{file}", _answering(self.file), methods=["GET"]),
            Route("/_control/events", _answering(self.events), methods=["GET"]),
            Route("/_control/traffic", _answering(self.traffic), methods=["GET", "POST", "DELETE"]),
            Route("/_control/traffic/events", _answering(self.traffic_events), methods=["GET"]),
            Route("/_control/faults", _answering(self.faults), methods=["GET", "POST", "DELETE"]),
            Route("/_control/reset", _answering(self.reset), methods=["POST"]),
            Route("/_control/app", _answering(self.app), methods=["POST"]),
            Route("/_control/agents", _answering(self.agents), methods=["GET", "POST"]),
            Route("/_control/upload", _answering(self.upload), methods=["POST"]),
            Route("/_control/{act}", _answering(self.act), methods=["POST"]),
        ]

    async def act(self, request: Request) -> Response:
        act = ACTS.get(request.path_params["act"])
        if act is None:
            raise Refused("unknown_act", f"There is no act {request.path_params['act']!r}.", status=404)
        return _ok(await act.model_validate_json(await request.body()).apply(self.standin))

    async def upload(self, request: Request) -> Response:
        query = request.query_params
        kind = request.headers.get("content-type", "application/octet-stream")
        content, elsewhere = await request.body(), query.get("external_url", "")
        user, name = query.get("user", ""), query.get("name", "")
        file = upload(self.standin, user, name, kind, content, external_url=elsewhere)
        return _ok({"file": views.file(file)})

    async def state(self, request: Request) -> Response:
        return _ok(views.state(self.standin, self._viewer(request), limit=_number(request, "limit", 50)))

    async def messages(self, request: Request) -> Response:
        viewer, conversation = self._viewer(request), self._conversation(request)
        before = request.query_params.get("before")
        end = bisect.bisect_left(conversation.timeline, before) if before else len(conversation.timeline)
        start = max(0, end - _number(request, "limit", 50))
        found = [conversation.messages[ts] for ts in conversation.timeline[start:end]]
        shown = [views.message(self.standin, each, viewer) for each in found]
        return _ok({"messages": shown, "has_more": start > 0, "cursor": self.standin.news.cursor})

    async def thread(self, request: Request) -> Response:
        viewer, conversation = self._viewer(request), self._conversation(request)
        ts = request.query_params.get("ts", "")
        root = conversation.messages.get(ts)
        if root is None or root.thread_ts is not None:
            raise Refused("thread_not_found", f"{ts} does not start a thread in {conversation.id}.", status=404)
        status = self.standin.statuses.shown.get((conversation.id, ts))
        session = self.standin.statuses.sessions.get((conversation.id, ts))
        return _ok(
            {
                "messages": [views.message(self.standin, each, viewer) for each in self.standin.workspace.thread(root)],
                "status": views.status(status) if status else None,
                "session": views.session(session) if session else None,
                "prompts": conversation.prompts.get(ts),
                "title": conversation.titles.get(ts),
                "cursor": self.standin.news.cursor,
            }
        )

    async def file(self, request: Request) -> Response:
        file = self.standin.workspace.files.get(request.path_params["file"])
        if file is None or file.content is None:
            raise Refused("file_not_found", "There is no such file.", status=404)
        # What was uploaded is somebody else's: never run as a page of ours.
        headers = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}
        return Response(file.content, media_type=file.mimetype, headers=headers)

    async def events(self, request: Request) -> Response:
        viewer = self._viewer(request)

        def told(change: changes.Change) -> list[Json]:
            return list(news.of(change, self.standin, viewer))

        return _stream(self.standin.news, request, told)

    async def traffic(self, request: Request) -> Response:
        traffic = self.standin.traffic
        if request.method == "POST":
            traffic.on = bool((await request.json()).get("on", True))
        elif request.method == "DELETE":
            traffic.clear()
        after, limit = _number(request, "after", 0), _number(request, "limit", 200)
        entries = [each for each in traffic.entries if each["id"] > after][-limit:]
        return _ok({"on": traffic.on, "entries": entries})

    async def traffic_events(self, request: Request) -> Response:
        return _stream(self.standin.traffic.ring, request, lambda entry: [entry])

    async def faults(self, request: Request) -> Response:
        faults = self.standin.faults
        if request.method == "DELETE":
            faults.clear()
        elif request.method == "POST":
            for rule in FAULTS.validate_json(await request.body()):
                faults.add(rule)
        rules = [rule.model_dump() for rule in faults.rules]
        return _ok({"rules": rules, "seen": faults.seen, "underway": self.standin.delivery.underway})

    async def reset(self, request: Request) -> Response:
        self.standin.reset()
        return _ok({})

    async def app(self, request: Request) -> Response:
        wanted = App.model_validate_json(await request.body())
        grant = self.standin.grant
        if wanted.scopes is not None:
            grant.scopes = frozenset(wanted.scopes)
        if wanted.events is not None:
            grant.events = frozenset(wanted.events)
        if wanted.agent is not None:
            grant.agent = wanted.agent
        if wanted.events_url is not None:
            self.standin.delivery.events_url = wanted.events_url or None
        if wanted.manifest is not None:
            grant.commands, grant.shortcuts = manifest.offers(wanted.manifest)
        if wanted.commands is not None:
            grant.commands = tuple(wanted.commands)
        if wanted.shortcuts is not None:
            grant.shortcuts = tuple(wanted.shortcuts)
        if {"manifest", "commands", "shortcuts"} & wanted.model_fields_set:
            self.standin.workspace.tell(changes.OffersChanged())
        return _ok({})

    async def agents(self, request: Request) -> Response:
        """What the page offers after `+`: the bot's agents, as whoever runs it told us."""
        if request.method == "POST":
            self.standin.agents = Agents.model_validate_json(await request.body()).agents
        return _ok({"agents": [asdict(agent) for agent in self.standin.agents]})

    def _viewer(self, request: Request) -> str:
        viewer = request.query_params.get("as", "")
        if viewer not in self.standin.workspace.people or viewer == BOT_USER:
            raise Refused("user_not_found", "Say who is looking: `as=U…` of a person.", status=404)
        return viewer

    def _conversation(self, request: Request) -> Conversation:
        known = self.standin.workspace.conversations.get(request.query_params.get("channel", ""))
        if known is None or known not in self.standin.workspace.visible_to(self._viewer(request)):
            raise Refused("channel_not_found", "This person sees no such conversation.", status=404)
        return known


def _answering(endpoint: Endpoint) -> Endpoint:
    """`endpoint`, with what it refuses answered as JSON."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Refused as exc:
            return JSONResponse({"ok": False, "error": exc.code, "detail": exc.detail}, exc.status)
        except (ValidationError, ValueError) as exc:
            return JSONResponse({"ok": False, "error": "invalid_request", "detail": str(exc)}, 400)

    return answer


def _ok(what: Json) -> Response:
    return Response(_json({"ok": True, **what}), media_type="application/json")


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _number(request: Request, name: str, default: int) -> int:
    return max(0, int(request.query_params.get(name, default)))


def _stream(ring: Ring[T], request: Request, told: Callable[[T], list[Json]]) -> Response:
    """What comes into `ring`, as server-sent events, from the reader's last one on."""
    wanted = request.headers.get("last-event-id") or request.query_params.get("after")
    start = int(wanted) if wanted else ring.cursor

    async def lines() -> AsyncIterator[str]:
        yield ": open\n\n"
        async for cursor, item in ring.after(start, quiet_seconds=QUIET_SECONDS):
            if item is Gap.QUIET:
                yield ": still here\n\n"
                continue
            pieces = [{"type": "reload"}] if isinstance(item, Gap) else told(item)
            # Only the last piece of a change moves the reader on: one that is cut off before hears all of them again.
            last = len(pieces) - 1
            for at, piece in enumerate(pieces):
                yield f"id: {cursor}\ndata: {_json(piece)}\n\n" if at == last else f"data: {_json(piece)}\n\n"

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
