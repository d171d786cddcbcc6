"""The one person the rules know something about, so that the first example of every tutorial gets a real answer.

Facts as any encyclopaedia has them, in English and French; a translation is asked for after the sentence was said.
"""

from __future__ import annotations

import re

from playground.agents_api.brains.zones import plain

SAID = {
    "en": "Albert Einstein (1879–1955) was a German-born theoretical physicist who developed the theory of relativity; "
    "he received the 1921 Nobel Prize in Physics for his explanation of the photoelectric effect.",
    "fr": "Albert Einstein (1879–1955) était un physicien théoricien né en Allemagne, auteur de la théorie de la "
    "relativité ; il a reçu le prix Nobel de physique 1921 pour son explication de l’effet photoélectrique.",
}
ASKED = re.compile(r"\b(who|qui)\b.*\beinstein\b")
TRANSLATE = re.compile(r"\b(?:translate|tradu\w+)\b.*\b(french|francais|english|anglais)\b")


def told(text: str, last_said: str, language: str) -> str | None:
    """What `text` asks of Einstein: who he was, or `last_said` about him in the other language; None: it does not."""
    asked = plain(text)
    if ASKED.search(asked):
        return SAID["fr" if language == "fr" or asked.lstrip().startswith("qui") else "en"]
    wanted = TRANSLATE.search(asked)
    if wanted is None or last_said not in SAID.values():
        return None
    return SAID["fr" if wanted[1] in ("french", "francais") else "en"]
