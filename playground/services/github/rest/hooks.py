"""A repository's webhooks, what was delivered, and delivering it again."""

from __future__ import annotations

from playground.services.github import errors
from playground.services.github.acts import hooks
from playground.services.github.models import Hook
from playground.services.github.rest.call import Answer, Call, Json
from playground.services.github.shapes import hooks as shapes
from playground.services.letters import Delivery

CONTENT_TYPES = ("json", "form")


async def listed(call: Call) -> Answer:
    found = hooks.listed(call.hub, call.caller, call.repository)
    return call.paged(found, lambda hook: _shown(call, hook))


async def get(call: Call) -> Answer:
    return Answer(_shown(call, _hook(call)))


async def create(call: Call) -> Answer:
    if call.body.get("name", "web") != "web":
        raise errors.invalid("Hook", "name")
    config = call.body.get("config")
    made = hooks.create(
        call.hub, call.caller, call.repository, _wanted(call, config if isinstance(config, dict) else {})
    )
    return Answer(_shown(call, made), status=201)


async def delete(call: Call) -> Answer:
    hooks.delete(call.hub, call.caller, call.repository, int(call.path["hook"]))
    return Answer(status=204)


async def ping(call: Call) -> Answer:
    hooks.ping(call.hub, call.caller, call.repository, _hook(call))
    return Answer(status=204)


async def deliveries(call: Call) -> Answer:
    """The newest first."""
    repository, sent = call.repository, _sent(call, _hook(call))
    return call.paged(sent[::-1], lambda one: shapes.delivery(one, repository))


async def delivery(call: Call) -> Answer:
    return Answer(shapes.whole_delivery(_delivery(call), call.repository))


async def again(call: Call) -> Answer:
    """The same body under the same id, as a delivery of its own."""
    call.outbox.send(_delivery(call).letter, again=True)
    return Answer({}, status=202)


def _hook(call: Call) -> Hook:
    return hooks.get(call.hub, call.caller, call.repository, int(call.path["hook"]))


def _sent(call: Call, hook: Hook) -> list[Delivery]:
    return call.outbox.deliveries(str(hook.id))


def _delivery(call: Call) -> Delivery:
    number = int(call.path["delivery"])
    for one in _sent(call, _hook(call)):
        if one.number == number:
            return one
    raise errors.not_found()


def _shown(call: Call, hook: Hook) -> Json:
    return shapes.hook(call.shapes, call.repository, hook, _sent(call, hook))


def _wanted(call: Call, config: Json) -> hooks.Wanted:
    url, content_type = config.get("url"), config.get("content_type", "form")
    if not isinstance(url, str) or not url:
        raise errors.missing("Hook", "url")
    if not call.outbox.allows(url):
        raise errors.custom("Hook", f"url is not supported because it isn't reachable from this machine ({url})")
    if content_type not in CONTENT_TYPES:
        raise errors.invalid("Hook", "content_type")
    insecure, secret, active = config.get("insecure_ssl", "0"), config.get("secret"), call.body.get("active", True)
    if str(insecure) not in ("0", "1"):
        raise errors.invalid("Hook", "insecure_ssl")
    if secret is not None and not isinstance(secret, str):
        raise errors.invalid("Hook", "secret")
    if not isinstance(active, bool):
        raise errors.invalid("Hook", "active")
    return hooks.Wanted(
        url=url,
        content_type=content_type,
        secret=secret or None,
        insecure_ssl=str(insecure) == "1",
        events=tuple(dict.fromkeys(call.texts("Hook", "events") or ["push"])),
        active=active,
        base_url=call.shapes.base_url,
    )
