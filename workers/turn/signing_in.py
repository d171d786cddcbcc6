"""Calls that need a sign-in of the person: a private link, the way through a browser, and the call made again.

Always holds: only the principal gets the link, and what the browser brings back is bound to it; each end has its
sentence and closes all calls that wait for that server; a turn asks at most three times for a server. The thread learns
that a sign-in is waited for, and nothing private.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from bot.connections.models import Principal
from bot.connections.signed_in import SignedIn
from bot.connections.tickets import DENIED, Ticket
from bot.slack.commands import CONNECTIONS, slash
from bot.texts import words_for
from bot.threads import keys
from bot.threads.models import CallState, Mail, MailKind
from workers import signed_in
from workers.conversations.port import Call
from workers.tools.needs import SignIn
from workers.tools.oauth.errors import SignInError
from workers.turn import needed, sign_in_link
from workers.turn.scene import Scene

MOST_ROUNDS = 3  # a server that refuses again and again would have a person sign in for ever
LIMIT = 2 * keys.SIGN_IN_FOR  # the link's time, and that of the way through the browser
UNAUTHORIZED = 401
GIVEN = "{}"  # nothing that the server has to be told
RESULT = "Error: the call was not made, for it needs a sign-in of the person. {why} Do not call it again; say so."

log = structlog.get_logger()


def waiting(scene: Scene) -> list[Call]:
    """The open calls that wait for a sign-in."""
    return needed.waiting(scene, SignIn)


def deadline(scene: Scene) -> datetime | None:
    return needed.deadline(scene, waiting(scene), LIMIT)


def told(scene: Scene, writer: str) -> tuple[str, dict[str, str]]:
    servers = scene.words.names(needed.servers(scene, SignIn))
    if writer == _principal(scene).user:
        command = slash(CONNECTIONS, scene.services.settings.command_prefix)
        return "sign_in.waiting_for_you", {"server": servers, "command": command}
    return "sign_in.waiting_for", {"principal": scene.person.name, "server": servers}


async def ask(scene: Scene) -> None:
    """Give the person one link for each server that is waited for; what cannot be asked for is closed with a sentence.

    Who has signed in elsewhere meanwhile, or does while the link is made, needs none: only a turn that is parked
    already is told of that.
    """
    for server, calls in _by_server(scene, waiting(scene)).items():
        if not await _went_on(scene, server, calls):
            await _put(scene, server, calls)
            await _went_on(scene, server, calls)


async def hear(scene: Scene, mail: Sequence[Mail]) -> None:
    for item in mail:
        about_us = item.about.get("turn") == scene.journal.id
        if item.kind is MailKind.SIGN_IN:
            scene.journal.take([item])
            await _came_back(scene, item)
        elif item.kind is MailKind.SIGNED_IN:
            scene.journal.take([item])
            await _elsewhere(scene, item)
        elif item.kind is MailKind.TIME_OUT and about_us:
            for server in _by_server(scene, needed.overdue(scene, waiting(scene), LIMIT)):
                scene.journal.set(sign_in_missing=server)
                await _close(scene, server, "sign_in.timed_out")


async def stop(scene: Scene) -> None:
    """The calls are closed with the turn; a link that is opened later finds nothing that waits."""
    for server in _by_server(scene, waiting(scene)):
        await sign_in_link.close(scene, server, "sign_in.stopped")


async def _put(scene: Scene, server: str, calls: Sequence[Call]) -> None:
    """A call that comes while the server's link is out waits for that one."""
    records = {call.tool_call_id: scene.journal.recorded(call) for call in calls}
    asked_at = max(record.asked_at for record in records.values())
    if not asked_at:
        if key := await _cannot(scene, server) or await _ask(scene, server, calls):
            await _close(scene, server, key)
        return
    for name, record in records.items():
        if not record.asked_at:
            scene.journal.set_call(name, replace(record, asked_at=asked_at))


async def _went_on(scene: Scene, server: str, calls: Sequence[Call]) -> bool:
    """Whether the person has signed in during this turn, and no call was made again for that yet: these are then.

    Where rights are lacking a sign-in alone does not bring them, so that is asked for.
    """
    if {need.status for call in calls if (need := needed.of(scene, call, SignIn))} != {UNAUTHORIZED}:
        return False
    held = await _held(scene, server)
    if held is None or held.at < scene.journal.began or scene.journal.get(f"signed_in:{server}") == held.id:
        return False
    await _go_on(scene, calls[0])
    return True


async def _held(scene: Scene, server: str) -> SignedIn | None:
    entry = scene.catalog.servers.get(server)
    return await scene.services.sign_ins.connections.at(_principal(scene), entry) if entry else None


def _by_server(scene: Scene, calls: Sequence[Call]) -> dict[str, list[Call]]:
    grouped: dict[str, list[Call]] = {}
    for call in calls:
        grouped.setdefault(_server(scene, call), []).append(call)
    return grouped


async def _cannot(scene: Scene, server: str) -> str | None:
    """Why nobody can be asked: a key of the texts."""
    if not scene.services.sign_ins.connections.can_keep:
        return "sign_in.no_keys"
    rounds = _rounds(scene, server)
    if rounds >= MOST_ROUNDS:
        return "sign_in.too_often"
    scene.journal.put({f"sign_ins:{server}": str(rounds + 1)})
    return None


def _rounds(scene: Scene, server: str) -> int:
    return int(scene.journal.get(f"sign_ins:{server}") or 0)


async def _ask(scene: Scene, server: str, calls: Sequence[Call]) -> str | None:
    return await sign_in_link.give(scene, _principal(scene), calls, number=_rounds(scene, server))


async def _came_back(scene: Scene, mail: Mail) -> None:
    """Exchange what the browser brought. A repeat, and what comes when nothing waits any more, changes nothing."""
    ticket = await scene.services.tickets.take(mail.about.get("answer", ""))
    call = next((c for c in waiting(scene) if c.tool_call_id == mail.about.get("tool_call_id")), None)
    if call is None or mail.about.get("turn") != scene.journal.id:
        await scene.whisper(mail.principal, "sign_in.over")
        return
    if ticket is None:
        # Another worker took it and ended before it was on record: what it stored counts.
        had = await _held(scene, _server(scene, call))
        await (_go_on(scene, call) if had else _close(scene, _server(scene, call), "sign_in.timed_out"))
    elif ticket.principal != _principal(scene):
        await scene.whisper(mail.principal, "sign_in.not_yours")
    elif ticket.error:
        await _close(scene, _server(scene, call), "sign_in.denied" if ticket.error == DENIED else "sign_in.unusable")
    else:
        await _exchange(scene, call, ticket, mail.about["answer"])


async def _elsewhere(scene: Scene, mail: Mail) -> None:
    """The person signed in by another link: calls that wait for that server need theirs no more."""
    calls = _by_server(scene, waiting(scene)).get(mail.about["server"], [])
    if calls and await _held(scene, mail.about["server"]):
        await _go_on(scene, calls[0])


async def _exchange(scene: Scene, call: Call, ticket: Ticket, by: str) -> None:
    server = scene.catalog.servers.get(ticket.server)
    if server is None:
        await _close(scene, _server(scene, call), "sign_in.unusable")
        return
    try:
        await scene.services.sign_ins.finish(
            server,
            ticket.principal,
            ticket.documents,
            code=ticket.code,
            verifier=ticket.verifier,
            iss=ticket.iss,
        )
    except SignInError as exc:
        log.warning("sign_in.cannot_finish", server=server.name, problem=str(exc))
        await _close(scene, _server(scene, call), exc.key)
        return
    await scene.whisper(scene.person.id, "sign_in.done", server=server.name)
    await _go_on(scene, call)
    await signed_in.tell(scene.services, ticket.principal, server.name, by=by, here=scene.thread)


async def _go_on(scene: Scene, call: Call) -> None:
    """All calls that wait for this server are made again: the sign-in is the person's, not the call's."""
    server = _server(scene, call)
    held = await _held(scene, server)
    scene.journal.put({f"signed_in:{server}": held.id if held else ""})
    for other in _by_server(scene, waiting(scene)).get(server, []):
        scene.journal.set_call(other.tool_call_id, replace(scene.journal.recorded(other), given=GIVEN))
    scene.step("signed_in", server=server)
    await scene.journal.write()
    await sign_in_link.close(scene, server, "sign_in.waited_for")


async def _close(scene: Scene, server: str, key: str) -> None:
    """All calls that wait for this server end unmade: the person is told why, the model is, too."""
    await scene.whisper(scene.person.id, key, server=server)
    result = RESULT.format(why=words_for("en").say(key, server=server))
    for call in _by_server(scene, waiting(scene)).get(server, []):
        record = scene.journal.recorded(call)
        scene.journal.set_call(call.tool_call_id, replace(record, state=CallState.DONE, result=result))
    scene.step("not_signed_in", server=server, why=key)
    await scene.journal.write()
    await sign_in_link.close(scene, server, key)


def _principal(scene: Scene) -> Principal:
    return Principal(scene.thread.team, scene.journal.get("principal") or "")


def _server(scene: Scene, call: Call) -> str:
    need = needed.of(scene, call, SignIn)
    return need.server if need else ""
