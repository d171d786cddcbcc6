"""The private link for calls of a turn that wait for a sign-in at one server, and what the thread is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog

from bot.catalog.servers import Server
from bot.connections import addresses
from bot.connections.models import Principal
from bot.slack import blocks
from bot.texts import words_for
from workers.conversations.port import Call
from workers.tools.needs import SignIn
from workers.tools.oauth.errors import SignInError
from workers.tools.oauth.flow import Begun
from workers.tools.oauth.tickets import ticket_for
from workers.turn import cards, for_follow_up, needed, sign_in_card
from workers.turn.scene import Scene

log = structlog.get_logger()


async def give(scene: Scene, principal: Principal, calls: Sequence[Call], *, number: int) -> str | None:
    """One for all `calls`, the `number`-th of this turn there; a key of the texts where that cannot be."""
    wanted = [need for call in calls if (need := needed.of(scene, call, SignIn))]
    need = max(wanted, key=lambda one: one.status)  # 403: more rights than the sign-in that others lack
    server = scene.catalog.servers.get(need.server)
    if server is None:
        return "sign_in.unusable"
    try:
        begun = await scene.services.sign_ins.begin(
            server, principal, need, redirect_uri=addresses.callback(scene.services.settings)
        )
    except SignInError as exc:
        log.warning("sign_in.cannot_begin", server=server.name, problem=str(exc))
        return exc.key
    locale = await scene.services.people.locale_of(scene.thread.team, principal.user)
    link = await _kept(scene, principal, begun, server, calls[0], locale or "en")
    await for_follow_up.note(scene)
    await _tell(scene, server, calls, number)
    return await sign_in_card.give(scene, server.name, begun.scope, words_for(locale), link, wider=need.status == 403)


async def _kept(scene: Scene, principal: Principal, begun: Begun, server: Server, call: Call, locale: str) -> str:
    ticket = ticket_for(
        begun,
        principal,
        server=server.name,
        name=scene.person.name,
        locale=locale,
        thread=str(scene.thread),
        turn=scene.journal.id,
        tool_call_id=call.tool_call_id,
    )
    return addresses.link(scene.services.settings, await scene.services.tickets.offer(ticket))


async def _tell(scene: Scene, server: Server, calls: Sequence[Call], number: int) -> None:
    """Nothing private: the thread learns that a sign-in is waited for."""
    for call in calls:
        scene.journal.set_call(call.tool_call_id, replace(scene.journal.recorded(call), asked_at=scene.now()))
    scene.step("sign_in_asked", server=server.name)
    words = _waited_for(scene, server.name)
    await scene.delivery.settle()  # what was said before stands above
    row = f"sign-in:{calls[0].tool_call_id}:{number}"
    scene.journal.put({_notice(server.name): row})
    await scene.delivery.ask(row, words, blocks.notice(words))


async def close(scene: Scene, server: str, key: str) -> None:
    """Say in the thread's notice what became of the wait there: the text `key`."""
    words = scene.words.say(key, principal=scene.person.name, server=server)
    row, posted = scene.journal.get(_notice(server)) or "", _waited_for(scene, server)
    await cards.change(scene, row, words, blocks.notice(words), posted=posted)


def _waited_for(scene: Scene, server: str) -> str:
    said = scene.words.say("sign_in.waiting", principal=scene.person.name, server=server)
    return for_follow_up.below(said, scene, scene.words)


def _notice(server: str) -> str:
    """The journal's field with the ledger's row of the notice."""
    return f"sign_in_notice:{server}"
