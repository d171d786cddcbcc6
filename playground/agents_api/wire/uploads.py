"""The fields that come with an uploaded file, and the bodies of libraries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from playground.agents_api.wire.entries import Strict

NAME_MAX = 1000


class FileUpload(Strict):
    """`POST /v1/files`, as a form; the file itself comes beside it."""

    purpose: Literal["ocr", "batch", "fine-tune", "agentic_safety"] = "fine-tune"
    expiry: int | None = Field(default=None, ge=1)
    visibility: Literal["workspace", "user"] = "workspace"


class CreateLibrary(Strict):
    name: str = Field(min_length=1, max_length=NAME_MAX)
    description: str | None = None
    chunk_size: int | None = Field(default=None, ge=1)
    owner_type: Literal["User", "Workspace"] | None = None


class UpdateLibrary(Strict):
    name: str | None = Field(default=None, min_length=1, max_length=NAME_MAX)
    description: str | None = None


class UpdateDocument(Strict):
    name: str | None = Field(default=None, min_length=1, max_length=NAME_MAX)
    attributes: dict[str, Any] | None = None
    expires_at: datetime | None = None


class ShareWith(Strict):
    share_with_uuid: str
    share_with_type: Literal["User", "Workspace"]
    org_id: str | None = None


class ShareLibrary(ShareWith):
    level: Literal["Viewer", "Editor"]
