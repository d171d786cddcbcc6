/** What drawing a message needs to know and may ask for: names, words, and what pressing its controls does. */
import { ask } from "./dialogs.js";
import { emoji } from "./render/emoji.js";
import { textObject } from "./render/blocks.js";

export function drawing(place, page) {
  const { store, t } = page;
  const context = {
    place, t, me: store.me, locale: store.locale,
    personName: (id) => store.name(id),
    groupName: (id) => store.groups.get(id)?.handle ?? null,
    everybody: () => [...store.people.values()].filter((person) => !person.is_bot).map((person) => ({ value: person.id, label: person.real_name })),
    everywhere: () => [...store.conversations.values()].filter((one) => one.members.includes(store.me))
      .map((one) => ({ value: one.id, public: one.kind === "channel", label: one.kind === "im" ? store.conversationName(one) : `#${one.name}` })),
    formOf: (message) => page.acts.form(message),
    channelName: (id) => store.conversations.get(id)?.name ?? null,
    emoji: (name) => emoji(`:${name}:`),
    sayPrompt: (value, message) => page.acts.sayPrompt(value, message, place),
    click: (element, block, message) => page.acts.click(element, block, message),
    feedbackGiven: (message, action) => page.acts.feedback.get(`${message.ts}/${action}`),
    feedbackStamp: (message) => [...page.acts.feedback].filter(([key]) => key.startsWith(message.ts)).join(),
    confirm: (question) => ask({
      title: question.title?.text ?? "", text: textObject(question.text, context), danger: question.style === "danger",
      yes: question.confirm?.text ?? t("confirm.yes"), no: question.deny?.text ?? t("confirm.no"),
    }),
  };
  return context;
}

/** A prompt is words alone, or `{"as": "U…", "text": "…"}` when somebody else should say them. */
export function promptOf(value) {
  if (value.trimStart().startsWith("{")) {
    try {
      const parsed = JSON.parse(value);
      if (typeof parsed.text === "string") return { as: parsed.as ?? null, text: parsed.text };
    } catch {
      // Words that begin with a brace are still words.
    }
  }
  return { as: null, text: value };
}
