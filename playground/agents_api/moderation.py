"""Moderation of inputs, by word lists: scores by category, and whether a request's guardrails let it pass.

A stand-in for a model: a word of a list gives its category a high score, and nothing else is understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from playground.agents_api.brains.port import text_of
from playground.agents_api.brains.zones import plain
from playground.agents_api.errors import ApiError, blocked, coded
from playground.agents_api.ids import Json

MODELS = {"moderation_llm_v1": "mistral-moderation-2411", "moderation_llm_v2": "mistral-moderation-2603"}
THRESHOLD = 0.5  # where the guardrail names none
HIT, TWICE, QUIET = 0.86, 0.97, 0.0003
ONE_IN_V1 = "dangerous_and_criminal_content"  # two categories since
NOT_IN_V1 = {"dangerous", "criminal", "jailbreaking"}

WORDS = {
    "sexual": "porn pornographic nude nudes erotic pornographique nue erotique",
    "hate_and_discrimination": "racist racism subhuman vermin slur raciste racisme vermine",
    "violence_and_threats": "kill murder stab shoot strangle tuer assassiner poignarder etrangler",
    "dangerous": "bomb explosive explosives detonator nerve-gas bombe explosif explosifs detonateur",
    "criminal": "launder counterfeit burglary forge blanchir contrefacon cambriolage cambrioler",
    "selfharm": "suicide self-harm selfharm suicider automutilation",
    "health": "diagnosis dosage prescription antibiotic antibiotics diagnostic posologie ordonnance antibiotique",
    "financial": "stocks shares crypto bitcoin portfolio actions bourse portefeuille",
    "law": "lawsuit sue attorney custody proces avocat plainte",
    "pii": "passport ssn iban passeport",
    "jailbreaking": "jailbreak dan-mode",
}
PHRASES = {
    "jailbreaking": r"ignore (all |your |the )*(previous|prior|above) (instructions|rules)|system prompt|developer mode"
    r"|ignore[zr]? (toutes )?(les|tes|vos) (consignes|instructions|regles)|mode developpeur",
    "pii": r"\b\d{3}-\d{2}-\d{4}\b|\b[a-z]{2}\d{2}(?: ?\d{4}){3,7}|\b(?:\d{4}[ -]?){3}\d{4}\b",
    "dangerous": r"nerve gas|gaz neurotoxique",
    "financial": r"\b(should|which|what) .*\b(invest|stock|share)s?\b|\b(investir|placer) .*\b(argent|economies)\b",
}
UNAVAILABLE = "Guardrail could not be evaluated, and block_on_error is set"
UNAVAILABLE_CODE = 3201


def scores(text: str) -> dict[str, float]:
    """How sure each category is; never zero, as with a model."""
    said = plain(text)
    words = re.findall(r"[a-z]+(?:-[a-z]+)*", said)
    found = {}
    for category, listed in WORDS.items():
        hits = sum(word in listed.split() for word in words)
        hits += len(re.findall(PHRASES[category], said)) if category in PHRASES else 0
        found[category] = QUIET if not hits else HIT if hits == 1 else TWICE
    return found


def guard(guardrails: Sequence[Json], inputs: Sequence[Json], *, failing: bool) -> list[Json] | None:
    """What each guardrail found in the messages of a request, to be shown with its answer; None where none is set.

    Raises 403 where one blocks, or cannot be evaluated and says that this blocks, too.
    """
    if not guardrails:
        return None
    texts = [text_of(entry) for entry in inputs if entry["type"] == "message.input"]
    found = scores("\n".join(texts))
    return [_result(guardrail, found, failing=failing) for guardrail in guardrails]


def _result(guardrail: Json, found: dict[str, float], *, failing: bool) -> Json:
    if failing:
        if guardrail.get("block_on_error"):
            raise unavailable()
        return {"results": {}, "error": "Moderation failed"}
    results: Json = {}
    for version, model in MODELS.items():
        settings = guardrail.get(version)
        if settings is not None:
            results[version] = _moderated(settings, in_version(version, found), model)
    shown = {"results": results}
    if any(result["action"] == "block" and result["flagged"] for result in results.values()):
        raise blocked(results=results)
    return shown


def _moderated(settings: Json, found: dict[str, float], model: str) -> Json:
    given = {
        name: value for name, value in (settings.get("custom_category_thresholds") or {}).items() if value is not None
    }
    if settings.get("ignore_other_categories"):
        found = {name: score for name, score in found.items() if name in given}
    over = [
        name for name, score in found.items() if given.get(name, THRESHOLD) < 1 and score >= given.get(name, THRESHOLD)
    ]
    return {
        "model": settings.get("model_name") or model,
        "action": settings.get("action", "none"),
        "flagged": bool(over),
        "categories": {name: name in over for name in found},
        "category_scores": found,
    }


def in_version(version: str, found: dict[str, float]) -> dict[str, float]:
    if version == "moderation_llm_v2":
        return found
    kept = {name: score for name, score in found.items() if name not in NOT_IN_V1}
    return {**kept, ONE_IN_V1: max(found["dangerous"], found["criminal"])}


def unavailable() -> ApiError:
    return coded(403, UNAVAILABLE, UNAVAILABLE_CODE)
