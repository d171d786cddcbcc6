"""Whether the agents that run as objects can be pushed, and whether what Mistral holds is what the files say."""

from __future__ import annotations

from datetime import timedelta

from bot.catalog.catalog import Catalog
from bot.catalog.problem import Problem
from bot.settings import Settings
from workers.agents.plan import Kind
from workers.commands.checks.finding import Finding, failed, ok, unchecked, warning
from workers.commands.checks.tools import too_many
from workers.commands.mistral import Mistral, opened
from workers.commands.terminal import plain
from workers.conversations.errors import ConversationError
from workers.conversations.patience import Limits
from workers.tools.lock import BadLock

CHECK = "Agent objects"
LIMIT = timedelta(seconds=5)  # for a Mistral that is busy; the other checks look at it as well
NONE = "no agent runs as an object."
LOCK_AGAIN = "Run `threadwind tools lock`."
PUSH = "Run `threadwind agents push`; `threadwind agents diff` shows what it would change."


async def of_settings(settings: Settings, catalog: Catalog) -> list[Finding]:
    """For the doctor, which waits for nothing."""
    if not settings.mistral_api_key:
        return [unchecked(CHECK, "there is no key to ask Mistral with.")]
    async with opened(settings, Limits(wait=LIMIT)) as at:
        return await check(at, catalog)


async def files(at: Mistral, catalog: Catalog) -> list[Finding]:
    """Whether all objects can be made from the files, the lock and the libraries."""
    try:
        found, problems = await at.wanted(catalog)
    except BadLock as exc:
        return [failed(CHECK, str(exc), LOCK_AGAIN)]
    if problems:
        return [_problem(problem) for problem in problems]
    if not found:
        return [ok(CHECK, NONE)]
    names = ", ".join(one.name for one in found)
    many = [finding for one in found for finding in too_many(one.agent, len(one.specs))]
    made = f"can be made: {names}. `threadwind agents push` sets them up at Mistral, after each change."
    return [ok(CHECK, made), *many]


async def check(at: Mistral, catalog: Catalog) -> list[Finding]:
    """Whether they are pushed, and current."""
    try:
        found, problems = await at.wanted(catalog)
        if problems:
            return _in_the_way(problems, catalog)
        if not found:
            return [ok(CHECK, NONE)]
        planned = await at.reconciler.plan(found)
    except BadLock as exc:
        return [failed(CHECK, str(exc), LOCK_AGAIN)]
    except ConversationError as exc:
        return [unchecked(CHECK, f"they cannot be listed ({plain(exc)}).", "See what is said about Mistral above.")]
    if planned.refusals:
        return [failed(CHECK, refusal, PUSH) for refusal in planned.refusals]
    if lacking := sorted(step.name for step in planned.of(Kind.CREATE)):
        return [failed(CHECK, f"not pushed yet: {', '.join(lacking)}.", PUSH)]
    if behind := [step.name for step in planned.steps if step.writes]:
        return [warning(CHECK, f"not as the files say: {', '.join(sorted(set(behind)))}.", PUSH)]
    deployment = at.settings.deployment
    return [ok(CHECK, f"{', '.join(one.name for one in found)}: pushed and current (deployment {deployment}).")]


def _in_the_way(problems: list[Problem], catalog: Catalog) -> list[Finding]:
    """What the doctor says of the files themselves is not said twice."""
    new = [_problem(problem) for problem in problems if problem not in catalog.problems]
    return new or [
        unchecked(CHECK, "an agent's file has a problem, so nothing can be pushed.", "See the agents above.")
    ]


def _problem(problem: Problem) -> Finding:
    return failed(CHECK, f"{problem}.".replace("?.", "?"), "Mend it; until then nothing is pushed.")
