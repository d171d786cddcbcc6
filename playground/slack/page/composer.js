/** Where a person writes: grows with the text, Enter sends, `/` commands the app, files come by click, drop or paste. */
import * as api from "./api.js";
import { Completion } from "./completion.js";
import { fill, h, icon, unseen } from "./dom.js";
import { byteSize } from "./times.js";

const NAME_AT_END = /(?:^|[\s(])@([\p{L}\p{N}._-]*(?: [\p{L}\p{N}._-]*)?)$/u;
const CODE = /(```[\s\S]+?```|`[^`\n]+`)/; // names in code are code
const COMMAND = /^\/[^\s/]\S*/; // as Slack takes it; a blank before the slash makes it a message
const COMMAND_AT_END = /^\/(\S*)$/;
const AGENT_AT_END = /^\s*\+([\p{L}\p{N}_-]*)$/u;

export class Composer {
  /** `where()` says which channel, and which thread, what is written here goes to. */
  constructor(id, page, where) {
    Object.assign(this, { id, page, where });
    this.files = [];
    this.field = h("textarea", { id: `${id}-text`, rows: "1", autocomplete: "off", spellcheck: "true" });
    this.list = h("ul", { id: `${id}-list`, class: "completion", role: "listbox", hidden: true });
    this.attached = h("ul", { class: "attached" });
    this.picker = h("input", { type: "file", class: "unseen", tabindex: "-1", "aria-hidden": "true", multiple: true, on: { change: () => this.attach(this.picker.files) } });
    this.clip = h("button", { type: "button", class: "tool", on: { click: () => this.picker.click() } });
    this.go = h("button", { type: "submit", class: "send" });
    this.hint = h("p", { class: "hint", id: `${id}-hint` });
    this.field.setAttribute("aria-describedby", this.hint.id);
    this.form = h("form", { class: "composer", on: { submit: (event) => this.submit(event) } },
      this.list, h("div", { class: "composer-box" }, this.attached, this.field, h("div", { class: "composer-row" }, this.clip, this.picker, this.hint, this.go)));
    this.completion = new Completion(this.field, this.list, (before) => this.offers(before), (count) => page.announce(page.t("suggestion.count", { count })));
    this.field.addEventListener("keydown", (event) => this.key(event));
    this.field.addEventListener("input", () => this.grown());
    this.field.addEventListener("paste", (event) => this.take(event, event.clipboardData));
  }

  /** Puts the words in the acting person's language. */
  words(label) {
    const { t } = this.page;
    this.field.setAttribute("aria-label", label);
    this.field.placeholder = label;
    this.list.setAttribute("aria-label", t("suggestions"));
    fill(this.clip, icon("clip"), unseen(t("attach")));
    this.clip.title = t("attach");
    fill(this.go, icon("send"), unseen(t("send")));
    this.go.title = t("send");
    this.grown();
  }

  key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.form.requestSubmit();
    }
  }

  grown() {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
    this.form.classList.toggle("filled", this.canSend);
    const command = this.command();
    this.form.classList.toggle("commanding", Boolean(command));
    fill(this.hint, command ? `${command.command} ${command.usage_hint} · ${command.description}` : this.page.t("compose.hint"));
    this.go.setAttribute("aria-disabled", String(!this.canSend));
  }

  get canSend() {
    return this.field.value.trim() !== "" || this.files.length > 0;
  }

  async submit(event) {
    event.preventDefault();
    if (!this.canSend) return;
    if (this.sending) { // what was sent before comes first
      this.another = true;
      return;
    }
    const [text, files] = [this.field.value.trim(), this.files];
    const command = COMMAND.test(this.field.value) && !files.length;
    const escaped = command && !this.command()?.should_escape ? text : tokens(text, this.page.store);
    this.sending = true;
    this.set("");
    this.files = [];
    this.drawFiles();
    try {
      if (command) await this.page.acts.command(escaped, this.where());
      else await this.page.acts.send(escaped, files.map((file) => file.id), this.where());
    } catch (error) {
      this.another = false;
      this.set([text, this.field.value].filter(Boolean).join("\n")); // nothing a person wrote is lost because the server was away
      this.files = files;
      this.drawFiles();
      this.page.acts.failed(error);
    } finally {
      this.sending = false;
      if (this.another) this.form.requestSubmit();
      this.another = false;
    }
  }

  set(text) {
    this.field.value = text;
    this.completion.close();
    this.grown();
  }

  /** The command that is being written, if there is one of that name. */
  command() {
    const name = COMMAND.exec(this.field.value)?.[0];
    return name ? this.page.store.commands.find((one) => one.command === name) : null;
  }

  /** Files dropped anywhere on `pane` are attached here. */
  catches(pane) {
    const over = (on) => pane.classList.toggle("dropping", on);
    pane.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files")) return;
      event.preventDefault();
      over(true);
    });
    pane.addEventListener("dragleave", (event) => !pane.contains(event.relatedTarget) && over(false));
    pane.addEventListener("drop", (event) => {
      over(false);
      this.take(event, event.dataTransfer);
    });
  }

  take(event, carried) {
    if (!carried?.files.length) return;
    event.preventDefault();
    this.attach(carried.files);
  }

  async attach(files) {
    for (const file of [...files]) {
      try {
        this.files.push((await this.page.acts.upload(file)).file);
      } catch (error) {
        this.page.acts.failed(error);
      }
    }
    this.picker.value = "";
    this.drawFiles();
    this.field.focus();
  }

  drawFiles() {
    const { t, store } = this.page;
    fill(this.attached, ...this.files.map((file) => h("li", { class: "file" }, icon("file"), h("span", { class: "file-name" }, file.name),
      h("span", { class: "file-size" }, byteSize(file.size, store.locale, t)),
      h("button", { type: "button", class: "tool", on: { click: () => this.detach(file) } }, icon("close"), unseen(t("attach.remove", { name: file.name }))))));
    this.grown();
  }

  detach(file) {
    this.files = this.files.filter((other) => other !== file);
    this.drawFiles();
    this.field.focus();
  }

  offers(before) {
    const commands = this.commandOffers(before);
    if (commands) return commands;
    const agents = this.agentOffers(before);
    if (agents && !this.choosing) this.askAgents();
    this.choosing = Boolean(agents);
    return agents ?? this.peopleOffers(before);
  }

  commandOffers(before) {
    const found = COMMAND_AT_END.exec(before);
    if (!found) return null;
    const { commands: all, offers } = this.page.store;
    const asked = found[1].toLocaleLowerCase();
    if (all.some((one) => one.command.slice(1) === asked)) return null; // it is there already: Enter sends
    const commands = all.filter((one) => one.command.slice(1).startsWith(asked))
      .map((one) => ({ insert: one.command, label: one.command, hint: one.usage_hint, detail: one.description, sign: "/" }));
    const shortcuts = offers.shortcuts.filter((one) => one.type === "global" && one.name.toLocaleLowerCase().includes(asked))
      .map((one) => ({ label: one.name, detail: one.description, sign: icon("bolt"), run: () => this.page.acts.shortcut(one) }));
    return { from: 0, options: [...commands, ...shortcuts] };
  }

  /** An agent's file may be new since the page was loaded; until the answer is there, those known are offered. */
  async askAgents() {
    const { store } = this.page;
    const agents = await api.agents();
    if (!agents || JSON.stringify(agents) === JSON.stringify(store.agents)) return;
    store.agents = agents;
    if (this.choosing) this.completion.again();
  }

  peopleOffers(before) {
    const found = NAME_AT_END.exec(before);
    if (!found) return null;
    const { store, t } = this.page;
    const asked = found[1].toLocaleLowerCase();
    const members = new Set(store.conversations.get(this.where().channel)?.members ?? []);
    const options = [...store.people.values()]
      .filter((person) => person.id !== store.me && [store.name(person.id), person.real_name, person.name].some((name) => (name ?? "").toLocaleLowerCase().startsWith(asked)))
      .sort((one, other) => Number(other.is_bot) - Number(one.is_bot) || Number(members.has(other.id)) - Number(members.has(one.id)))
      .map((person) => ({ person, insert: `@${store.name(person.id)}`, label: store.name(person.id), detail: person.is_bot ? t("app") : person.real_name }));
    const groups = [...store.groups.values()].filter((group) => [group.handle, group.name].some((name) => name.toLocaleLowerCase().startsWith(asked)))
      .map((group) => ({ insert: `@${group.handle}`, label: `@${group.handle}`, detail: group.name, sign: "@" }));
    return { from: before.length - found[1].length - 1, options: [...options, ...groups] };
  }

  /** Agents are offered where the bot reads a choice: right behind its mention, or first in its own DM. */
  agentOffers(before) {
    const { store, t } = this.page;
    const mention = `@${store.name(store.bot?.user_id) ?? ""}`;
    const rest = before.startsWith(`${mention} `) ? before.slice(mention.length) : store.conversations.get(this.where().channel)?.is_bot_dm ? before : null;
    const found = rest === null ? null : AGENT_AT_END.exec(rest);
    if (!found) return null;
    const options = store.agents.filter((agent) => agent.name.startsWith(found[1]))
      .map((agent) => ({ insert: `+${agent.name}`, label: `+${agent.name}`, detail: agent.description || t("suggestion.agent") }));
    return { from: before.length - found[1].length - 1, options };
  }
}

/** `@Display Name` as the completion wrote it becomes `<@U…>`; the longest name wins. What the server knows it turns itself. */
export function tokens(text, store) {
  return text.split(CODE).map((part, index) => (index % 2 ? part : mentions(part, store))).join("");
}

function mentions(text, store) {
  const names = [...store.people.values()].flatMap((person) => [store.name(person.id), person.real_name].filter(Boolean).map((name) => [name, person.id]))
    .sort(([one], [other]) => other.length - one.length);
  return text.replace(/(^|[^\p{L}\p{N}_@])@([\p{L}\p{N}][^\n]*)/gu, function mentioned(whole, before, rest) {
    const found = names.find(([name]) => rest.toLocaleLowerCase().startsWith(name.toLocaleLowerCase()) && !/^[\p{L}\p{N}_]/u.test(rest.slice(name.length)));
    if (!found) return `${before}@${mentions(rest, store)}`;
    return `${before}<@${found[1]}>${mentions(rest.slice(found[0].length), store)}`;
  });
}
