"""What the whole server does differently; what a single call does is said by the tool's arguments."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Switches(BaseModel):
    """Each may be changed while a server over HTTP runs; a stdio server is started with them.

    page_size: tools are listed in pages of so many; 0: all at once.
    endless_pages: no page is the last one; after the tools come empty pages, each with another cursor.
    expired_session: how a session that is over is refused: by 404 without a JSON-RPC error, by 404 with the TypeScript
        SDK's error, or by 400 as some servers do.
    """

    model_config = ConfigDict(extra="forbid", validate_assignment=True)

    page_size: int = Field(default=0, ge=0)
    endless_pages: bool = False
    expired_session: Literal["404", "404_typescript", "400"] = "404"
