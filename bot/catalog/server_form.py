"""The shape of one server's entry in mcp.json, and what is still to be right when its variables are filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from bot.catalog.agent_form import Approver, PolicyWord
from bot.catalog.forms import Form, mistake
from bot.catalog.server_credentials import ChannelForm, ChannelId, OAuthForm
from bot.catalog.tool_rules import ToolRuleForm

Argument = Annotated[str, Field(min_length=1)]
Protocol = Literal["auto", "legacy", "2026-07-28"]


class ServerForm(Form):
    type: Literal["stdio", "http", "streamable-http", "sse"] | None = None
    command: str | None = Field(None, min_length=1)
    args: list[str] = Field(default_factory=list)
    env: dict[str, str] = Field(default_factory=dict)
    cwd: str | None = None
    roots: list[Argument] = Field(default_factory=list)
    url: str | None = Field(None, min_length=1)
    headers: dict[str, str] = Field(default_factory=dict)
    timeout: float | None = Field(None, gt=0, le=3600)
    trusted: bool = False
    protocol: Protocol = "auto"
    include: list[str] = Field(default_factory=list)
    exclude: list[str] = Field(default_factory=list)
    read_only: bool = False
    reads: list[str] = Field(default_factory=list)
    rules: list[ToolRuleForm] = Field(default_factory=list)
    internal: bool | list[str] = False
    approvals: dict[str, PolicyWord] = Field(default_factory=dict)
    approvers: list[Approver] = Field(default_factory=list, min_length=1)
    upserts: dict[str, Argument] = Field(default_factory=dict)
    methods: dict[str, Argument] = Field(default_factory=dict)
    oauth: OAuthForm | None = None
    channels: dict[ChannelId, ChannelForm] = Field(default_factory=dict)

    @field_validator("methods", mode="after")
    @classmethod
    def _one_way(cls, methods: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        if both := sorted(methods.keys() & info.data.get("upserts", {}).keys()):
            raise mistake(f'"{both[0]}" stands in upserts as well; keep one')
        return methods

    @field_validator("oauth", mode="after")
    @classmethod
    def _one_credential(cls, oauth: OAuthForm | None, info: ValidationInfo) -> OAuthForm | None:
        if oauth and "authorization" in map(str.lower, info.data.get("headers", {})):
            raise mistake("with it people sign in, and headers has an Authorization, with which nobody does; keep one")
        return oauth

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        local = self.model_fields_set & {"command", "args", "env", "cwd"}
        remote = self.model_fields_set & {"url", "headers", "oauth", "channels"}
        if local and remote:
            raise ValueError(f"has both {min(local)} (a local server) and {min(remote)} (a remote one); keep one kind")
        if not self.command and not self.url:
            raise ValueError('needs either "command" (a local server) or "url" (a remote one)')
        if self.type and (self.type == "stdio") != bool(self.command):
            raise ValueError(f'type "{self.type}" needs {"command" if self.type == "stdio" else "url"}')
        return self

    def wrong(self, values: Mapping[str, Any]) -> tuple[tuple[str, ...], str] | None:
        """What is not right once variables are filled in: where it stands in the entry, and the sentence."""
        if values["url"] and not values["url"].startswith(("http://", "https://")):
            return ("url",), "must begin with https:// or http://"
        if self.oauth and self.oauth.client_id and not values["oauth"].client_id.strip():
            return ("oauth", "client_id"), "is empty once its variables are filled in; set them, or leave it out"
        return None
