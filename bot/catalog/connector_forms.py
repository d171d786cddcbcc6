"""Connectors as an agent's file writes them: a plain name, or a mapping of one name to what belongs to it.

connectors:
  - code_interpreter
  - web_search_premium: {include: [news_search]}
  - document_library: [Handbook]
  - connector: {id: gmail, requires_confirmation: [send], authorization: {type: oauth2-token, value: "${TOKEN}"}}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from bot.catalog.connectors import Connector
from bot.catalog.forms import Form, mistake
from bot.catalog.problem import did_you_mean
from bot.catalog.variables import expand

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PLAIN = "web_search"  # an example of what needs nothing beside its name

Name = Annotated[str, Field(min_length=1, max_length=200)]
InPremium = Literal["web_search", "news_search"]


class Within(Form):
    """Of the tools inside a connector: which there are for the agent, and which wait for a person's yes."""

    include: list[Name] = Field(default_factory=list, min_length=1)
    exclude: list[Name] = Field(default_factory=list, min_length=1)
    requires_confirmation: list[Name] = Field(default_factory=list, min_length=1)


class WithinPremium(Form):
    include: list[InPremium] = Field(default_factory=list, min_length=1)
    exclude: list[InPremium] = Field(default_factory=list, min_length=1)
    requires_confirmation: list[InPremium] = Field(default_factory=list, min_length=1)


def _library(name: object) -> object:
    if isinstance(name, str) and UUID.fullmatch(name):
        raise mistake("is a library's id; write its name, as `threadwind libraries list` shows it")
    return name


class LibrariesForm(Within):
    libraries: list[Annotated[Name, BeforeValidator(_library)]] = Field(min_length=1)


class AuthorizationForm(Form):
    type: Literal["oauth2-token", "api-key"]
    value: Annotated[str, Field(min_length=1)]


class RemoteForm(Within):
    id: Name
    authorization: AuthorizationForm | None = None


class ConnectorForm(Form):
    """Exactly one of the fields is set."""

    web_search: Within | None = None
    web_search_premium: WithinPremium | None = None
    code_interpreter: Within | None = None
    image_generation: Within | None = None
    document_library: LibrariesForm | None = None
    connector: RemoteForm | None = None

    @model_validator(mode="before")
    @classmethod
    def _one(cls, written: Any) -> Any:
        if isinstance(written, str):
            return _known(cls, written, {})
        if not isinstance(written, dict):
            raise mistake(f'should be a connector\'s name, such as {PLAIN}, or "document_library: [names]"')
        if len(written) != 1:
            raise mistake("should name one connector; give each an item of its own, with what belongs to it below it")
        [(name, value)] = written.items()
        return _known(cls, name, {} if value is None else value)


def _known(form: type[ConnectorForm], name: object, value: object) -> dict[str, object]:
    if not isinstance(name, str) or name not in form.model_fields:
        raise mistake(f'"{name}" is no connector; {did_you_mean(str(name), form.model_fields)}')
    if name == "document_library" and (value == {} or isinstance(value, str)):
        raise mistake('needs the names of its libraries: "document_library: [Handbook]"')
    if name == "connector" and (value == {} or isinstance(value, str)):
        raise mistake('needs the id or name of a connector at Mistral: "connector: {id: gmail}"')
    if name == "document_library" and isinstance(value, list):
        value = {"libraries": value}
    return {name: value}


def read(form: ConnectorForm, environment: Mapping[str, str]) -> Connector:
    """The connector that `form` describes; `variables.Missing` where its authorization names a variable not set."""
    [kind] = form.model_fields_set
    within = getattr(form, kind)
    authorization = getattr(within, "authorization", None)
    return Connector(
        type=kind,  # type: ignore[arg-type]  # the fields are named as the types are
        libraries=tuple(dict.fromkeys(getattr(within, "libraries", ()))),
        connector_id=getattr(within, "id", ""),
        include=tuple(within.include),
        exclude=tuple(within.exclude),
        requires_confirmation=tuple(within.requires_confirmation),
        authorization={"type": authorization.type, "value": expand(authorization.value, environment)}
        if authorization
        else None,
    )
