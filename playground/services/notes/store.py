"""Everybody's notes. Nobody sees another person's; an id of somebody else's is as unknown as one that never was."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel


class Note(BaseModel):
    id: str
    title: str
    text: str
    changed: str


SEED = {
    "ada": [
        (
            "Analytical engine",
            "The engine weaves algebraical patterns. Ask Charles about the store of a thousand numbers.",
        ),
        ("Groceries", "Tea, plums, ink."),
    ],
    "camille": [("Atelier", "Commander du marbre de Carrare avant le 3.")],
    "grace": [("Moth", "Relay 70, panel F. First actual case of a bug being found.")],
}
SEEDED_AT = "2026-11-20T09:00:00Z"


class NoSuchNote(Exception):
    """The message names the id."""


class Notes:
    def __init__(self) -> None:
        self._of: dict[str, dict[str, Note]] = {}
        self._number = 0
        self.reset()

    def reset(self) -> None:
        self._of.clear()
        self._number = 0
        for person, notes in SEED.items():
            for title, text in notes:
                self.save(person, title=title, text=text, changed=SEEDED_AT)

    def all(self, person: str) -> list[Note]:
        return list(self._of.get(person, {}).values())

    def counts(self) -> dict[str, int]:
        return {person: len(notes) for person, notes in self._of.items()}

    def find(self, person: str, note_id: str) -> Note:
        try:
            return self._of[person][note_id]
        except KeyError:
            raise NoSuchNote(f"You have no note {note_id}.") from None

    def save(
        self, person: str, *, title: str, text: str, note_id: str | None = None, changed: str | None = None
    ) -> Note:
        """A new note, or another content of an old one."""
        if note_id is None:
            self._number += 1
            note_id = f"note-{self._number}"
        else:
            self.find(person, note_id)
        note = Note(id=note_id, title=title, text=text, changed=changed or _now())
        self._of.setdefault(person, {})[note_id] = note
        return note

    def delete(self, person: str, note_id: str) -> Note:
        self.find(person, note_id)
        return self._of[person].pop(note_id)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
