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
        "greeting_to": "Hello, {name}!",
        "no_deploy": "There is no deploy in this playground for me to look at; an agent with a tool for yours would.",
        "nothing_new": "Nothing that I know of: I am rules, and look at nothing meanwhile.",
        "only_reminded": "It is time for this. The playground’s rules can only remind you of it; a model would do it.",
        "came_one": "This came in: {event}.",
        "came_several": "{count} deliveries came in:",
        "came_before": "{count} before these, which were left out",
        "came_by": ", by {who}",
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
        "not_done": "That was not done: the answer to `{tool}` was no.",
        "not_done_since": "That was not done: the answer to `{tool}` was no: “{reason}”",
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
        "try_search": "search the web for night trains in Europe",
        "try_news": "latest news about electricity prices",
        "try_code": "calculate 17 * 23 (or: run code that lists the primes)",
        "try_plot": "plot the sales by quarter",
        "try_draw": "draw a red boat on the sea at sunset",
        "try_library": "what does the handbook say about holidays?",
        "try_remote": "call {title}",
        "try_human": "I want to talk to a human",
        "try_think": "think about the moon",
        "try_target": "something for *{name}*: {description}",
        "no_own_tool": "I have no tool here for that: it would need `{tool}`.",
        "no_file": "No file came with your message.",
        "no_human_tool": "I have no way here to fetch a person.",
        "found": "I found this:",
        "found_news": "This is the news I found:",
        "found_documents": "The documents say:",
        "found_remote": "{title} has:",
        "found_nothing": "I searched for “{query}” and found nothing. This playground’s web is small: "
        "try night trains, solar panels, sleep, Einstein, VAT or Python 3.14.",
        "found_no_document": "I searched the documents for “{query}” and found no passage about it. "
        "Documents count once they are processed.",
        "result": "The result is **{result}**.",
        "no_recording": "The playground never runs code, so I can show only what was recorded: primes, compound "
        "interest, the mean of a CSV, Fibonacci numbers, a plot of a sine, a plot of sales by quarter. I can also work "
        "out sums such as 17 * 23.",
        "picture": "Here is the picture: {prompt}",
        "denied": "I have not called `{tool}`: you said no.",
        "thought": "I have thought about it: {subject}. More than that takes a model.",
        "thinking": "The question is “{text}”. I look for a rule that fits, then for the tools I have: {tools}. Then I "
        "answer with what they give, and guess at nothing.",
        "takes_over": "{name} here. I take over from here.",
        "person_back": "Thank you. I have read what {names} wrote meanwhile, and go on from here.",
        "person_nothing": "Nobody wrote anything meanwhile, so I go on from here.",
        "keeps": "{name} here. I may not pass this on, so I answer myself: please write to those colleagues directly.",
        "circles": "This has now been passed on {count} times; I keep it.",
        "topic_technical": "{name} here. I have noted the technical problem. Please install the newest version and "
        "start it once more; if it happens again, send me the time and what you did last.",
        "topic_billing": "{name} here. I have looked at the invoice: what was charged twice is paid back to your card "
        "within five working days, and a corrected invoice follows today.",
        "topic_shipping": "{name} here. Your parcel left the warehouse; it usually arrives within two working days.",
        "about_image": "*{name}*: a picture ({kind}, {size}{pixels}). I am rules and see nothing in it.",
        "pixels": ", {width} × {height} pixels",
        "about_text": "*{name}*: {kind}, {size}{pages}. It begins: “{words}”",
        "pages": ", pages: {pages}",
        "about_other": "*{name}*: {kind}, {size}. I cannot read this kind.",
        "about_address": "*{name}*: it lies at another address, which I do not open.",
        "attached": "This came with your message:",
        "try_projects": "which projects do I have?",
        "try_issue": "open an issue in playground/storefront: No tea",
        "try_later": "remind me in 20 minutes to look at the deploy (or: every Monday at 9 tell me the time in Tokyo)",
        "try_follow_ups": "list my follow-ups",
        "try_cancel": "cancel that follow-up",
        "promised": "Done. {text}",
        "scheduled": "Done. {text}",
        "changed": "Done. {text}",
        "ended": "Done. {text}",
        "follow_ups": "These follow-ups are open:",
        "no_follow_ups": "No follow-up is open here.",
        "which_follow_up": "When, and what then? Say it such as “remind me in 20 minutes to look at the deploy” or "
        "“every Monday at 9 tell me the time in Tokyo”.",
        "which_one": "Which follow-up? Name it by its id, as “list my follow-ups” shows it.",
        "projects": "These are the projects in your workspace:",
        "project": "[{name}]({url}): {status}, led by {lead}",
        "no_projects": "There are no projects in your workspace.",
        "nobody": "nobody",
        "issue": "Done: [issue {number}]({url}).",
        "which_issue": "I need a repository and a title for that, such as “open an issue in playground/storefront: "
        "No tea”.",
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
        "greeting_to": "Bonjour, {name} !",
        "no_deploy": "Il n’y a dans ce bac à sable aucun déploiement à regarder ; un agent qui a un outil pour le "
        "vôtre le ferait.",
        "nothing_new": "Rien que je sache : je suis des règles et ne regarde rien entre-temps.",
        "only_reminded": "C’est le moment. Les règles du bac à sable ne peuvent que vous le rappeler ; un modèle le "
        "ferait.",
        "came_one": "Ceci est arrivé : {event}.",
        "came_several": "{count} envois sont arrivés :",
        "came_before": "{count} avant ceux-ci, laissés de côté",
        "came_by": ", par {who}",
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
        "not_done": "Cela n’a pas été fait : la réponse pour `{tool}` était non.",
        "not_done_since": "Cela n’a pas été fait : la réponse pour `{tool}` était non : « {reason} »",
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
        "try_search": "cherche sur le web les trains de nuit en Europe",
        "try_news": "les dernières nouvelles sur les prix de l’électricité",
        "try_code": "calcule 17 * 23 (ou : exécute du code qui liste les nombres premiers)",
        "try_plot": "trace les ventes par trimestre",
        "try_draw": "dessine un bateau rouge sur la mer au coucher du soleil",
        "try_library": "que dit le manuel sur les congés ?",
        "try_remote": "appelle {title}",
        "try_human": "je veux parler à quelqu’un",
        "try_think": "réfléchis à la lune",
        "try_target": "quelque chose pour *{name}* : {description}",
        "no_own_tool": "Je n’ai ici aucun outil pour cela : il faudrait `{tool}`.",
        "no_file": "Aucun fichier n’accompagnait votre message.",
        "no_human_tool": "Je n’ai ici aucun moyen d’appeler une personne.",
        "found": "J’ai trouvé ceci :",
        "found_news": "Voici les nouvelles que j’ai trouvées :",
        "found_documents": "Les documents disent :",
        "found_remote": "{title} contient :",
        "found_nothing": "J’ai cherché « {query} » sans rien trouver. Le web de ce bac à sable est petit : essayez les "
        "trains de nuit, les panneaux solaires, le sommeil, Einstein, la TVA ou Python 3.14.",
        "found_no_document": "J’ai cherché « {query} » dans les documents sans trouver de passage. Un document compte "
        "une fois traité.",
        "result": "Le résultat est **{result}**.",
        "no_recording": "Le bac à sable n’exécute jamais de code ; je ne montre que ce qui fut enregistré : nombres "
        "premiers, intérêts composés, moyenne d’un CSV, nombres de Fibonacci, courbe d’un sinus, ventes par trimestre. "
        "Je sais aussi calculer, par exemple 17 * 23.",
        "picture": "Voici l’image : {prompt}",
        "denied": "Je n’ai pas appelé `{tool}` : vous avez dit non.",
        "thought": "J’y ai réfléchi : {subject}. Pour en dire plus, il faut un modèle.",
        "thinking": "La question est « {text} ». Je cherche une règle qui convient, puis mes outils : {tools}. "
        "Ensuite je réponds avec ce qu’ils donnent, et ne devine rien.",
        "takes_over": "Ici {name}. Je prends la suite.",
        "person_back": "Merci. J’ai lu ce qui fut écrit entre-temps ({names}), et je continue à partir de là.",
        "person_nothing": "Personne n’a rien écrit entre-temps, je continue donc à partir de là.",
        "keeps": "Ici {name}. Je ne peux pas transmettre ceci, je réponds donc moi-même : écrivez directement à ces "
        "collègues.",
        "circles": "Cela a maintenant été transmis {count} fois ; je le garde.",
        "topic_technical": "Ici {name}. J’ai noté le problème technique. Installez la dernière version et relancez-la "
        "; si cela recommence, envoyez-moi l’heure et ce que vous faisiez.",
        "topic_billing": "Ici {name}. J’ai regardé la facture : ce qui fut débité deux fois revient sur votre carte "
        "sous cinq jours ouvrés, et une facture corrigée suit aujourd’hui.",
        "topic_shipping": "Ici {name}. Votre colis a quitté l’entrepôt ; il arrive d’ordinaire en deux jours ouvrés.",
        "about_image": "*{name}* : une image ({kind}, {size}{pixels}). Je suis des règles et n’y vois rien.",
        "pixels": ", {width} × {height} pixels",
        "about_text": "*{name}* : {kind}, {size}{pages}. Cela commence ainsi : « {words} »",
        "pages": ", pages : {pages}",
        "about_other": "*{name}* : {kind}, {size}. Je ne sais pas lire ce genre de fichier.",
        "about_address": "*{name}* : le fichier est à une autre adresse, que je n’ouvre pas.",
        "attached": "Ceci accompagnait votre message :",
        "try_projects": "quels projets ai-je ?",
        "try_issue": "ouvre une issue dans playground/storefront : Plus de thé",
        "try_later": "rappelle-moi dans 20 minutes de regarder le déploiement (ou : chaque lundi à 9h donne-moi "
        "l’heure à Tokyo)",
        "try_follow_ups": "liste mes suivis",
        "try_cancel": "annule ce suivi",
        "promised": "C’est fait. L’outil dit : {text}",
        "scheduled": "C’est fait. La carte dit quand.",
        "changed": "C’est fait. La carte dit le reste.",
        "ended": "C’est fait. Ce suivi ne reviendra plus.",
        "follow_ups": "Ces suivis sont ouverts :",
        "no_follow_ups": "Aucun suivi n’est ouvert ici.",
        "which_follow_up": "Quand, et pour quoi faire ? Dites par exemple « rappelle-moi dans 20 minutes de regarder "
        "le déploiement » ou « chaque lundi à 9h donne-moi l’heure à Tokyo ».",
        "which_one": "Quel suivi ? Nommez-le par son identifiant, que montre « liste mes suivis ».",
        "projects": "Voici les projets de votre espace de travail :",
        "project": "[{name}]({url}) : {status}, sous la conduite de {lead}",
        "no_projects": "Il n’y a aucun projet dans votre espace de travail.",
        "nobody": "personne",
        "issue": "C’est fait : [issue {number}]({url}).",
        "which_issue": "Il me faut pour cela un dépôt et un titre, par exemple « ouvre une issue dans "
        "playground/storefront : Plus de thé ».",
        "no_tools": "aucun outil",
    },
}

FRENCH_WORDS = """
bonjour salut quelle quel heure est il qui que quoi parle dit avant une un longue reponse tres erreur aide
merci suis je tu vous moi le la les des du et dans ici convertis convertir vers peux pouvez fais faire
comment pourquoi quand ou ca va oui non fil ecris ecrit ville j'ai qu'ai-je s'il l'heure d'erreur encore
aussi cherche recherche dessine calcule trace dernieres nouvelles actualites sur mon ma mes nous une reflechis parler
quelqu'un veux facture panne plante deux fois deja dit manuel appelle execute code mer nuit rouge
rappelle rappelle-moi chaque lundi suivi suivis annule
"""
FRENCH = frozenset(FRENCH_WORDS.split())

ENGLISH_WORDS = """
hello hi hey what time is it in who whom did say said before the a an long answer very error help thanks
thank am i you me this that convert from to can could please how why when where yes no thread write city and
there again also fail show give of for search web latest news about draw plot calculate run my was have handbook
think talk human person call picture file on at with to want but it's i'm and
remind every minutes hours monday cancel follow-up follow-ups
"""
ENGLISH = frozenset(ENGLISH_WORDS.split())
