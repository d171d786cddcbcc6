"""What a command that asks Mistral stands on: the files, the key, clients for agents and libraries, plain failures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from bot.catalog.catalog import Catalog
from bot.catalog.problem import Problem, did_you_mean
from bot.settings import Settings
from bot.start import environment, give_up
from workers.agents import obstacles, ownership
from workers.agents.client import MistralAgents, Stored
from workers.agents.libraries import Libraries, MissingLibrary
from workers.agents.reconcile import NotPushed, Reconciler
from workers.agents.sources import gather
from workers.agents.wanted import Wanted, wanted
from workers.commands.cannot import CANNOT, Cannot
from workers.commands.checks import agents as files
from workers.commands.quiet import quiet
from workers.commands.settings import without_slack
from workers.commands.terminal import address, plain
from workers.conversations.errors import ConversationError, KeyRejected, Refused
from workers.conversations.http import http_client
from workers.conversations.patience import Limits
from workers.tools import lock, registered
from workers.tools.lock import BadLock


@dataclass(frozen=True, kw_only=True)
class Mistral:
    settings: Settings
    agents: MistralAgents
    libraries: Libraries

    @property
    def reconciler(self) -> Reconciler:
        return Reconciler(self.agents, deployment=self.settings.deployment)

    def catalog(self) -> Catalog:
        return files.load(self.settings, environment())

    async def object(self, name: str) -> Stored:
        """The agent's object; `Cannot` where this deployment has none."""
        owned = ownership.owned(await self.agents.all(), self.settings.deployment)
        if found := owned.get(name):
            return found[0]
        raise Cannot(
            f'The deployment {self.settings.deployment} has no agent object "{name}"; {did_you_mean(name, owned)}'
        )

    async def wanted(self, catalog: Catalog) -> tuple[list[Wanted], list[Problem]]:
        """The objects that the files want, and what stands in the way of pushing them, each problem once."""
        functions, _ = registered.load(self.settings)  # what is wrong with them is among the catalogue's problems
        sources = await gather(catalog, functions.specs, self.settings.tools_lock, self.libraries)
        found, problems = wanted(sources)
        locked = lock.read(self.settings.tools_lock).servers
        in_files = obstacles.of_catalog(catalog, mcp_config=self.settings.mcp_config, locked=locked)
        return found, list(dict.fromkeys([*in_files, *problems]))


def run(work: Callable[[Mistral], Awaitable[None]]) -> None:
    """Do `work`; ends the process with a sentence where that is not possible."""
    settings = without_slack()
    try:
        with quiet():
            asyncio.run(_with_mistral(work, settings))
    except NotPushed as exc:
        give_up(*exc.args, status=CANNOT)
    except (Cannot, BadLock) as exc:
        give_up(str(exc), status=CANNOT)
    except MissingLibrary as exc:
        words = str(exc)
        give_up(f"{words[:1].upper()}{words[1:]}.", status=CANNOT)
    except ConversationError as exc:
        give_up(sentence(exc, settings.mistral_api_url), status=CANNOT)
    except (httpx2.InvalidURL, httpx2.UnsupportedProtocol):
        give_up("MISTRAL_API_URL is no usable address; Mistral's own is https://api.mistral.ai.", status=CANNOT)


def sentence(error: ConversationError, url: str) -> str:
    """What went wrong, for an operator, who may read the API's own words."""
    where = address(url)
    if isinstance(error, KeyRejected):
        return f"{where} does not take MISTRAL_API_KEY ({error.status})."
    if isinstance(error, Refused):
        return f"{where} refuses it ({error.status}): {plain(error)}"
    return f"{where} gives no usable answer ({plain(error)}). Try again later, or check MISTRAL_API_URL."


async def _with_mistral(work: Callable[[Mistral], Awaitable[None]], settings: Settings) -> None:
    async with opened(settings, Limits(wait=settings.mistral_wait_limit)) as at:
        await work(at)


@asynccontextmanager
async def opened(settings: Settings, limits: Limits) -> AsyncIterator[Mistral]:
    async with http_client(settings.mistral_api_url, settings.mistral_api_key) as http:
        agents, libraries = MistralAgents(http, limits=limits), Libraries(http, limits=limits)
        yield Mistral(settings=settings, agents=agents, libraries=libraries)
