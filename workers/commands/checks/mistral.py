"""Whether Mistral takes our key, has an Agents API at that address, and knows each agent's model. Runs no model."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx2

from bot.catalog.catalog import Catalog
from bot.catalog.problem import did_you_mean
from bot.settings import Settings
from workers.commands.checks.finding import Finding, failed, ok, unchecked, warning
from workers.commands.terminal import address
from workers.conversations.http import http_client

LIMIT = timedelta(seconds=10)
KEY, API, MODELS = "Mistral key", "Mistral Agents API", "Models"
WHERE_KEYS = "Make a key at console.mistral.ai, API Keys, and put it into MISTRAL_API_KEY."
CHECK_NETWORK = "Check the network and MISTRAL_API_URL; Mistral's own is https://api.mistral.ai."


async def check(settings: Settings, catalog: Catalog) -> list[Finding]:
    if not settings.mistral_api_key:
        return [unchecked(KEY, "there is none.", WHERE_KEYS)]
    where = address(settings.mistral_api_url)
    try:
        async with http_client(settings.mistral_api_url, settings.mistral_api_key) as http:
            listed = await http.get("/v1/models", timeout=LIMIT.total_seconds())
            if found := _refused(listed, where):
                return [found]
            conversations = await http.get(
                "/v1/conversations", params={"page": 0, "page_size": 1}, timeout=LIMIT.total_seconds()
            )
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, OSError) as exc:
        return [failed(KEY, f"{where} cannot be reached ({type(exc).__name__}).", CHECK_NETWORK)]
    return [ok(KEY, f"{where} takes it."), _agents_api(conversations, where), *_models(listed, catalog)]


def _refused(answer: httpx2.Response, where: str) -> Finding | None:
    match answer.status_code:
        case httpx2.codes.OK:
            return None
        case 401 | 403 as status:
            return failed(KEY, f"{where} does not take MISTRAL_API_KEY ({status}).", WHERE_KEYS)
        case 404:
            return failed(KEY, f"{where} has no list of models (404).", CHECK_NETWORK)
        case status:
            return failed(KEY, f"{where} answers {status}.", "Try again later; status.mistral.ai says how it stands.")


def _agents_api(answer: httpx2.Response, where: str) -> Finding:
    match answer.status_code:
        case httpx2.codes.OK:
            return ok(API, "conversations can be listed.")
        case 404:
            mend = "Regional hosts (api.eu, api.us) have none: set MISTRAL_API_URL to https://api.mistral.ai."
            return failed(API, f"{where} has no conversations (404).", mend)
        case 401 | 403 as status:
            return failed(API, f"the key may not use conversations ({status}).", WHERE_KEYS)
        case status:
            return warning(API, f"listing conversations answers {status}.", "Try again later.")


def _models(answer: httpx2.Response, catalog: Catalog) -> list[Finding]:
    known = _names(answer)
    if not known:
        return [warning(MODELS, "the list of models cannot be read.", "Check that MISTRAL_API_URL is Mistral's.")]
    unknown = [agent for agent in catalog.agents.values() if agent.model not in known]
    if not unknown:
        names = sorted({agent.model for agent in catalog.agents.values()})
        return [ok(MODELS, f"known: {', '.join(names)}.")] if names else []
    return [
        failed(
            MODELS,
            f"{agent.name} uses {agent.model}, which this key does not have; {_close(agent.model, known)}.",
            f"Change `model` in {agent.source}.",
        )
        for agent in unknown
    ]


def _close(model: str, known: set[str]) -> str:
    """The nearest name, else the common ones: a key sees some sixty."""
    said = did_you_mean(model, known)
    if said.startswith("did you mean"):
        return said.rstrip("?")
    common = sorted(name for name in known if name.endswith("-latest")) or sorted(known)
    return f"it has {', '.join(common[:8])}"


def _names(answer: httpx2.Response) -> set[str]:
    """Ids and their other names."""
    try:
        listed: Any = answer.json()
    except ValueError:
        return set()
    data = listed.get("data") if isinstance(listed, dict) else listed
    names: set[str] = set()
    for model in data if isinstance(data, list) else []:
        if isinstance(model, dict):
            aliases = model.get("aliases")
            names |= {str(name) for name in (model.get("id"), *(aliases if isinstance(aliases, list) else ())) if name}
    return names
