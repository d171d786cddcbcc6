/**
 * One message in a list: who, when, what, and what can be done with it. It is drawn again only where it changed, so
 * focus, selection and scroll positions inside a growing answer stay where they are.
 */
import { fill, h, icon, link, unseen } from "../dom.js";
import { hasNewReplies } from "../seen.js";
import { openMenu } from "../menu.js";
import { byteSize, clock, moment } from "../times.js";
import { avatar, face } from "./avatar.js";
import { blocks } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";

const PICTURES = /^image\/(png|jpeg|gif|webp|svg\+xml)$/;

export class MessageView {
  /** `place` is "channel" or "thread"; `actions` is what the page does when something here is pressed. */
  constructor(place, context, store, actions) {
    Object.assign(this, { place, context, store, actions });
    this.body = h("div", { class: "content" });
    this.drawn = [];
    this.above = h("div", { class: "above" });
    this.below = h("div", { class: "below" });
    this.tools = h("div", { class: "tools" });
    this.gutter = h("div", { class: "gutter" });
    this.article = h("article", { tabindex: "-1" }, this.gutter, h("div", { class: "column" }, this.above, this.body, this.below), this.tools);
    this.element = h("li", { class: "entry" }, this.article);
  }

  /** Brings the view to `message`; `compact` leaves the name out because the one above has it. */
  update(message, compact) {
    const { context, store } = this;
    const head = { who: store.person(message.user), compact, message };
    this.message = message;
    this.element.dataset.ts = message.ts;
    this.article.className = ["message", compact && "compact", message.ephemeral && "ephemeral", message.streaming && "streaming", message.is_bot && "from-bot"].filter(Boolean).join(" ");
    this.article.setAttribute("aria-labelledby", `${this.id}-who ${this.id}-when`);
    this.article.setAttribute("aria-busy", String(Boolean(message.streaming)));
    fill(this.gutter, compact ? this.time(message, "small") : face(message, head.who, "large"));
    fill(this.above, this.head(head));
    this.drawContent(message);
    this.drawBelow(message);
    fill(this.tools, this.toolButtons(message, context));
  }

  get id() {
    return `${this.place}-${this.message.ts.replace(".", "-")}`;
  }

  head({ who, compact, message }) {
    const { context, store } = this;
    const name = message.username || store.name(message.user) || message.user;
    const line = h("div", { class: compact ? "head unseen" : "head" },
      h("h3", { class: "author", id: `${this.id}-who` }, name),
      message.is_bot ? h("span", { class: "tag" }, context.t("app")) : null,
      who?.is_guest ? h("span", { class: "tag guest" }, context.t("guest")) : null,
      who?.is_stranger ? h("span", { class: "tag guest" }, context.t("external")) : null,
      compact ? null : this.time(message),
      compact ? h("span", { id: `${this.id}-when` }, clock(message.ts, context.locale)) : null);
    return [
      message.ephemeral ? h("p", { class: "note" }, icon("eye"), context.t("only.you")) : null,
      message.invoked ? h("p", { class: "note" }, icon("slash"), context.t("invoked", { name: store.name(message.invoked.user) ?? "", text: message.invoked.text })) : null,
      this.place === "channel" && message.broadcast ? h("p", { class: "note" }, icon("reply"), context.t("also.sent")) : null,
      line,
    ];
  }

  time(message, className = "") {
    const { locale } = this.context;
    const hidden = className === "small";
    return h("time", { class: `when ${className}`, id: hidden ? null : `${this.id}-when`, datetime: new Date(Number.parseFloat(message.ts) * 1000).toISOString(), title: moment(message.ts, locale), "aria-hidden": hidden ? "true" : null }, clock(message.ts, locale));
  }

  /** Blocks that did not change keep their nodes. */
  drawContent(message) {
    const { context } = this;
    const parts = message.deleted ? [{ deleted: true }] : message.blocks?.length ? message.blocks : [{ text: message.text }];
    const fresh = parts.map((part, index) => {
      const source = JSON.stringify([part, context.locale, context.me, message.edited, context.feedbackStamp(message)]);
      const before = this.drawn[index];
      return before?.source === source ? before : { source, node: this.drawPart(part, message) };
    });
    const focused = this.body.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const same = fresh.length === this.drawn.length && fresh.every((part, index) => part === this.drawn[index]);
    if (!same) {
      fresh.forEach((part, index) => {
        if (this.body.children[index] !== part.node) this.body.insertBefore(part.node, this.body.children[index] ?? null);
      });
      while (this.body.children.length > fresh.length) this.body.lastElementChild.remove();
      this.drawn = fresh;
      if (focused && !this.body.contains(document.activeElement)) this.body.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
    }
    this.body.querySelector(".caret")?.remove();
    if (message.streaming) deepest(this.body).append(h("span", { class: "caret", "aria-hidden": "true" }));
  }

  drawPart(part, message) {
    const { context } = this;
    const edited = message.edited ? h("span", { class: "edited" }, ` ${context.t("edited")}`) : null;
    if (part.deleted) return h("div", { class: "block gone" }, h("p", {}, context.t("deleted")));
    if (part.type) {
      const [node] = blocks([part], context, message);
      if (edited && part === message.blocks.at(-1)) deepest(node).append(edited);
      return node;
    }
    const node = h("div", { class: "block text" }, ...mrkdwn(part.text, context));
    if (edited) deepest(node).append(edited);
    return node;
  }

  drawBelow(message) {
    const { context } = this;
    fill(this.below,
      message.prompts?.length ? this.prompts(message) : null,
      message.files?.length ? h("ul", { class: "files" }, ...message.files.map((file) => this.file(file))) : null,
      message.reactions?.length ? h("div", { class: "reactions", role: "group", "aria-label": context.t("reactions") }, ...message.reactions.map((reaction) => this.reaction(reaction, message))) : null,
      this.place === "channel" ? this.replyBar(message) : null);
  }

  prompts(message) {
    return h("div", { class: "prompts", role: "group", "aria-label": this.context.t("prompts") }, ...message.prompts.map((prompt) =>
      h("button", { type: "button", class: "control prompt", title: prompt.message, on: { click: () => this.actions.sayPrompt(prompt.message, message) } }, prompt.title)));
  }

  file(file) {
    const { context } = this;
    const name = file.title || file.name;
    if (file.mode === "tombstone") return h("li", { class: "file gone" }, icon("file"), context.t("file.deleted"));
    if (file.mode === "external") return h("li", { class: "file" }, icon("file"), h("span", { class: "file-name" }, link(file.url, name)), h("span", { class: "file-size" }, context.t("file.elsewhere")));
    const size = byteSize(file.size, context.locale, context.t);
    if (PICTURES.test(file.mimetype)) {
      return h("li", { class: "picture" },
        h("a", { href: file.url, target: "_blank", rel: "noopener" }, h("img", { src: file.url, alt: file.alt_txt || name, loading: "lazy" })),
        h("p", { class: "picture-line" }, h("span", { class: "file-name" }, name), h("span", { class: "file-size" }, size), this.download(file, name, size)));
    }
    return h("li", { class: "file" }, icon("file"),
      h("span", { class: "file-name" }, name), h("span", { class: "file-size" }, size), this.download(file, name, size));
  }

  download(file, name, size) {
    return h("a", { class: "control plain", href: file.url, download: file.name, "aria-label": this.context.t("file.download", { name: `${name}, ${size}` }) }, icon("down_arrow"));
  }

  reaction(reaction, message) {
    const { context } = this;
    const mine = reaction.users.includes(context.me);
    const label = context.t("reaction", { name: reaction.name.replaceAll("_", " "), count: reaction.users.length });
    return h("button", { type: "button", class: "reaction", "aria-pressed": String(mine), "aria-label": label, on: { click: () => this.actions.react(message, reaction.name, mine) } },
      context.emoji(reaction.name), h("span", {}, String(reaction.users.length)));
  }

  /** Under a root: how many replies, from whom, whether something is new or under way. */
  replyBar(message) {
    const { context, store } = this;
    const busy = this.actions.statusLine(message.channel, message.ts);
    if (!message.reply_count && !busy) return null;
    const people = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(store.person(id), "tiny"));
    const fresh = hasNewReplies(store.me, message);
    return h("button", { type: "button", class: fresh ? "reply-bar fresh" : "reply-bar", data: { key: "replies" }, on: { click: () => this.actions.openThread(message.ts) } },
      h("span", { class: "faces" }, ...people),
      message.reply_count ? h("span", { class: "reply-count" }, context.t("replies", { count: message.reply_count })) : null,
      fresh ? h("span", { class: "tag fresh" }, context.t("replies.new")) : null,
      busy ? h("span", { class: "reply-busy" }, busy)
        : message.latest_reply ? h("span", { class: "reply-last" }, context.t("replies.last", { time: clock(message.latest_reply, context.locale) })) : null);
  }

  /** The app's shortcuts for this message. */
  more(message) {
    const { context, store, actions } = this;
    const shortcuts = store.offers.shortcuts.filter((one) => one.type === "message");
    if (!shortcuts.length) return null;
    const items = shortcuts.map((one) => ({ label: one.name, detail: one.description, choose: () => actions.shortcut(one, message) }));
    const opener = h("button", { type: "button", class: "tool", title: context.t("more"), "aria-haspopup": "menu", "aria-expanded": "false", data: { key: "more" }, on: { click: () => openMenu(opener, context.t("more"), items) } }, icon("more"), unseen(context.t("more")));
    return opener;
  }

  toolButtons(message, context) {
    if (message.ephemeral || message.deleted || message.streaming) return [];
    const mine = message.user === context.me;
    return [
      this.place === "channel" ? tool("reply", "reply", () => this.actions.openThread(message.thread_ts ?? message.ts, true)) : null,
      mine ? tool("pencil", "edit", () => this.actions.edit(this)) : null,
      mine ? tool("bin", "delete", () => this.actions.remove(message)) : null,
      this.more(message),
    ];
    function tool(sign, key, press) {
      return h("button", { type: "button", class: "tool", title: context.t(key), data: { key }, on: { click: press } }, icon(sign), unseen(context.t(key)));
    }
  }
}

/** Where the text of a message ends: the caret of a running stream and the edited mark stand there. */
function deepest(element) {
  let at = element;
  for (;;) {
    const last = at.lastElementChild;
    if (!last || !/^(DIV|P|UL|OL|LI|BLOCKQUOTE)$/.test(last.tagName) || last.matches(".code-block, .table-block, .task, .plan")) return at;
    at = last;
  }
}
