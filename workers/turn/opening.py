"""How a new conversation is opened: by agent object or as a direct model, with the words it begins with.

Model, instructions and tools are fixed from then on; what is missing of them is told in the thread.
"""

from __future__ import annotations

import structlog

from workers.agents.objects import AgentObject
from workers.conversations import errors
from workers.conversations.port import FunctionTool, Message, Opening
from workers.conversations.recovery import replay, until_entry
from workers.handoffs.opening import PUSH, entry_of
from workers.turn import connecting
from workers.turn.scene import Scene

log = structlog.get_logger()


async def opening(scene: Scene) -> Opening:
    """How a new conversation is opened: model, instructions and tools are fixed from then on."""
    connectors = await connecting.connectors(scene)
    entry = await _as_object(scene)
    if entry is not None:
        await _replay(scene)
        return entry
    tools = scene.services.tools
    specs = await tools.offered(scene.agent, thread=scene.journal.thread)
    if missing := sorted(tools.missing(scene.agent)):
        # They would be missing in this thread without a word.
        words = scene.words.say("thread.tools_missing", servers=scene.words.names(missing))
        await scene.delivery.note("tools", words)
    await _replay(scene)
    return Opening(
        model=scene.agent.model,
        instructions=scene.agent.instructions,
        tools=tuple(
            FunctionTool(name=spec.name, description=spec.description, parameters=spec.parameters) for spec in specs
        ),
        connectors=connectors,
        guardrails=scene.agent.guardrails,
        completion_args=scene.agent.completion_args,
        store=scene.agent.store,
        metadata=scene.metadata,
    )


async def _replay(scene: Scene) -> None:
    """Begin with the words of an older conversation, up to where the thread branched from it if it did."""
    journal = scene.journal
    if not journal.get("replay_from"):
        return
    words_only = "branch_words" in scene.record or bool(journal.get("replay_words"))
    try:
        history = await scene.services.conversations.history(journal.get("replay_from") or "")
    except errors.ConversationError as error:
        log.warning("conversation.unread", error=str(error))
        await scene.delivery.note("lost", scene.words.say("turn.conversation_lost"))
    else:
        upto = until_entry(history, journal.get("branch_from"))
        said = [entry for entry in upto if isinstance(entry, Message)] if words_only else upto
        journal.set_said("replay", replay(said))
    journal.forget("replay_from")


async def _as_object(scene: Scene) -> Opening | None:
    """The opening by agent object; None for an agent that runs as a direct model."""
    services, journal = scene.services, scene.journal
    guests = scene.guests()
    entry = await entry_of(services.objects, services.variants, scene.agent, guests)
    if entry is None:
        return None
    if entry.missing:
        names = scene.words.names([scene.cast.title(name) for name in entry.missing])
        await scene.delivery.note("missing", scene.words.say("handoff.not_pushed", agents=names, command=PUSH))
    journal.set(handoff_execution=entry.handoff_execution)
    journal.set_thread(handoff_execution=entry.handoff_execution)
    await journal.write()  # before the request: its answer may be found in a history by another worker
    return Opening(
        agent_id=entry.object.id,
        agent_version=await _version_of_branch(scene, entry.object) or entry.object.version,
        handoff_execution=entry.handoff_execution,
        store=scene.agent.store,
        metadata=scene.metadata,
    )


async def _version_of_branch(scene: Scene, found: AgentObject) -> int | str | None:
    """The version that a branch keeps which has to begin with words, because its conversation cannot be restarted."""
    kept = scene.journal.branch_version
    if kept is None or scene.record.get("conversation_agent") != scene.agent.name:
        return None
    own = await scene.services.objects.find(scene.agent.name)
    return kept if own is not None and own.id == found.id else None
