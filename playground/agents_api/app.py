"""The stand-in as an ASGI app, with its in-process handles: script, faults, switches, requests."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from playground.agents_api.agents import Agents
from playground.agents_api.brains.port import Brain
from playground.agents_api.brains.rules import Rules
from playground.agents_api.brains.script import Script
from playground.agents_api.cabinet import Cabinet
from playground.agents_api.control import Control
from playground.agents_api.conversations import Conversations
from playground.agents_api.documents import Documents
from playground.agents_api.endpoint import Endpoint, Handler, Keys
from playground.agents_api.errors import gateway
from playground.agents_api.files import Files
from playground.agents_api.keep import kept
from playground.agents_api.libraries import Libraries
from playground.agents_api.locks import Locks
from playground.agents_api.models import list_models
from playground.agents_api.reading import Reading
from playground.agents_api.remote_connectors import Connectors
from playground.agents_api.roster import Roster
from playground.agents_api.seen import Log, Seen
from playground.agents_api.shelves import Pace, Shelves
from playground.agents_api.signing import SIGNED
from playground.agents_api.store import Store
from playground.agents_api.switches import Switches
from playground.faults import Fault, Faults
from playground.keeping import Keeper

KEY = "playground-mistral-key"
KEY_PREFIX = "playground-"

Row = tuple[str, str, str, Handler]


class AgentsApi:
    """An ASGI app; its state is in memory and, with a file as `state`, kept there over restarts.

    Serve it with `playground.serving`, which can break connections.
    """

    def __init__(
        self, *, keys: Keys, switches: Switches, model: Brain | None, seed: int, state: Path | None = None
    ) -> None:
        self.switches = switches
        self.script = Script()
        self.faults = Faults(random.Random(seed))  # noqa: S311  # a seeded draw, so that a fault run can be repeated
        self.log = Log()
        self.store, self.roster, self.locks = Store(), Roster(), Locks()
        self.cabinet = Cabinet()
        self.shelves = Shelves(lambda: Pace(self.switches.processing_reads, self.switches.processing_seconds))
        self.brains: dict[str, Brain] = {"script": self.script, "rules": Rules(lambda: self.switches.piece_seconds)}
        if model is not None:
            self.brains["model"] = model
        self._keys, self._first_switches = keys, switches.model_copy()
        self.switch(brain=switches.brain)
        self._state = state
        self._keeper: Keeper | None = None
        self._app = Starlette(
            routes=[*self._routes(), *Control(self).routes()],
            exception_handlers={404: no_route},
            lifespan=self._alive,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        finally:
            # Whatever changes does so within a request, a turn whose stream was dropped included.
            if self._keeper is not None and scope["type"] == "http" and scope["method"] != "GET":
                self._keeper.changed()

    @contextlib.asynccontextmanager
    async def _alive(self, app: Starlette) -> AsyncIterator[None]:
        if self._state is None:
            yield
            return
        async with kept(self, self._state) as self._keeper:
            yield

    def requests(self, name: str | None = None) -> list[Seen]:
        """The requests so far, oldest first."""
        return self.log.requests(name)

    def fault(self, request: str, kind: str, **rule: Any) -> None:
        """Add a rule; see `playground.faults.Fault`."""
        self.faults.add(Fault.model_validate({"request": request, "kind": kind, **rule}))

    def switch(self, **change: Any) -> None:
        """Change switches; all or none of them."""
        wanted = Switches.model_validate({**self.switches.model_dump(), **change})
        if wanted.brain not in self.brains:
            raise ValueError("The model brain needs an OpenAI-compatible server: set MODEL_URL and MODEL_NAME.")
        for name in change:
            setattr(self.switches, name, getattr(wanted, name))

    def reset(self) -> None:
        self.script.clear()
        self.faults.clear()
        self.faults.seen.clear()
        self.log.clear()
        self.store.clear()
        self.roster.clear()
        self.cabinet.clear()
        self.shelves.clear()
        self.locks.clear()
        self.switch(**self._first_switches.model_dump())

    def stop(self) -> None:
        """Let go of what still waits, so that a server can close."""
        self.script.release()

    def _routes(self) -> list[Route]:
        table = [*self._talks(), *self._agents(), *self._files(), *self._libraries(), *self._connectors()]
        return [
            *(Route(path, self._endpoint(name, handler), methods=[method]) for method, path, name, handler in table),
            *(Route(path, self._endpoint(name, do, signed=True)) for path, name, do in self._signed()),
        ]

    def _endpoint(self, name: str, handler: Handler, *, signed: bool = False) -> Endpoint:
        return Endpoint(name, handler, self._keys, self.faults, self.log, self.switches, signed)

    def _talks(self) -> list[Row]:
        conversations = Conversations(
            self.store, self.roster, self.locks, self.switches, self.brains, self.cabinet, self.shelves
        )
        reading = Reading(self.store, self.locks)
        one = "/v1/conversations/{conversation_id}"
        return [
            ("POST", "/v1/conversations", "conversations.start", conversations.start),
            ("POST", one, "conversations.append", conversations.append),
            ("POST", f"{one}/restart", "conversations.restart", conversations.restart),
            ("GET", one, "conversations.get", reading.get),
            ("GET", "/v1/conversations", "conversations.list", reading.list),
            ("GET", f"{one}/history", "conversations.history", reading.history),
            ("GET", f"{one}/messages", "conversations.messages", reading.messages),
            ("DELETE", one, "conversations.delete", reading.delete),
            ("GET", "/v1/models", "models.list", list_models),
        ]

    def _agents(self) -> list[Row]:
        agents = Agents(self.roster, self.switches)
        agent = "/v1/agents/{agent_id}"
        return [
            ("POST", "/v1/agents", "agents.create", agents.create),
            ("GET", "/v1/agents/pages", "agents.pages", agents.pages),
            ("GET", "/v1/agents", "agents.list", agents.all),
            ("GET", agent, "agents.get", agents.get),
            ("PATCH", agent, "agents.update", agents.update),
            ("DELETE", agent, "agents.delete", agents.delete),
            ("PATCH", f"{agent}/version", "agents.switch_version", agents.switch_version),
            ("GET", f"{agent}/versions", "agents.versions", agents.versions),
            ("GET", f"{agent}/versions/{{version}}", "agents.version", agents.version),
            ("PUT", f"{agent}/aliases", "agents.set_alias", agents.set_alias),
            ("GET", f"{agent}/aliases", "agents.aliases", agents.aliases),
            ("DELETE", f"{agent}/aliases", "agents.delete_alias", agents.delete_alias),
        ]

    def _files(self) -> list[Row]:
        files = Files(self.cabinet, self.switches)
        one = "/v1/files/{file_id}"
        return [
            ("POST", "/v1/files", "files.upload", files.upload),
            ("GET", "/v1/files", "files.list", files.all),
            ("GET", one, "files.get", files.get),
            ("DELETE", one, "files.delete", files.delete),
            ("GET", f"{one}/content", "files.content", files.content),
            ("GET", f"{one}/url", "files.url", files.url),
        ]

    def _libraries(self) -> list[Row]:
        libraries, documents = Libraries(self.shelves), Documents(self.shelves, self.switches)
        one = "/v1/libraries/{library_id}"
        all_, document = f"{one}/documents", f"{one}/documents/{{document_id}}"
        return [
            ("POST", "/v1/libraries", "libraries.create", libraries.create),
            ("GET", "/v1/libraries", "libraries.list", libraries.all),
            ("GET", one, "libraries.get", libraries.get),
            ("PATCH", one, "libraries.update", libraries.update),
            ("PUT", one, "libraries.update", libraries.update),
            ("DELETE", one, "libraries.delete", libraries.delete),
            ("GET", f"{one}/share", "libraries.shares", libraries.shares),
            ("PUT", f"{one}/share", "libraries.share", libraries.share),
            ("DELETE", f"{one}/share", "libraries.unshare", libraries.unshare),
            ("POST", all_, "documents.upload", documents.upload),
            ("GET", all_, "documents.list", documents.all),
            ("GET", document, "documents.get", documents.get),
            ("PATCH", document, "documents.update", documents.update),
            ("PUT", document, "documents.update", documents.update),
            ("DELETE", document, "documents.delete", documents.delete),
            ("GET", f"{document}/status", "documents.status", documents.status),
            ("GET", f"{document}/text_content", "documents.text", documents.text),
            ("GET", f"{document}/signed-url", "documents.url", documents.url),
            ("GET", f"{document}/extracted-text-signed-url", "documents.text_url", documents.text_url),
            ("POST", f"{document}/reprocess", "documents.reprocess", documents.reprocess),
        ]

    def _connectors(self) -> list[Row]:
        connectors = Connectors()
        one = "/v1/connectors/{ref}"
        return [
            ("GET", "/v1/connectors", "connectors.list", connectors.all),
            ("GET", one, "connectors.get", connectors.get),
            ("GET", f"{one}/tools", "connectors.tools", connectors.tools),
            ("POST", f"{one}/tools/{{tool}}/call", "connectors.call", connectors.call),
        ]

    def _signed(self) -> list[tuple[str, str, Handler]]:
        """What a signed URL opens, without a key."""
        files, documents = Files(self.cabinet, self.switches), Documents(self.shelves, self.switches)
        return [
            (f"{SIGNED}/files/{{file_id}}", "signed.file", files.signed),
            (f"{SIGNED}/documents/{{library_id}}/{{document_id}}", "signed.document", documents.signed),
            (f"{SIGNED}/texts/{{library_id}}/{{document_id}}", "signed.text", documents.signed_text),
        ]


async def no_route(request: Request, problem: Exception) -> Response:
    """The gateway's words for a path that does not exist."""
    if isinstance(problem, HTTPException) and problem.status_code != 404:
        return JSONResponse({"detail": problem.detail}, status_code=problem.status_code)
    return JSONResponse(gateway(404, "no Route matched with those values").body, status_code=404)


def create(
    *,
    key: str = KEY,
    key_prefix: str = KEY_PREFIX,
    model: Brain | None = None,
    seed: int = 0,
    state: Path | None = None,
    **switches: Any,
) -> AgentsApi:
    """The app. `switches` are those of `Switches`, e.g. `brain="script", lock_seconds=0`."""
    return AgentsApi(keys=Keys(key, key_prefix), switches=Switches(**switches), model=model, seed=seed, state=state)
