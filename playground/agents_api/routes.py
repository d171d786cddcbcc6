"""Every operation of the stand-in on one screen: method, path, the name that faults and the log use, its handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.agents_api.agents import Agents
from playground.agents_api.conversations import Conversations
from playground.agents_api.documents import Documents
from playground.agents_api.endpoint import Handler
from playground.agents_api.files import Files
from playground.agents_api.libraries import Libraries
from playground.agents_api.models import Models
from playground.agents_api.reading import Reading
from playground.agents_api.remote_connectors import Connectors
from playground.agents_api.signing import SIGNED

if TYPE_CHECKING:
    from playground.agents_api.app import AgentsApi

Row = tuple[str, str, str, Handler]


def table(api: AgentsApi) -> list[Row]:
    return [*of_talks(api), *of_agents(api), *of_files(api), *of_libraries(api), *of_connectors()]


def of_talks(api: AgentsApi) -> list[Row]:
    conversations = Conversations(api.store, api.roster, api.locks, api.switches, api.brains, api.cabinet, api.shelves)
    reading = Reading(api.store, api.locks)
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
        ("GET", "/v1/models", "models.list", Models(api.switches).all),
    ]


def of_agents(api: AgentsApi) -> list[Row]:
    agents = Agents(api.roster, api.switches)
    agent = "/v1/agents/{agent_id}"
    return [
        ("POST", "/v1/agents", "agents.create", agents.create),
        ("GET", "/v1/agents/pages", "agents.pages", agents.pages),
        ("GET", "/v1/agents", "agents.list", agents.all),
        ("GET", agent, "agents.get", agents.get),
        ("PATCH", agent, "agents.update", agents.update),
        ("POST", agent, "agents.update", agents.update),  # as the guides' own cURL has it; the schema says PATCH
        ("DELETE", agent, "agents.delete", agents.delete),
        ("PATCH", f"{agent}/version", "agents.switch_version", agents.switch_version),
        ("GET", f"{agent}/versions", "agents.versions", agents.versions),
        ("GET", f"{agent}/versions/{{version}}", "agents.version", agents.version),
        ("PUT", f"{agent}/aliases", "agents.set_alias", agents.set_alias),
        ("GET", f"{agent}/aliases", "agents.aliases", agents.aliases),
        ("DELETE", f"{agent}/aliases", "agents.delete_alias", agents.delete_alias),
    ]


def of_files(api: AgentsApi) -> list[Row]:
    files = Files(api.cabinet, api.switches)
    one = "/v1/files/{file_id}"
    return [
        ("POST", "/v1/files", "files.upload", files.upload),
        ("GET", "/v1/files", "files.list", files.all),
        ("GET", one, "files.get", files.get),
        ("DELETE", one, "files.delete", files.delete),
        ("GET", f"{one}/content", "files.content", files.content),
        ("GET", f"{one}/url", "files.url", files.url),
    ]


def of_libraries(api: AgentsApi) -> list[Row]:
    libraries, documents = Libraries(api.shelves), Documents(api.shelves, api.switches)
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


def of_connectors() -> list[Row]:
    connectors = Connectors()
    one = "/v1/connectors/{ref}"
    return [
        ("GET", "/v1/connectors", "connectors.list", connectors.all),
        ("GET", one, "connectors.get", connectors.get),
        ("GET", f"{one}/tools", "connectors.tools", connectors.tools),
        ("POST", f"{one}/tools/{{tool}}/call", "connectors.call", connectors.call),
    ]


def of_signed(api: AgentsApi) -> list[Row]:
    """What a signed URL opens, without a key."""
    files, documents = Files(api.cabinet, api.switches), Documents(api.shelves, api.switches)
    return [
        ("GET", f"{SIGNED}/files/{{file_id}}", "signed.file", files.signed),
        ("GET", f"{SIGNED}/documents/{{library_id}}/{{document_id}}", "signed.document", documents.signed),
        ("GET", f"{SIGNED}/texts/{{library_id}}/{{document_id}}", "signed.text", documents.signed_text),
    ]
