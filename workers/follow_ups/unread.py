"""What stands behind a time, belongs to it and is not understood: "except weekends", "and at 17", "only on Mondays".

Taken as the beginning of the task, it would be a promise for another time than was asked for. Rules.
"""

from __future__ import annotations

import re

from workers.follow_ups.scanner import Scanner
from workers.follow_ups.vocabulary import NUMBER, UNIT, WEEKDAY

WORDS_QUOTED, CHARACTERS_QUOTED = 4, 60

_NOT = (
    r"except(?:ing|\s+for)?|excluding|other\s+than|apart\s+from|but\s+(?:not|never)|save\s+for"
    r"|sauf|except[ée]e?s?|hormis|mais\s+(?:pas|jamais)|[àa]\s+l'exception"
)
_AND = r"and|et|or|ou|then|puis|also|aussi|&"
_AT = r"from|between|entre|de|du|d[eè]s|until|jusqu'(?:au|[àa]|en)|at|[àa]|on|le|les|@"
_IN = r"in|en|during|pendant|durant|before|avant|after|apr[eè]s|without|sans|skip(?:ping)?|hors|starting|[àa]\s+partir"
_ONLY = r"only|seulement|uniquement"
_EVERY = r"every|each|chaque|tou(?:te)?s\s+les"
_DAY = (
    rf"{WEEKDAY}|week-?\s?ends?|weekdays?|work(?:ing)?\s?(?:days?|hours?)|business\s+(?:days?|hours?)"
    r"|(?:public\s+|bank\s+)?holidays?|vacances|jours?\s+(?:f[ée]ri[ée]s?|ouvr[ée]s?)|(?:heures\s+(?:de\s+bureau|ouvr[ée]es))"
    r"|tomorrow|demain|tonight|noon|midday|midi|midnight|minuit|mornings?|matins?|afternoons?|apr[eè]s-midis?"
    r"|evenings?|soirs?"
)
_MONTH = (
    "january|february|march|april|may|june|july|august|september|october|november|december|summer|winter|autumn"
    "|janvier|f[ée]vrier|mars|avril|mai|juin|juillet|ao[uû]t|septembre|octobre|novembre|d[ée]cembre|[ée]t[ée]|hiver"
)
_THE = r"(?:the|les?|la|du|des|de)"
_CLOCK = rf"-?\d{{1,2}}(?:[:h]\d\d|\s?(?:{UNIT})|\s?[ap]m)"
_PATTERNS = (
    _NOT,
    rf"(?:{_AND}|{_AT})\s+\d[\w:.]*",
    rf"(?:between|entre|from)\s+{NUMBER}\s+(?:and|to|et|[àa])",
    rf"(?:{_AND})\s+(?:{_EVERY})",
    rf"(?:{_AND})\s+(?:{_AT}|{_IN}|{_ONLY}|the)\s+(?:{_THE}\s+)?(?:\d[\w:.]*|{_DAY})",
    rf"(?:{_AND}|{_AT}|{_IN}|{_ONLY}|{_EVERY})\s+(?:{_THE}\s+)?(?:{_DAY})",
    rf"(?:{_ONLY})\s+(?:{_AT}|{_IN})\s+(?:{_THE}\s+)?(?:\d[\w:.]*|{_DAY})",
    rf"(?:{_IN})\s+(?:{_MONTH})",
    _CLOCK,
)


def stands(scanner: Scanner) -> bool:
    """Whether something of that kind stands here."""
    return any(scanner.sees(pattern) for pattern in _PATTERNS)


def part(scanner: Scanner) -> str:
    """Its first words, to be quoted: where it ends and the task begins, nobody knows."""
    clause = re.split(r"[,;:.!?](?=\s|$)|\n", scanner.rest.strip(" ,"))[0].split()
    return " ".join([*clause[:WORDS_QUOTED], *(["…"] if len(clause) > WORDS_QUOTED else [])])[:CHARACTERS_QUOTED]
