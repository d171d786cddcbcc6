"""Webhooks and their deliveries. A secret is never shown again."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qsl

from pydantic_core import from_json

from playground.services.github.models import Hook, Repository
from playground.services.github.shapes.base import Json, time
from playground.services.github.shapes.shapes import Shapes
from playground.services.letters import Attempt, Delivery

HIDDEN = "********"


def hook(shapes: Shapes, repository: Repository, one: Hook, sent: list[Delivery]) -> Json:
    """`sent`: its deliveries, for what came back last."""
    url = shapes.api(repository, f"/hooks/{one.id}")
    return {
        "type": "Repository",
        "id": one.id,
        "name": "web",
        "active": one.active,
        "events": one.events,
        "config": {
            "content_type": one.content_type,
            "insecure_ssl": "1" if one.insecure_ssl else "0",
            "url": one.url,
            **({"secret": HIDDEN} if one.secret else {}),
        },
        "updated_at": time(one.updated_at),
        "created_at": time(one.created_at),
        "url": url,
        "ping_url": f"{url}/pings",
        "deliveries_url": f"{url}/deliveries",
        "last_response": _last_response(sent),
    }


def delivery(one: Delivery, repository: Repository) -> Json:
    last = one.attempts[-1] if one.attempts else None
    return {
        "id": one.number,
        "guid": one.letter.guid,
        "delivered_at": time(datetime.fromtimestamp(last.at if last else one.at, UTC)),
        "redelivery": one.again,
        "duration": round(last.seconds, 2) if last else 0.0,
        "status": _status(one),
        "status_code": last.status if last else 0,
        "event": one.letter.event,
        "action": one.letter.action or None,
        "installation_id": None,
        "repository_id": repository.id,
        "throttled_at": None,
    }


def whole_delivery(one: Delivery, repository: Repository) -> Json:
    last = one.attempts[-1] if one.attempts else None
    request: Json = {"headers": last.headers if last else {}, "payload": _payload(last) if last else None}
    response: Json = {"headers": last.answered if last else {}, "payload": last.answer if last else None}
    return {**delivery(one, repository), "url": one.letter.url, "request": request, "response": response}


def _payload(attempt: Attempt) -> Json:
    text: str | bytes = attempt.body
    if attempt.body.startswith(b"payload="):
        text = dict(parse_qsl(attempt.body.decode()))["payload"]
    said: Json = from_json(text)
    return said


def _status(one: Delivery) -> str:
    if one.dropped:
        return "dropped"
    if not one.over or not one.attempts:
        return "pending"
    last = one.attempts[-1]
    if last.problem:
        return last.problem
    return "OK" if 200 <= last.status < 300 else f"Invalid HTTP Response: {last.status}"


def _last_response(sent: list[Delivery]) -> Json:
    done = next((one for one in reversed(sent) if one.over and one.attempts), None)
    if done is None:
        return {"code": None, "status": "unused", "message": None}
    code = done.attempts[-1].status
    return {"code": code or None, "status": "active" if 200 <= code < 300 else "failed", "message": _status(done)}
