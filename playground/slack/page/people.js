/** Who the page acts as: a button with the person's name that opens a menu of everybody in the workspace. */
import { fill, h, icon, unseen } from "./dom.js";
import { avatar } from "./render/avatar.js";

export class People {
  constructor(home, page) {
    this.page = page;
    this.button = h("button", { type: "button", class: "acting", id: "acting", "aria-haspopup": "menu", "aria-expanded": "false", "aria-controls": "people", on: { click: () => this.toggle(), keydown: (event) => this.opens(event) } });
    this.menu = h("div", { id: "people", class: "menu", role: "menu", hidden: true, on: { keydown: (event) => this.key(event), focusout: (event) => this.left(event) } });
    home.append(this.menu, this.button);
  }

  draw() {
    const { store, t } = this.page;
    const me = store.person(store.me);
    fill(this.button, avatar(me), h("span", { class: "acting-words" },
      h("span", { class: "acting-label" }, t("acting")), h("span", { class: "acting-name" }, me?.real_name ?? store.name(store.me) ?? "")),
    icon("chevron", "turned"), unseen(`, ${t("acting.switch")}`));
    this.menu.setAttribute("aria-label", t("acting.people"));
    if (!this.menu.hidden) return;
    fill(this.menu, ...[...store.people.values()].filter((person) => !person.is_bot).map((person) => this.item(person)));
  }

  item(person) {
    const { store, t } = this.page;
    const details = [language(person.locale, store.locale), person.is_guest ? t("guest") : null, person.is_admin ? t("admin") : null, person.is_stranger ? t("external") : null].filter(Boolean).join(" · ");
    return h("button", { type: "button", role: "menuitemradio", tabindex: "-1", class: "menu-item", "aria-checked": String(person.id === store.me), data: { person: person.id }, on: { click: () => this.choose(person.id) } },
      avatar(person), h("span", { class: "menu-words" }, h("span", { class: "menu-name" }, person.real_name), h("span", { class: "menu-detail" }, details)),
      person.id === store.me ? icon("check") : null);
  }

  toggle(open = this.menu.hidden) {
    this.menu.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) (this.menu.querySelector('[aria-checked="true"]') ?? this.menu.firstElementChild)?.focus();
  }

  opens(event) {
    if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
    event.preventDefault();
    this.toggle(true);
  }

  key(event) {
    const items = [...this.menu.children];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      items[(to + items.length) % items.length].focus();
    } else if (event.key === "Escape") {
      event.stopPropagation();
      this.toggle(false);
      this.button.focus();
    }
  }

  left(event) {
    if (!this.menu.contains(event.relatedTarget) && event.relatedTarget !== this.button) this.toggle(false);
  }

  choose(person) {
    this.toggle(false);
    this.button.focus();
    this.page.actAs(person);
  }
}

function language(locale, shownIn) {
  try {
    return new Intl.DisplayNames(shownIn, { type: "language" }).of(locale.split("-")[0]);
  } catch {
    return locale;
  }
}
