"""How the control API says no: a code and one sentence, under HTTP 4xx."""

from __future__ import annotations


class Refused(Exception):
    def __init__(self, code: str, detail: str, *, status: int = 400) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.status = status
