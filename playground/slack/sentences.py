"""What Slack itself says to people, in English and French: by the locale of who reads it."""

from __future__ import annotations

SENTENCES = {
    "en": {
        "command.unknown": (
            "{command} is not a valid command. In Slack, all messages that start with the “/” character are "
            "interpreted as commands. If you are trying to send a message and not run a command, try preceding the "
            "“/” with an empty space."
        ),
        "command.thread": "{command} is not supported in threads. Sorry!",
        "command.failed": "{command} failed with the error “{error}”",
        "invite.done": "Added to #{channel}: {names}.",
        "invite.there": "Already in #{channel}: {names}.",
        "invite.whom": "Say whom to add: /invite @name",
        "invite.where": "/invite works in channels only.",
        "invite.hint": "You mentioned {name}, but they’re not in this channel. “/invite {name}” adds them.",
        "form.trouble": "We had some trouble connecting. Try again?",
        "form.required": "Please complete this required field.",
        "form.many": "You can choose up to {most} items.",
        "form.short": "This entry needs at least {least} characters.",
        "form.long": "This entry can have at most {most} characters.",
        "form.number": "Must be a number.",
        "form.whole": "Must be a whole number.",
        "form.least": "Must be {least} or more.",
        "form.most": "Must be {most} or less.",
    },
    "fr": {
        "command.unknown": (
            "{command} n’est pas une commande valide. Dans Slack, tout message qui commence par « / » est pris pour "
            "une commande. Pour envoyer un message plutôt qu’une commande, mettez une espace devant « / »."
        ),
        "command.thread": "{command} ne fonctionne pas dans les fils. Désolé !",
        "command.failed": "{command} a échoué avec l’erreur « {error} »",
        "invite.done": "Ajout au canal #{channel} : {names}.",
        "invite.there": "Déjà dans #{channel} : {names}.",
        "invite.whom": "Dites qui ajouter : /invite @nom",
        "invite.where": "/invite ne fonctionne que dans les canaux.",
        "invite.hint": "Vous avez mentionné {name}, qui n’est pas dans ce canal. « /invite {name} » l’y ajoute.",
        "form.trouble": "La connexion n’a pas abouti. Réessayer ?",
        "form.required": "Veuillez remplir ce champ obligatoire.",
        "form.many": "Vous pouvez choisir jusqu’à {most} éléments.",
        "form.short": "Il faut au moins {least} caractères.",
        "form.long": "{most} caractères au plus.",
        "form.number": "Il faut un nombre.",
        "form.whole": "Il faut un nombre entier.",
        "form.least": "Il faut {least} ou plus.",
        "form.most": "Il faut {most} ou moins.",
    },
}


def say(key: str, locale: str, **values: object) -> str:
    language = "fr" if locale.lower().startswith("fr") else "en"
    return SENTENCES[language][key].format(**values)
