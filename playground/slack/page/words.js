/** Every word of the page, in English and French; the person who acts decides which. Same keys in both. */

export const WORDS = {
  en: {
    "skip": "Skip to messages", "skip.write": "Skip to the message box", "workspace.is": "A local stand-in for a Slack workspace", "channels": "Channels", "dms": "Direct messages",
    "menu": "Channels and people", "menu.close": "Close the list", "acting": "You are", "acting.switch": "Switch person", "acting.people": "Act as",
    "guest": "guest", "you": "you", "app": "App", "locale": "language {locale}", "private": "private channel", "members": "{count, members}",
    "unread": "{count, new}", "messages.in": "Messages in {name}", "empty": "Nothing here yet. Say hello to {bot}.",
    "empty.other": "Nothing here yet.", "older": "Show earlier messages", "today": "Today", "yesterday": "Yesterday", "new.line": "New", "newest": "Newest messages",
    "thread": "Thread", "thread.close": "Close thread", "thread.in": "Thread in {name}", "thread.messages": "Messages of this thread",
    "reply": "Reply in thread", "replies": "{count, replies}", "replies.last": "last {time}", "replies.new": "new", "replies.start": "Open thread",
    "edited": "(edited)", "deleted": "This message was deleted.", "only.you": "Only visible to you", "also.sent": "replied in a thread, also sent here",
    "edit": "Edit", "edit.save": "Save", "edit.cancel": "Cancel", "edit.label": "Edit your message", "delete": "Delete",
    "delete.title": "Delete this message?", "delete.text": "It goes away for everybody.",
    "compose.channel": "Message #{name}", "compose.dm": "Message {name}", "compose.thread": "Reply…", "compose.hint": "Enter sends, Shift+Enter starts a new line",
    "send": "Send", "attach": "Attach a file", "attach.remove": "Remove {name}", "suggestions": "Suggestions", "suggestion.agent": "agent", "suggestion.count": "{count, suggestions}",
    "prompts": "Things to try", "prompts.say": "Say: {text}", "busy": "{bot} is working…", "stop": "Stop", "stopping": "Stopping…",
    "streaming": "{bot} is writing", "finished": "{bot} has answered: {text}", "said": "{name}: {text}", "thread.opened": "Thread opened", "acting.now": "You now act as {name}",
    "file.download": "Download {name}", "image": "Picture", "image.note": "Pictures from other sites are not loaded here.", "code": "Code", "table": "Table", "plan": "Plan",
    "plan.count": "{done} of {all} done", "task.pending": "Waiting", "task.in_progress": "In progress", "task.complete": "Complete", "task.error": "Error",
    "task.done": "done", "task.open": "open", "actions": "Actions", "block.unknown": "A block this page does not draw: {type}", "feedback.up": "Helpful",
    "feedback.down": "Not helpful", "confirm.yes": "Yes", "confirm.no": "Cancel", "reactions": "Reactions", "reaction": "{name}, {count, people}",
    "traffic": "Traffic", "traffic.open": "Show the traffic between Slack and the bot", "traffic.close": "Close the traffic", "traffic.about": "Every request between this workspace and the bot, as it happens.",
    "traffic.filter": "Filter", "traffic.filter.hint": "Filter by method, event or text", "traffic.pause": "Pause", "traffic.resume": "Resume", "traffic.empty": "Empty",
    "traffic.none": "Nothing yet. Say something to the bot.", "traffic.nothing": "Nothing matches the filter.", "traffic.off": "Recording is off.", "traffic.on": "Turn it on", "traffic.held": "{count, waiting}",
    "traffic.both": "Both ways", "traffic.to_bot": "To the bot", "traffic.to_slack": "From the bot", "traffic.request": "Request", "traffic.response": "Response", "traffic.list": "Requests, newest last",
    "traffic.time": "Time", "traffic.direction": "Direction", "traffic.what": "Method or event", "traffic.status": "Status", "traffic.took": "Took", "traffic.thread": "This thread only",
    "bot.connected": "{bot} is connected", "bot.away": "{bot} is not connected. Is it running?", "offline": "The connection to the playground is lost; trying again…",
    "failed": "That did not work: {why}", "bytes.units": "B kB MB GB", "ms": "ms", "loading": "Loading…",
    "external": "other company", "admin": "admin", "shared": "shared with another company", "more": "More actions", "invoked": "{name} used {text}", "shortcut.failed": "{name} did not work: the app did not answer.",
    "file.deleted": "This file was deleted.", "file.elsewhere": "kept elsewhere", "choose": "Choose…", "optional": "(optional)",
    "modal.close": "Close this form", "modal.cancel": "Cancel",
  },
  fr: {
    "skip": "Aller aux messages", "skip.write": "Aller au champ de message", "workspace.is": "Une doublure locale d’un espace Slack", "channels": "Canaux", "dms": "Messages directs",
    "menu": "Canaux et personnes", "menu.close": "Fermer la liste", "acting": "Vous êtes", "acting.switch": "Changer de personne", "acting.people": "Agir en tant que",
    "guest": "invité", "you": "vous", "app": "Appli", "locale": "langue {locale}", "private": "canal privé", "members": "{count, members}",
    "unread": "{count, new}", "messages.in": "Messages de {name}", "empty": "Rien ici pour l’instant. Dites bonjour à {bot}.",
    "empty.other": "Rien ici pour l’instant.", "older": "Afficher les messages précédents", "today": "Aujourd’hui", "yesterday": "Hier", "new.line": "Nouveau", "newest": "Derniers messages",
    "thread": "Fil", "thread.close": "Fermer le fil", "thread.in": "Fil dans {name}", "thread.messages": "Messages de ce fil",
    "reply": "Répondre dans le fil", "replies": "{count, replies}", "replies.last": "dernière à {time}", "replies.new": "nouveau", "replies.start": "Ouvrir le fil",
    "edited": "(modifié)", "deleted": "Ce message a été supprimé.", "only.you": "Visible par vous seul", "also.sent": "a répondu dans un fil, aussi envoyé ici",
    "edit": "Modifier", "edit.save": "Enregistrer", "edit.cancel": "Annuler", "edit.label": "Modifier votre message", "delete": "Supprimer",
    "delete.title": "Supprimer ce message ?", "delete.text": "Il disparaîtra pour tout le monde.",
    "compose.channel": "Écrire dans #{name}", "compose.dm": "Écrire à {name}", "compose.thread": "Répondre…", "compose.hint": "Entrée envoie, Maj+Entrée passe à la ligne",
    "send": "Envoyer", "attach": "Joindre un fichier", "attach.remove": "Retirer {name}", "suggestions": "Suggestions", "suggestion.agent": "agent", "suggestion.count": "{count, suggestions}",
    "prompts": "À essayer", "prompts.say": "Dire : {text}", "busy": "{bot} travaille…", "stop": "Arrêter", "stopping": "Arrêt en cours…",
    "streaming": "{bot} écrit", "finished": "{bot} a répondu : {text}", "said": "{name} : {text}", "thread.opened": "Fil ouvert", "acting.now": "Vous agissez maintenant en tant que {name}",
    "file.download": "Télécharger {name}", "image": "Image", "image.note": "Les images d’autres sites ne sont pas chargées ici.", "code": "Code", "table": "Tableau", "plan": "Plan",
    "plan.count": "{done} sur {all} terminées", "task.pending": "En attente", "task.in_progress": "En cours", "task.complete": "Terminé", "task.error": "Erreur",
    "task.done": "fait", "task.open": "à faire", "actions": "Actions", "block.unknown": "Un bloc que cette page ne dessine pas : {type}", "feedback.up": "Utile",
    "feedback.down": "Pas utile", "confirm.yes": "Oui", "confirm.no": "Annuler", "reactions": "Réactions", "reaction": "{name}, {count, people}",
    "traffic": "Échanges", "traffic.open": "Afficher les échanges entre Slack et le bot", "traffic.close": "Fermer les échanges", "traffic.about": "Chaque requête entre cet espace et le bot, en direct.",
    "traffic.filter": "Filtrer", "traffic.filter.hint": "Filtrer par méthode, événement ou texte", "traffic.pause": "Pause", "traffic.resume": "Reprendre", "traffic.empty": "Vider",
    "traffic.none": "Rien encore. Dites quelque chose au bot.", "traffic.nothing": "Rien ne correspond au filtre.", "traffic.off": "L’enregistrement est arrêté.", "traffic.on": "L’activer", "traffic.held": "{count, waiting}",
    "traffic.both": "Les deux sens", "traffic.to_bot": "Vers le bot", "traffic.to_slack": "Depuis le bot", "traffic.request": "Requête", "traffic.response": "Réponse", "traffic.list": "Requêtes, les plus récentes en dernier",
    "traffic.time": "Heure", "traffic.direction": "Sens", "traffic.what": "Méthode ou événement", "traffic.status": "Statut", "traffic.took": "Durée", "traffic.thread": "Ce fil seulement",
    "bot.connected": "{bot} est connecté", "bot.away": "{bot} n’est pas connecté. Est-il lancé ?", "offline": "La connexion au terrain d’essai est perdue ; nouvel essai…",
    "failed": "Cela n’a pas marché : {why}", "bytes.units": "o ko Mo Go", "ms": "ms", "loading": "Chargement…",
    "external": "autre entreprise", "admin": "administrateur", "shared": "partagé avec une autre entreprise", "more": "Plus d’actions", "invoked": "{name} a utilisé {text}", "shortcut.failed": "{name} n’a pas marché : l’application n’a pas répondu.",
    "file.deleted": "Ce fichier a été supprimé.", "file.elsewhere": "conservé ailleurs", "choose": "Choisir…", "optional": "(facultatif)",
    "modal.close": "Fermer ce formulaire", "modal.cancel": "Annuler",
  },
};

/** Counted things: one, many. */
const COUNTED = {
  en: { members: ["member", "members"], new: ["new message", "new messages"], replies: ["reply", "replies"], people: ["person", "people"], waiting: ["held back", "held back"], suggestions: ["suggestion", "suggestions"] },
  fr: { members: ["membre", "membres"], new: ["nouveau message", "nouveaux messages"], replies: ["réponse", "réponses"], people: ["personne", "personnes"], waiting: ["en attente", "en attente"], suggestions: ["suggestion", "suggestions"] },
};

/** The function that says a word in the language of `locale`; English where we have no other. */
export function speaker(locale) {
  const language = String(locale).toLowerCase().startsWith("fr") ? "fr" : "en";
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(locale);
  return (key, values = {}) => {
    const text = WORDS[language][key];
    if (text === undefined) throw new Error(`No word for ${key}`);
    return text.replace(/\{(\w+)(?:, (\w+))?\}/g, (_, name, counted) => {
      if (!counted) return String(values[name] ?? "");
      const forms = COUNTED[language][counted];
      return `${number.format(values[name])} ${forms[plural.select(values[name]) === "one" ? 0 : 1]}`;
    });
  };
}
