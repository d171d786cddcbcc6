"""All that the rules say, in English and French."""

from __future__ import annotations

LABEL = {
    "en": "I am the playground’s rules, not a model: I know a handful of sentences and guess at nothing.",
    "fr": "Je suis les règles du bac à sable, pas un modèle : je connais quelques phrases et je ne devine rien.",
}

WORDS = {
    "en": {
        "hello": "Hello!",
        "try": "You can try one of these:",
        "try_time": "what time is it in Tokyo?",
        "try_convert": "convert 14:30 from Paris to Tokyo",
        "try_long": "a long answer",
        "try_error": "an error",
        "try_second": "who spoke here? (most telling once a second person has written in this thread)",
        "not_understood": "I did not understand that.",
        "thanks": "You are welcome.",
        "which_city": "In which city?",
        "unknown_city": "I do not know that place. Which large city keeps the same time? "
        "Or give me the time zone, such as `Asia/Tokyo`.",
        "which_convert": "I need a time and two cities for that, such as “convert 14:30 from Paris to Tokyo”.",
        "no_time_tool": "I have no tool here that tells the time.",
        "no_convert_tool": "I have no tool here that converts times.",
        "time": "It is {time} in {place}, on {date}.",
        "converted": "{from_time} in {from_place} is {to_time} in {to_place}.",
        "on_date": "{to_date} there",
        "tool_said": "`{tool}` answered:",
        "tool_nothing": "`{tool}` answered nothing.",
        "tool_failed": "That did not work. `{tool}` says: {text}",
        "note": "I have also read this, which came while I was busy: “{text}”",
        "you": "You are {name}, as far as the label on your message says.",
        "spoke": "So far I have heard {names}.",
        "no_names": "The messages reach me without names, so I cannot tell.",
        "and": "and",
        "before": "Before this you wrote:",
        "nothing_before": "This is the first message I have from you here.",
        "failing": "Here is the beginning of an answer that will now break off. ",
        "error": "The error you asked for: this turn failed on purpose.",
        "open_quote": "A quotation mark is opened there and never closed. Can you send it again?",
        "no_tool_named": "Which tool? I am offered {tools}.",
        "unknown_tool": "No tool here is called `{name}`. I am offered {tools}.",
        "ambiguous_tool": "`{name}` could be several tools: {tools}. Which one?",
        "no_equals": "I cannot place `{word}`: each argument is written key=value, with quotation marks around spaces.",
        "unknown_key": "`{tool}` knows no `{key}`. It takes: {keys}.",
        "wrong_type": "`{key}` must be of type {type}, and `{value}` is not. What should it be?",
        "missing_keys": "`{tool}` also needs: {keys}. What should I put there?",
        "no_tools": "no tools",
    },
    "fr": {
        "hello": "Bonjour !",
        "try": "Vous pouvez essayer ceci :",
        "try_time": "quelle heure est-il à Tokyo ?",
        "try_convert": "convertis 14:30 de Paris à Tokyo",
        "try_long": "une longue réponse",
        "try_error": "une erreur",
        "try_second": "qui a parlé ici ? (surtout quand une deuxième personne a écrit dans ce fil)",
        "not_understood": "Je n’ai pas compris.",
        "thanks": "Avec plaisir.",
        "which_city": "Dans quelle ville ?",
        "unknown_city": "Je ne connais pas ce lieu. Quelle grande ville vit à la même heure ? "
        "Ou donnez-moi le fuseau horaire, par exemple `Asia/Tokyo`.",
        "which_convert": "Il me faut une heure et deux villes, par exemple « convertis 14:30 de Paris à Tokyo ».",
        "no_time_tool": "Je n’ai ici aucun outil qui donne l’heure.",
        "no_convert_tool": "Je n’ai ici aucun outil qui convertit les heures.",
        "time": "Il est {time} à {place}, le {date}.",
        "converted": "{from_time} à {from_place}, c’est {to_time} à {to_place}.",
        "on_date": "le {to_date} là-bas",
        "tool_said": "`{tool}` a répondu :",
        "tool_nothing": "`{tool}` n’a rien répondu.",
        "tool_failed": "Cela n’a pas marché. `{tool}` dit : {text}",
        "note": "J’ai lu aussi ceci, arrivé pendant que j’étais occupé : « {text} »",
        "you": "Vous êtes {name}, d’après l’étiquette de votre message.",
        "spoke": "Jusqu’ici j’ai entendu {names}.",
        "no_names": "Les messages me parviennent sans noms, je ne peux donc pas le dire.",
        "and": "et",
        "before": "Avant cela, vous avez écrit :",
        "nothing_before": "C’est le premier message que j’ai de vous ici.",
        "failing": "Voici le début d’une réponse qui va maintenant s’interrompre. ",
        "error": "L’erreur demandée : ce tour a échoué exprès.",
        "open_quote": "Un guillemet s’ouvre et ne se ferme jamais. Pouvez-vous renvoyer le message ?",
        "no_tool_named": "Quel outil ? On m’offre {tools}.",
        "unknown_tool": "Aucun outil ne s’appelle `{name}` ici. On m’offre {tools}.",
        "ambiguous_tool": "`{name}` peut désigner plusieurs outils : {tools}. Lequel ?",
        "no_equals": "Je ne sais où mettre `{word}` : chaque argument s’écrit clé=valeur, entre guillemets s’il a des "
        "espaces.",
        "unknown_key": "`{tool}` ne connaît pas `{key}`. Il prend : {keys}.",
        "wrong_type": "`{key}` doit être de type {type}, et `{value}` ne l’est pas. Que faut-il mettre ?",
        "missing_keys": "Il faut encore à `{tool}` : {keys}. Que dois-je y mettre ?",
        "no_tools": "aucun outil",
    },
}

FRENCH_WORDS = """
bonjour salut quelle quel heure est il qui que quoi parle dit avant une un longue reponse tres erreur aide
merci suis je tu vous moi le la les des du et dans ici convertis convertir vers peux pouvez fais faire
comment pourquoi quand ou ca va oui non fil ecris ecrit ville j'ai qu'ai-je s'il l'heure d'erreur encore
aussi
"""
FRENCH = frozenset(FRENCH_WORDS.split())

ENGLISH_WORDS = """
hello hi hey what time is it in who whom did say said before the a an long answer very error help thanks
thank am i you me this that convert from to can could please how why when where yes no thread write city and
there again also fail show give of for
"""
ENGLISH = frozenset(ENGLISH_WORDS.split())
