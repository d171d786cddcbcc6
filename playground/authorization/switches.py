"""What an issuer can be told to do differently. The defaults are the strict reading of the standards."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Form = Literal["oauth", "openid", "openid_appended"]


class Switches(BaseModel):
    """How an issuer behaves; each may be changed while it runs.

    access_seconds, code_seconds, refresh_seconds: how long each is good (`refresh_seconds` 0: for ever).
    rotation: each refresh brings a new refresh token and spends the old one; a spent one that comes again revokes all
        that came of the same consent.
    refresh: who gets refresh tokens: whoever asks for `offline_access` with `prompt=consent`, all, or nobody.
    registration, cimd: clients may register themselves, or be named by the URL of their metadata document.
    iss: the callback names the issuer (RFC 9207), or does not, or names another. The metadata announce it unless `off`.
    iss_announced: the metadata announce `iss` all the same, or not; left out, they tell the truth.
    discovery: at which of the three addresses the metadata are (RFC 8414; OpenID, path inserted; OpenID, appended).
    metadata_issuer: the metadata name this issuer instead.
    endpoints_at: the metadata say that the endpoints are at this base address instead.
    challenge_methods: what the metadata say of PKCE; None leaves it out. The endpoints want S256 all the same.
    answered_by: requests are allowed at once, without a page, as if this person had clicked.
    denies: requests are refused at once, without a page.
    form_encoded: token answers are form-encoded unless `Accept: application/json` asks otherwise.
    errors_under_200: what the token endpoint refuses comes under HTTP 200.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    access_seconds: float = Field(default=3600, gt=0)
    code_seconds: float = Field(default=60, gt=0, le=600)
    refresh_seconds: float = Field(default=30 * 86400, ge=0)
    rotation: bool = True
    refresh: Literal["offline_access", "always", "never"] = "offline_access"
    registration: bool = True
    cimd: bool = True
    iss: Literal["on", "off", "wrong"] = "on"
    iss_announced: bool | None = None
    discovery: list[Form] = ["oauth", "openid", "openid_appended"]
    metadata_issuer: str | None = None
    endpoints_at: str | None = None
    challenge_methods: list[str] | None = ["S256"]
    answered_by: str | None = None
    denies: bool = False
    form_encoded: bool = False
    errors_under_200: bool = False
