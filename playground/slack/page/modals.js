/**
 * The form that the app shows a person: the topmost view of the stack, as a dialog. The browser keeps the focus inside;
 * Escape closes one view. What was typed stays when the app changes the view.
 */
import * as api from "./api.js";
import { drawing } from "./context.js";
import { fill, h, icon, unseen } from "./dom.js";
import { Form } from "./forms.js";
import { blocks } from "./render/blocks.js";
import { emoji } from "./render/emoji.js";

const INPUTS = ".input :is(input, select, textarea)";

export class Modals {
  constructor(page) {
    this.page = page;
    this.forms = new Map(); // view id -> what was put into it
    this.title = h("h2", { id: "modal-title" });
    this.leave = h("button", { type: "button", class: "tool", id: "modal-close", on: { click: () => this.close() } });
    this.body = h("div", { class: "modal-body" });
    this.trouble = h("p", { class: "modal-trouble", role: "alert" });
    this.no = h("button", { type: "button", class: "control plain", on: { click: () => this.close() } });
    this.yes = h("button", { class: "control primary" });
    this.dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title", on: {
      cancel: (event) => {
        event.preventDefault();
        this.close();
      },
      keydown: (event) => event.key === "Escape" && event.stopPropagation(),
    } }, h("form", { novalidate: true, on: { submit: (event) => this.submit(event) } },
      h("header", { class: "pane-head" }, this.title, this.leave), this.body,
      h("footer", {}, this.trouble, this.no, this.yes)));
    document.body.append(this.dialog);
  }

  get top() {
    return this.page.store.modals.at(-1) ?? null;
  }

  draw() {
    const { top } = this;
    const known = new Set(this.page.store.modals.map((one) => one.id));
    for (const id of this.forms.keys()) if (!known.has(id)) this.forms.delete(id);
    if (!top) {
      this.drawn = null;
      if (this.dialog.open) this.dialog.close();
      return;
    }
    const stamp = `${top.id}/${top.hash}/${this.page.store.locale}`;
    if (this.drawn === stamp) return;
    const another = this.drawn?.split("/")[0] !== top.id || (!this.body.querySelector(INPUTS) && this.leave === document.activeElement);
    this.drawn = stamp;
    const form = this.form(top);
    form.known = top.values;
    form.errors = {};
    form.prune(top.view.blocks);
    this.paint(top, form);
    fill(this.trouble);
    if (!this.dialog.open) this.dialog.showModal();
    if (another) (this.body.querySelector(INPUTS) ?? this.body.querySelector("input, select, textarea, button") ?? this.leave).focus();
  }

  paint({ view }, form) {
    const { t } = this.page;
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const context = { ...drawing("modal", this.page), formOf: () => form, click: (element, block) => form.told(element, block, element.value) };
    fill(this.title, emoji(view.title.text));
    fill(this.leave, icon("close"), unseen(t("modal.close")));
    this.leave.title = t("modal.close");
    fill(this.body, ...blocks(view.blocks, context, { view: true }));
    fill(this.no, emoji(view.close?.text ?? t("modal.cancel")));
    this.yes.hidden = !view.submit;
    fill(this.yes, emoji(view.submit?.text ?? ""));
    if (focused) this.body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  form(top) {
    if (!this.forms.has(top.id)) {
      const told = (element, block, value) => this.page.acts.act(() => api.use({ user: this.page.store.me, view_id: top.id, action_id: element.action_id, block_id: block.block_id, value, values: this.form(top).values }));
      this.forms.set(top.id, new Form(told, top.values));
    }
    return this.forms.get(top.id);
  }

  async submit(event) {
    event.preventDefault();
    const { top } = this;
    if (!top?.view.submit || this.busy) return;
    this.wait(true);
    const form = this.form(top);
    const answer = await this.page.acts.act(() => api.submit(this.page.store.me, top.id, form.values));
    this.wait(false);
    if (!answer || !this.page.store.modals.some((one) => one.id === top.id)) return;
    form.errors = answer.errors ?? {};
    fill(this.trouble, answer.trouble ?? null);
    if (this.top?.id !== top.id || this.drawn?.split("/")[1] !== top.hash) return;
    this.paint(top, form);
    this.body.querySelector('[aria-invalid="true"]')?.focus();
  }

  wait(busy) {
    this.busy = busy;
    this.yes.setAttribute("aria-disabled", String(busy));
  }

  close() {
    const { top } = this;
    if (top && !this.busy) this.page.acts.act(() => api.close(this.page.store.me, top.id));
  }
}
