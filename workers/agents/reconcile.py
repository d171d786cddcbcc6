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

from workers.agents.client import MistralAgents
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
        met: set[tuple[str, str]] = set()
        for _ in range(LOOKS):
            found = await self.plan(wanted, adoptions)
            if found.refusals:
                raise NotPushed(*found.refusals)
            if found.is_done:
                return found
            try:
                await self._do(found, wanted, tell)
            except _LookAgain as again:
                # Written or not, deleted by another push or not: what is there now says how to go on.
                log.info("agents.looking_again", agent=again.step.name, error=type(again.error).__name__)
                told = (again.step.name, str(again.error))
                if isinstance(again.error, Vanished) and told in met:  # a model that there is not is a 404, too
                    raise _refused(again.step, again.error) from again.error
                met.add(told)
        raise NotPushed(
            "The objects at Mistral do not come to rest; is another push, or somebody, changing them? Push again."
        )

    async def _do(self, found: Plan, wanted: Sequence[Wanted], tell: Tell) -> None:
        if created := found.of(Kind.CREATE):
            await self._create(created, wanted, _ids(found), tell)
            return  # look again: another push may have made the same ones, and only now all ids are known
        for step in found.of(Kind.ADOPT, Kind.UPDATE):
            await self._update(step, tell)
        for step in found.of(Kind.DUPLICATE):  # last: nobody hands over to them any more
            with _errors_of(step):
                await self._agents.delete(step.agent_id or "")
            tell(step)

    async def _create(self, steps: Sequence[Step], wanted: Sequence[Wanted], ids: dict[str, str], tell: Tell) -> None:
        by_name = {one.name: one for one in wanted}
        for step in steps:
            one = by_name[step.name]
            with _errors_of(step):
                made = await self._agents.create(creation(one, one.body(ids), self._deployment))
            ids[step.name] = made.id
            tell(replace(step, agent_id=made.id, version=made.version))

    async def _update(self, step: Step, tell: Tell) -> None:
        with _errors_of(step):
            made = await self._agents.update(step.agent_id or "", step.send or {})
        tell(replace(step, version=made.version))


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
