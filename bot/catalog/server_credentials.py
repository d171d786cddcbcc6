"""Credentials that mcp.json gives a server beside its headers: a client registered by hand, and a channel's headers.

`oauth: {client_id, client_secret, scopes}` is for servers whose sign-in lets nobody register by themselves, and chooses
what is asked for; `scopes` alone do where we register ourselves. `channels: {C…: {headers}}` makes calls from a channel
in that channel's name, for everybody there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.catalog.forms import Form
from bot.catalog.variables import expand

ChannelId = Annotated[str, StringConstraints(pattern=r"^[CGD][A-Z0-9]{2,}$")]


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """Empty `client_id`: we register ourselves. Empty `client_secret`: a public client. Empty `scopes`: those that the
    server asks for."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ()


class OAuthForm(Form):
    client_id: str | None = Field(None, min_length=1)
    client_secret: str = ""
    scopes: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.client_secret and not self.client_id:
            raise ValueError("client_secret belongs to a client_id; give both, or neither")
        if not self.client_id and not self.scopes:
            raise ValueError("needs a client_id (a client registered by hand), scopes to ask for, or both")
        if any(len(scope.split()) != 1 for scope in self.scopes):
            raise ValueError("a scope is one word; give several as several items of the list")
        return self

    def read(self, environment: Mapping[str, str]) -> OAuthClient:
        """Raises `Missing` for a variable that is not set."""
        return OAuthClient(
            client_id=expand(self.client_id or "", environment),
            client_secret=expand(self.client_secret, environment),
            scopes=tuple(self.scopes),
        )


class ChannelForm(Form):
    headers: dict[str, str] = Field(min_length=1)
