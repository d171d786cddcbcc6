"""Starting, continuing and branching conversations: from a request's body to a turn that is ready to run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playground.agents_api import moderation, rights, store
from playground.agents_api.bodies import read, sent, stored
from playground.agents_api.bookkeeping import Ledger, after, decide
from playground.agents_api.brains.port import AgentView, Brain, Question
from playground.agents_api.cabinet import Cabinet
from playground.agents_api.connectors.workshop import Workshop
from playground.agents_api.endpoint import Call, Turned
from playground.agents_api.errors import value_error
from playground.agents_api.ids import Json, now, tokens
from playground.agents_api.locks import Locks
from playground.agents_api.measures import size_of
from playground.agents_api.plan import Plan
from playground.agents_api.roster import Roster
from playground.agents_api.running import Run
from playground.agents_api.shelves import Shelves
from playground.agents_api.store import Conversation, Store
from playground.agents_api.switches import Switches
from playground.agents_api.turns import Turn
from playground.agents_api.wire.requests import Append, Restart, Start

DEPRECATION = "x-model-deprecation-timestamp"


@dataclass(frozen=True, slots=True)
class Conversations:
    """The handlers of `/v1/conversations` that run a turn."""

    store: Store
    roster: Roster
    locks: Locks
    switches: Switches
    brains: dict[str, Brain]
    cabinet: Cabinet
    shelves: Shelves

    async def start(self, call: Call) -> Turned:
        body = read(Start, call.body)
        rights.check_not_empty(body.tools, self.switches)
        conversation = Conversation(
            owner=call.owner,
            model=body.model,
            agent_id=body.agent_id,
            agent_version=body.agent_version,
            instructions=body.instructions,
            tools=[sent(tool) for tool in body.tools or []],
            completion_args=sent(body.completion_args),
            guardrails=None if body.guardrails is None else [sent(one) for one in body.guardrails],
            name=body.name,
            description=body.description,
            metadata=body.metadata,
        )
        inputs = stored(body.inputs)
        conversation.replayed = len(inputs)
        ledger = after(Ledger(), inputs, self.switches.leniency())
        return self._turned(
            conversation,
            inputs,
            ledger,
            keep=body.store is not False,
            stream=bool(body.stream),
            handoff_execution=body.handoff_execution or "server",
        )

    async def append(self, call: Call) -> Turned:
        conversation = self._found(call)
        body = read(Append, call.body)
        busy = conversation.id
        self.locks.take(busy)
        try:
            ledger = conversation.ledger.copy()
            answers = [(one.tool_call_id, one.confirmation == "allow") for one in body.tool_confirmations or []]
            confirmed = decide(ledger, answers)
            inputs = stored(body.inputs)
            ledger = after(ledger, inputs, self.switches.leniency(), confirming=bool(confirmed))
            if self.switches.id_changes_on_append:
                conversation = conversation.moved()
            return self._turned(
                conversation,
                inputs,
                ledger,
                keep=body.store,
                stream=body.stream,
                handoff_execution=body.handoff_execution,
                completion_args=sent(body.completion_args),
                confirmed=confirmed,
                lock=busy,
            )
        except BaseException:
            self.locks.release(busy)
            raise

    async def restart(self, call: Call) -> Turned:
        """Branch: the entries up to one of them, in a new conversation, and the inputs after them."""
        source = self._found(call)
        body = read(Restart, call.body)
        entries = store.until(source, body.from_entry_id)
        ledger = Ledger()
        for entry in entries:
            ledger.take(entry, self.switches.leniency())
        conversation = source.moved()
        conversation.entries, conversation.appends = entries, 0
        if body.guardrails is not None:
            conversation.guardrails = [sent(one) for one in body.guardrails]
        conversation.created_at = now()
        conversation.tokens = sum(size_of(entry) for entry in entries)
        if body.metadata is not None:
            conversation.metadata = body.metadata
        if body.agent_version is not None and conversation.agent_id is None:
            raise value_error("'agent_version' needs a conversation with an agent", "agent_version")
        conversation.agent_version = body.agent_version  # not said: the current one, whatever the source ran with
        inputs = stored(body.inputs)
        return self._turned(
            conversation,
            inputs,
            after(ledger, inputs, self.switches.leniency()),
            keep=body.store,
            stream=body.stream,
            handoff_execution=body.handoff_execution,
            completion_args=sent(body.completion_args),
        )

    def _found(self, call: Call) -> Conversation:
        return self.store.find(call.path["conversation_id"], call.owner)

    def _agent(self, conversation: Conversation, ledger: Ledger) -> AgentView | None:
        """The agent whose turn it is: after a handoff the one that took over."""
        if conversation.agent_id is None:
            return None
        for entry in reversed(conversation.entries[conversation.replayed :]):
            if entry["type"] == "agent.handoff":
                return self.roster.find(entry["next_agent_id"], conversation.owner).view()
        return self.roster.find(conversation.agent_id, conversation.owner).view(conversation.agent_version)

    def _turned(
        self,
        conversation: Conversation,
        inputs: Sequence[Json],
        ledger: Ledger,
        *,
        keep: bool,
        stream: bool,
        handoff_execution: str,
        completion_args: Json | None = None,
        confirmed: Sequence[tuple[Json, str]] = (),
        lock: str | None = None,
    ) -> Turned:
        agent = self._agent(conversation, ledger)
        model = agent.model if agent else conversation.model or ""
        tools = agent.tools if agent else conversation.tools
        instructions = agent.instructions if agent else conversation.instructions
        arguments = {
            **(agent.completion_args if agent else {}),
            **conversation.completion_args,
            **(completion_args or {}),
        }
        rights.check(model, tools, arguments, self.switches)
        guardrails = conversation.guardrails
        if guardrails is None and agent is not None:
            guardrails = list(agent.guardrails or [])
        found = moderation.guard(guardrails or [], inputs, failing=self.switches.moderation_fails)

        def agent_named(name: str) -> AgentView | None:
            return self.roster.named(name, conversation.owner)

        turn = Turn(
            conversation_id=conversation.id,
            model=model,
            agent=agent,
            agent_named=agent_named,
            prompt_tokens=(conversation.tokens or tokens(instructions or "")) + sum(size_of(one) for one in inputs),
            max_tokens=arguments.get("max_tokens"),
            guardrails=found,
        )
        question = Question(
            conversation_id=conversation.id,
            model=model,
            instructions=instructions,
            tools=tools,
            entries=[*conversation.entries, *inputs],
            new=inputs,
            completion_args=arguments,
            agent=agent,
            handoff_execution=handoff_execution,
            agent_named=agent_named,
            workshop=Workshop(conversation.owner, self.cabinet, self.shelves),
            decided=confirmed,
        )
        plan = Plan(
            conversation=conversation,
            inputs=inputs,
            ledger=ledger,
            question=question,
            turn=turn,
            keep=keep,
            lock=lock or conversation.id,
            appending=lock is not None,
            confirmed=confirmed,
        )
        if lock is None:
            self.locks.take(conversation.id)
        run = Run(plan, self.brains[self.switches.brain], self.store, self.locks, self.switches)
        removal = self.switches.deprecated_models.get(model)
        return Turned(run, stream, {} if removal is None else {DEPRECATION: removal})
