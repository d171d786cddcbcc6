"""What French does to the words around a value. A rule: no I/O."""

from __future__ import annotations

import re
import unicodedata

# Names with an h keep their "de": whether theirs is mute, no letter says. "Yves" begins with a vowel, "Yann" does not.
_VOWEL = re.compile(r"[aeiouœæø]|y(?![aeiouy])", re.IGNORECASE)


def of(name: str) -> str:
    """ "de Camille", "d’Ada", "d’Élodie"."""
    letters = "".join(each for each in unicodedata.normalize("NFD", name[:8]) if not unicodedata.combining(each))
    return f"d’{name}" if _VOWEL.match(letters) else f"de {name}"
