"""Makes Mistral hold what the files say: look, plan, do, and look again until there is nothing left to do.

Every look starts from what is there, so a push that died anywhere is healed by the next one, and nothing is remembered
between them. Handoffs form circles: first all objects are made, with the handoffs that can be told, then the rest is
added. Two pushes at once need no lock (a release phase may not reach Redis, and a lock that fails open proves
nothing): each looks again after it created, both see both objects then, and both keep the oldest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

import structlog

from workers.agents import ownership
from workers.agents.client import MistralAgents, Stored
from workers.agents.plan import Kind, Plan, Step, creation, plan
from workers.agents.wanted import Wanted
from workers.conversations.errors import ConversationError, KeyRejected, Refused, Unanswered, Vanished

LOOKS = 12  # a push needs four at most; the rest is for answers that were lost and for others at work

log = structlog.get_logger(__name__)

Tell = Callable[[Step], None]


class NotPushed(Exception):
    """Each argument is a sentence that says what stands in the way. What was done before stays; push again."""


class Reconciler:
    def __init__(self, agents: MistralAgents, *, deployment: str) -> None:
        self._agents = agents
        self._deployment = deployment

    async def plan(self, wanted: Sequence[Wanted], adoptions: Mapping[str, str] | None = None) -> Plan:
        """What a push would do now. Raises `ConversationError`."""
        return plan(wanted, await self._agents.all(), deployment=self._deployment, adoptions=adoptions)

    async def push(self, wanted: Sequence[Wanted], *, adoptions: Mapping[str, str] | None = None, tell: Tell) -> Plan:
        """Do it; `tell` hears of each step once it is done. The last plan, in which nothing is to be done.

        Raises `NotPushed`, and `ConversationError` where Mistral is away.
        """
        return await _Push(self._agents, self._deployment, wanted, adoptions or {}, tell).run()


class _Push:
    def __init__(
        self,
        agents: MistralAgents,
        deployment: str,
        wanted: Sequence[Wanted],
        adoptions: Mapping[str, str],
        tell: Tell,
    ) -> None:
        self.agents, self.deployment = agents, deployment
        self.wanted, self.adoptions, self.tell = wanted, adoptions, tell
        self.heard: dict[str, Stored] = {}  # what this push was answered: a list may lag behind
        self.met: set[tuple[str, str]] = set()

    async def run(self) -> Plan:
        for _ in range(LOOKS):
            found = plan(self.wanted, await self._look(), deployment=self.deployment, adoptions=self.adoptions)
            if found.refusals:
                raise NotPushed(*found.refusals)
            if found.is_done:
                return found
            try:
                await self._do(found)
            except _LookAgain as again:
                self._learn(again)
        raise NotPushed(
            "The objects at Mistral do not come to rest; is another push, or somebody, changing them? Push again."
        )

    async def _look(self) -> list[Stored]:
        listed = {one.id: one for one in await self.agents.all()}
        newer = {
            id_: one
            for id_, one in self.heard.items()
            # An answer need not show the marks; then what is listed has to do.
            if ownership.owner(one) and (id_ not in listed or one.newest > listed[id_].newest)
        }
        return [*(listed | newer).values()]

    def _learn(self, again: _LookAgain) -> None:
        """Written or not, deleted by another push or not: what is there now says how to go on."""
        log.info("agents.looking_again", agent=again.step.name, error=type(again.error).__name__)
        told = (again.step.name, str(again.error))
        if isinstance(again.error, Vanished):
            if told in self.met:  # a model that there is not is a 404, too
                raise _refused(again.step, again.error) from again.error
            self.heard.clear()  # one of them is gone, the step's own or one that it hands over to
        self.met.add(told)

    async def _do(self, found: Plan) -> None:
        if created := found.of(Kind.CREATE):
            await self._create(created, _ids(found))
            return  # look again: another push may have made the same ones, and only now all ids are known
        for step in found.of(Kind.ADOPT, Kind.UPDATE):
            await self._update(step)
        for step in found.of(Kind.DUPLICATE):  # last: nobody hands over to them any more
            with _errors_of(step):
                await self.agents.delete(step.agent_id or "")
            self.heard.pop(step.agent_id or "", None)
            self.tell(step)

    async def _create(self, steps: Sequence[Step], ids: dict[str, str]) -> None:
        by_name = {one.name: one for one in self.wanted}
        for step in steps:
            one = by_name[step.name]
            with _errors_of(step):
                made = await self.agents.create(creation(one, one.body(ids), self.deployment))
            ids[step.name] = made.id
            self.heard[made.id] = made
            self.tell(replace(step, agent_id=made.id, version=made.version))

    async def _update(self, step: Step) -> None:
        with _errors_of(step):
            made = await self.agents.update(step.agent_id or "", step.send or {})
        self.heard[made.id] = made
        self.tell(replace(step, version=made.version))


class _LookAgain(Exception):
    def __init__(self, step: Step, error: ConversationError) -> None:
        super().__init__(str(error))
        self.step, self.error = step, error


@contextmanager
def _errors_of(step: Step) -> Iterator[None]:
    try:
        yield
    except (Unanswered, Vanished) as error:
        raise _LookAgain(step, error) from error
    except KeyRejected:
        raise
    except Refused as error:
        raise _refused(step, error) from error


def _refused(step: Step, error: ConversationError) -> NotPushed:
    return NotPushed(f"{step.name}: Mistral refuses it ({error.status}): {error}")


def _ids(found: Plan) -> dict[str, str]:
    """Of the objects that stay."""
    kinds = (Kind.UNCHANGED, Kind.UPDATE, Kind.ADOPT)
    return {step.name: step.agent_id for step in found.of(*kinds) if step.agent_id is not None}
