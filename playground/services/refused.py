"""What a service refuses. Each face words it in its own way: as a status and a body, or as a tool's error."""

from __future__ import annotations


class Refused(Exception):
    """`status` is HTTP's; `said` is what the service says to whoever asked."""

    def __init__(self, status: int, said: str) -> None:
        super().__init__(said)
        self.status, self.said = status, said

    def told_to_model(self) -> str:
        return self.said
