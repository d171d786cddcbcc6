/**
 * The list that opens above a composer: people and groups after `@`, agents after `+` behind the bot's mention, commands
 * after `/`. Arrow keys choose, Tab or Enter takes, Escape closes. The text field is the combobox, the list its listbox.
 */
import { fill, h } from "./dom.js";
import { avatar, mark } from "./render/avatar.js";

const MOST = 8; // what fits above a composer in a low window

export class Completion {
  /** `offers(before)` answers `{from, options: [{insert, label, hint, detail, person, sign, run}]}` for the text before the caret, or null. */
  constructor(field, list, offers, announce) {
    Object.assign(this, { field, list, offers, announce });
    this.options = [];
    this.chosen = 0;
    field.addEventListener("input", () => !this.taking && this.look());
    field.addEventListener("click", () => this.look());
    field.addEventListener("blur", () => this.close());
    field.setAttribute("aria-autocomplete", "list");
    list.addEventListener("mousedown", (event) => event.preventDefault());
  }

  get open() {
    return this.options.length > 0;
  }

  /** Looks again after the offers changed, unless the person has turned away from the list. */
  again() {
    if (!this.dismissed && document.activeElement === this.field) this.look();
  }

  look() {
    this.dismissed = false;
    const { value, selectionStart, selectionEnd } = this.field;
    const found = selectionStart === selectionEnd ? this.offers(value.slice(0, selectionStart)) : null;
    if (!found?.options.length) {
      this.close();
      return;
    }
    const opening = !this.open;
    this.from = found.from;
    this.options = found.options.slice(0, MOST);
    this.chosen = 0;
    this.draw();
    if (opening) this.announce(this.options.length);
  }

  draw() {
    fill(this.list, ...this.options.map((option, index) =>
      h("li", { id: `${this.list.id}-${index}`, role: "option", "aria-selected": String(index === this.chosen), on: { click: () => this.take(index) } },
        option.person ? avatar(option.person, "small") : h("span", { class: "avatar small agent", "aria-hidden": "true" }, option.sign ?? mark()),
        h("span", { class: "option-label" }, option.label, option.hint ? h("span", { class: "option-hint" }, ` ${option.hint}`) : null),
        option.detail ? h("span", { class: "option-detail" }, option.detail) : null)));
    this.list.hidden = false;
    this.field.setAttribute("role", "combobox");
    this.field.setAttribute("aria-expanded", "true");
    this.field.setAttribute("aria-controls", this.list.id);
    this.field.setAttribute("aria-activedescendant", `${this.list.id}-${this.chosen}`);
    this.list.children[this.chosen]?.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.options = [];
    this.list.hidden = true;
    this.list.replaceChildren();
    for (const name of ["role", "aria-expanded", "aria-controls", "aria-activedescendant"]) this.field.removeAttribute(name);
  }

  /** Whether the key was meant for the list. */
  key(event) {
    if (!this.open) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.chosen = (this.chosen + step + this.options.length) % this.options.length;
      this.draw();
    } else if (event.key === "Tab" || event.key === "Enter") this.take(this.chosen);
    else if (event.key === "Escape") {
      this.close();
      this.dismissed = true;
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  take(index) {
    const { insert, run } = this.options[index];
    const caret = this.field.selectionStart;
    this.close();
    if (run) {
      this.field.value = "";
      this.field.dispatchEvent(new Event("input", { bubbles: true }));
      run();
      return;
    }
    this.field.setRangeText(`${insert} `, this.from, caret, "end");
    this.field.focus();
    this.taking = true; // what was taken is not offered once more, as "@Ada " would be for Ada Lovelace
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
    this.taking = false;
  }
}
