/** A menu that opens at a button and lies above everything, so that what is drawn anew beneath does not take it away. */
import { h } from "./dom.js";

const GAP = 4;

/** `items`: `{label, detail, choose}`. Arrow keys move, Enter chooses, Escape and leaving close; then the button has the focus again. */
export function openMenu(opener, name, items) {
  document.querySelector(".menu.at")?.remove();
  let closed = false;
  const close = (back = true) => {
    if (closed) return; // taking it away moves the focus, which closes it again
    closed = true;
    menu.remove();
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  };
  const menu = h("div", { class: "menu at", role: "menu", "aria-label": name, on: {
    keydown: (event) => key(event, menu, close),
    focusout: (event) => !menu.contains(event.relatedTarget) && close(false),
  } }, ...items.map((item) => h("button", { type: "button", role: "menuitem", tabindex: "-1", class: "menu-item", on: {
    click: () => {
      close();
      item.choose();
    },
  } }, h("span", { class: "menu-words" }, h("span", { class: "menu-name" }, item.label), item.detail ? h("span", { class: "menu-detail" }, item.detail) : null))));
  (opener.closest("dialog") ?? document.body).append(menu);
  place(menu, opener);
  opener.setAttribute("aria-expanded", "true");
  menu.firstElementChild?.focus();
}

function key(event, menu, close) {
  const items = [...menu.children];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items[(to + items.length) % items.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Below the button and to its right edge, or where there is room. */
function place(menu, opener) {
  const at = opener.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP + height <= innerHeight;
  menu.style.left = `${Math.max(GAP, Math.min(at.right - width, innerWidth - width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, below ? at.bottom + GAP : at.top - GAP - height)}px`;
}
