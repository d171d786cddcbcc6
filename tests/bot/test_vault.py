"""What the vault seals opens with its key, in its place, and nowhere else."""

from __future__ import annotations

import pytest

from bot.vault import NoKeys, Unreadable, Vault, new_key

TEXT = "the launch code is 0000, said Zoé"


def test_a_sealed_text_says_nothing_and_opens_again() -> None:
    vault = Vault([new_key()])
    sealed = vault.seal(TEXT, place="T1:C1:1.1")

    assert "0000" not in sealed
    assert vault.unseal(sealed, place="T1:C1:1.1") == TEXT


def test_a_key_is_rotated_by_putting_a_new_one_in_front() -> None:
    old, new = new_key(), new_key()
    sealed = Vault([old]).seal(TEXT, place="here")

    assert Vault([new, old]).unseal(sealed, place="here") == TEXT
    resealed = Vault([new, old]).seal(TEXT, place="here")
    assert Vault([new]).unseal(resealed, place="here") == TEXT
    with pytest.raises(Unreadable):
        Vault([new]).unseal(sealed, place="here")


def test_a_sealed_text_is_worth_nothing_in_another_place() -> None:
    vault = Vault([new_key()])
    with pytest.raises(Unreadable, match="another place"):
        vault.unseal(vault.seal(TEXT, place="T1:C1:1.1"), place="T1:C1:2.2")


@pytest.mark.parametrize("damaged", ["", "gAAAAA", "not base64 at all"])
def test_what_is_damaged_is_unreadable(damaged: str) -> None:
    with pytest.raises(Unreadable):
        Vault([new_key()]).unseal(damaged, place="here")


def test_without_a_key_nothing_is_sealed_in_the_clear() -> None:
    vault = Vault([])
    assert not vault.has_keys
    with pytest.raises(NoKeys, match="threadwind vault key"):
        vault.seal(TEXT, place="here")
    with pytest.raises(Unreadable):
        vault.unseal("gAAAAA", place="here")


def test_a_wrong_key_is_refused_without_being_said() -> None:
    with pytest.raises(ValueError, match=r"^(?!.*secret-words)"):
        Vault(["secret-words"])
