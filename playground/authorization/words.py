"""Every word of the pages, in English and French; the browser's languages decide which. Same keys in both."""

from __future__ import annotations

WORDS = {
    "en": {
        "title": "{client} asks for access to {service}",
        "stand-in": "A local stand-in for the sign-in of {service}",
        "asks": "{client} would like to act for you at {service}.",
        "unknown": "It registered itself; nobody has checked its name.",
        "document": "It is described at {address}.",
        "who": "Who are you?",
        "may": "It could then:",
        "nothing": "It asks for no particular permission.",
        "resource": "This is for {resource} only.",
        "back": "You will be sent back to {address}.",
        "allow": "Allow",
        "deny": "Deny",
        "refused": "This sign-in cannot go on",
        "refused.what": "Nobody was given access. Go back to where you came from and begin again.",
        "over": "This request has been answered already, or was left for too long.",
        "guest": "guest",
        "external": "other company",
    },
    "fr": {
        "title": "{client} demande l’accès à {service}",
        "stand-in": "Une doublure locale de la connexion à {service}",
        "asks": "{client} souhaite agir en votre nom chez {service}.",
        "unknown": "Il s’est enregistré lui-même ; personne n’a vérifié son nom.",
        "document": "Il est décrit à l’adresse {address}.",
        "who": "Qui êtes-vous ?",
        "may": "Il pourrait alors :",
        "nothing": "Il ne demande aucune autorisation particulière.",
        "resource": "Cela ne vaut que pour {resource}.",
        "back": "Vous serez renvoyé vers {address}.",
        "allow": "Autoriser",
        "deny": "Refuser",
        "refused": "Cette connexion ne peut pas continuer",
        "refused.what": "Personne n’a reçu d’accès. Revenez d’où vous venez et recommencez.",
        "over": "Cette demande a déjà reçu une réponse, ou a attendu trop longtemps.",
        "guest": "invité",
        "external": "autre entreprise",
    },
}


def language_of(accepted: str | None) -> str:
    """The first language of an Accept-Language header that there are words in."""
    for part in (accepted or "").split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in WORDS:
            return tag
    return "en"


def say(key: str, language: str, **values: str) -> str:
    return WORDS[language][key].format(**values)
