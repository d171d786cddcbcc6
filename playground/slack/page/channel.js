/** The middle of the page: one channel or direct message with its roots, prompts and composer. */
import { Composer } from "./composer.js";
import { fill, h, icon } from "./dom.js";
import { avatar } from "./render/avatar.js";
import { markSeen, seen } from "./seen.js";
import { drawPrompts } from "./thread.js";
import { Timeline } from "./timeline.js";

export class ChannelPane {
  constructor(main, page) {
    Object.assign(this, { main, page });
    this.title = h("h2", { id: "channel-title" });
    this.about = h("p", { class: "pane-sub" });
    this.older = h("button", { type: "button", class: "control plain small older", hidden: true, on: { click: () => page.acts.loadOlder() } });
    this.list = h("ol", { class: "messages", id: "messages", tabindex: "-1" });
    this.nothing = h("p", { class: "nothing", hidden: true });
    this.scroller = h("div", { class: "scroller" }, this.older, this.list, this.nothing);
    this.prompts = h("div", { class: "prompts", role: "group", hidden: true });
    this.composer = new Composer("channel", page, () => ({ channel: page.view.channel }));
    main.setAttribute("aria-labelledby", "channel-title");
    main.append(h("header", { class: "pane-head" }, h("div", { class: "pane-titles" }, this.title, this.about)), this.scroller,
      h("footer", { class: "pane-foot" }, this.prompts, this.composer.form));
    this.composer.catches(main);
    this.timeline = new Timeline("channel", this.scroller, this.list, page.store, page.actions);
  }

  /** The channel or the person changed: what was new is marked once, from here on. */
  opened() {
    const { store, view } = this.page;
    this.newSince = seen(store.me, view.channel);
    this.timeline.clear();
  }

  draw() {
    const { store, view, t } = this.page;
    const conversation = store.conversations.get(view.channel);
    if (!conversation) return;
    const name = store.conversationName(conversation);
    const direct = conversation.kind === "im" || conversation.kind === "mpim";
    const other = direct ? store.person(conversation.with) : null;
    fill(this.title, direct ? avatar(other, "small") : conversation.kind === "private" ? icon("lock") : h("span", { class: "hash", "aria-hidden": "true" }, "#"), name, conversation.is_bot_dm ? h("span", { class: "tag" }, t("app")) : null);
    fill(this.about, direct ? (other && !other.is_bot && other.real_name !== name ? other.real_name : "") : [t("members", { count: conversation.members.length }), conversation.is_shared ? t("shared") : null, conversation.topic].filter(Boolean).join(" · "));
    const messages = store.roots(view.channel);
    this.list.setAttribute("aria-label", t("messages.in", { name }));
    this.timeline.draw(messages, this.page.contexts.channel, this.newSince);
    fill(this.older, t("older"));
    this.older.hidden = !this.page.acts.moreBefore(view.channel);
    this.nothing.hidden = messages.length > 0;
    fill(this.nothing, store.botMember(view.channel) ? t("empty", { bot: store.name(store.bot.user_id) }) : t("empty.other"));
    this.composer.words(t(direct ? "compose.dm" : "compose.channel", { name }));
    drawPrompts(this.prompts, store.promptsOf(view.channel), this.page);
    if (document.visibilityState === "visible") markSeen(store.me, view.channel, messages.filter((one) => !one.ephemeral).at(-1)?.ts);
  }
}
