"""Whose an agent object is, and what was written into it last: our marks in its metadata. Rules.

`{"threadwind": deployment, "agent": name, "hash": …, "version": …}`. Deployments with one key do not fight: an object
belongs to the deployment that stands in it, and none is ever taken over for its name. `version` is the version that was
written with these marks; where the object shows another one, somebody else wrote it since.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workers.agents.client import Stored

DEPLOYMENT, AGENT, HASH, VERSION = "threadwind", "agent", "hash", "version"


def marks(deployment: str, name: str, content_hash: str, version: int, *, beside: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of an object that is ours; what others put there stays `beside` it."""
    return {**beside, DEPLOYMENT: deployment, AGENT: name, HASH: content_hash, VERSION: str(version)}


def owner(stored: Stored) -> str | None:
    """The deployment it belongs to; None: nobody's."""
    found = stored.metadata.get(DEPLOYMENT)
    return str(found) if found else None


def name_in(stored: Stored) -> str:
    """The agent whose object it is."""
    return str(stored.metadata.get(AGENT) or "")


def hash_in(stored: Stored) -> str:
    return str(stored.metadata.get(HASH) or "")


def is_as_written(stored: Stored) -> bool:
    """Whether its current version is the one that we wrote."""
    return str(stored.metadata.get(VERSION)) == str(stored.version)


def filter_for(deployment: str) -> str:
    """The API's filter on metadata: one JSON object."""
    return json.dumps({DEPLOYMENT: deployment}, separators=(",", ":"))


def owned(stored: Iterable[Stored], deployment: str) -> dict[str, list[Stored]]:
    """The deployment's objects by agent, the oldest first. Checked here too: a server may pass over a filter."""
    found: dict[str, list[Stored]] = {}
    for one in sorted(stored, key=lambda each: (each.created_at, each.id)):
        if owner(one) == deployment and name_in(one):
            found.setdefault(name_in(one), []).append(one)
    return found
