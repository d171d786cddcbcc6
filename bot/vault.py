"""Seals what must not be readable in the store: the transcripts of conversations that Mistral does not keep.

Keys come from VAULT_KEYS, the newest first: it seals, all of them open, so a key is rotated by putting a new one in
front and dropping the old one when nothing sealed with it is left. A sealed text opens only in its own place: moved to
another thread's record it is worth nothing. Made of Fernet: https://cryptography.io/en/latest/fernet
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

END_OF_PLACE = "\n"  # no place has one


class Unreadable(Exception):
    """Sealed with a key that is no longer among VAULT_KEYS, in another place, or damaged."""


class NoKeys(Exception):
    """Something is to be sealed and VAULT_KEYS holds no key."""


class Vault:
    """Small enough to be made anywhere: it holds the keys and nothing else."""

    def __init__(self, keys: Sequence[str]) -> None:
        """`ValueError` for a key that is none; it never says the key."""
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None

    @property
    def has_keys(self) -> bool:
        return self._fernet is not None

    def seal(self, text: str, *, place: str) -> str:
        """`text` for the store; only `unseal` at the same `place` gives it back. Raises `NoKeys`."""
        if self._fernet is None:
            raise NoKeys("VAULT_KEYS holds no key; `threadwind vault key` makes one")
        return self._fernet.encrypt(zlib.compress(f"{place}{END_OF_PLACE}{text}".encode())).decode()

    def unseal(self, sealed: str, *, place: str) -> str:
        """Raises `Unreadable`."""
        if self._fernet is None:
            raise Unreadable("VAULT_KEYS holds no key")
        try:
            where, _, text = zlib.decompress(self._fernet.decrypt(sealed)).decode().partition(END_OF_PLACE)
        except (InvalidToken, zlib.error, UnicodeDecodeError) as exc:
            raise Unreadable("none of VAULT_KEYS opens it") from exc
        if where != place:
            raise Unreadable("it was sealed for another place")
        return text


def new_key() -> str:
    return Fernet.generate_key().decode()
