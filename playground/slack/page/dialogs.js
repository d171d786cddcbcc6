/** What interrupts: a question with two answers, a line that says what failed, and editing one's own message in place. */
import { fill, h } from "./dom.js";
import { unescaped } from "./render/tokens.js";

const SHOWN_MS = 8000; // long enough to read one sentence twice

/** Asks; resolves true only when the person pressed the confirming button. */
export function ask({ title, text, yes, no, danger = false }) {
  return new Promise((answered) => {
    const dialog = h("dialog", { class: "question", "aria-labelledby": "question-title", "aria-describedby": "question-text" },
      h("form", { method: "dialog" },
        h("h2", { id: "question-title" }, title),
        h("div", { id: "question-text", class: "text" }, ...[text].flat()),
        h("div", { class: "block-actions" },
          h("button", { class: "control plain", value: "no" }, no),
          h("button", { class: `control ${danger ? "danger" : "primary"}`, value: "yes" }, yes))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      answered(dialog.returnValue === "yes");
    });
    dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
    document.body.append(dialog);
    dialog.showModal();
  });
}

export class Toast {
  constructor(region) {
    this.region = region;
  }

  show(words) {
    clearTimeout(this.timer);
    fill(this.region, h("p", {}, words));
    this.timer = setTimeout(() => this.region.replaceChildren(), SHOWN_MS);
  }
}

/** Puts a form in the place of a message's text until it is saved or left. */
export function editInPlace(view, page) {
  const { t, store } = page;
  const field = h("textarea", { "aria-label": t("edit.label"), rows: "2", prop: { value: asTyped(view.message.text, store) } });
  const done = () => {
    view.editing = false;
    view.stamp = null;
    form.replaceWith(view.body);
    page.draw();
    view.article.focus();
  };
  const form = h("form", {
    class: "edit-form", on: {
      submit: async (event) => {
        event.preventDefault();
        if (!field.value.trim()) return;
        await page.acts.saveEdit(view.message, field.value.trim());
        done();
      },
      keydown: (event) => {
        if (event.key === "Escape") done();
        else if (event.key === "Enter" && !event.shiftKey && event.target === field) form.requestSubmit();
        else return;
        event.preventDefault();
        event.stopPropagation();
      },
    },
  }, field, h("div", { class: "block-actions" },
    h("button", { type: "button", class: "control plain", on: { click: done } }, t("edit.cancel")),
    h("button", { class: "control primary" }, t("edit.save"))));
  view.editing = true;
  view.body.replaceWith(form);
  field.focus();
}

/** A message's text back as its writer typed it. */
export function asTyped(text, store) {
  return unescaped(text
    .replace(/<@([A-Z0-9]+)(?:\|[^>]*)?>/g, (_, id) => `@${store.name(id) ?? id}`)
    .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id, name) => `#${name || store.conversations.get(id)?.name || id}`)
    .replace(/<!(here|channel|everyone)(?:\|[^>]*)?>/g, "@$1")
    .replace(/<((?:https?:\/\/|mailto:)[^>|]+)(?:\|[^>]*)?>/g, "$1"));
}
