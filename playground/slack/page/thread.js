/** The pane of one thread: its messages, what the bot is doing, Stop, prompts and the composer. */
import { Composer } from "./composer.js";
import { fill, h, icon, unseen } from "./dom.js";
import { face, mark } from "./render/avatar.js";
import { markSeen } from "./seen.js";
import { Timeline } from "./timeline.js";

const NEXT_WORDS_MS = 4000; // how long one loading message stands

export class ThreadPane {
  constructor(pane, page) {
    Object.assign(this, { pane, page });
    this.title = h("h2", { id: "thread-title" });
    this.close = h("button", { type: "button", class: "tool", id: "thread-close", on: { click: () => page.closeThread() } });
    this.list = h("ol", { class: "messages" });
    this.scroller = h("div", { class: "scroller" }, this.list);
    this.status = h("p", { class: "status", hidden: true });
    this.stop = h("button", { type: "button", class: "control stop", hidden: true, on: { click: () => page.acts.stop() } });
    this.prompts = h("div", { class: "prompts", role: "group", hidden: true });
    this.composer = new Composer("thread", page, () => ({ channel: page.view.channel, thread_ts: page.view.thread }));
    pane.append(h("header", { class: "pane-head" }, this.title, this.close), this.scroller,
      h("footer", { class: "pane-foot" }, h("div", { class: "status-row" }, this.status, this.stop), this.prompts, this.composer.form));
    this.composer.catches(pane);
    this.timeline = new Timeline("thread", this.scroller, this.list, page.store, page.actions);
    setInterval(() => this.drawStatus(), NEXT_WORDS_MS);
  }

  draw() {
    const { view, store, t } = this.page;
    this.pane.hidden = !view.thread;
    if (!view.thread) {
      this.timeline.clear();
      return;
    }
    const key = `${store.me}/${view.channel}/${view.thread}`;
    if (key !== this.key) this.timeline.clear();
    this.key = key;
    const conversation = store.conversations.get(view.channel);
    const named = `${conversation.kind === "im" ? "" : "#"}${store.conversationName(conversation)}`;
    fill(this.title, store.session(view.channel, view.thread)?.title || t("thread"), h("span", { class: "pane-sub" }, named));
    fill(this.close, icon("close"), unseen(t("thread.close")));
    this.close.title = t("thread.close");
    this.list.setAttribute("aria-label", t("thread.messages"));
    const messages = store.thread(view.channel, view.thread);
    this.timeline.draw(messages, this.page.contexts.thread);
    if (document.visibilityState === "visible") markSeen(store.me, view.channel, messages.filter((one) => !one.ephemeral).at(-1)?.ts, view.thread);
    this.composer.words(t("compose.thread"));
    this.drawStatus();
    drawPrompts(this.prompts, store.promptsOf(view.channel, view.thread), this.page, messages[0]);
  }

  drawStatus() {
    const { view, store, t } = this.page;
    if (!view.thread) return;
    const status = store.status(view.channel, view.thread);
    const words = status?.loading_messages?.length ? status.loading_messages[Math.floor(Date.now() / NEXT_WORDS_MS) % status.loading_messages.length] : this.page.statusLine(view.channel, view.thread);
    this.status.hidden = !words;
    if (this.status.dataset.words !== words) {
      this.status.dataset.words = words;
      fill(this.status, status?.icons ? face(status, null, "tiny") : null, mark("mark moving"), h("span", {}, words));
    }
    const busy = store.isBusy(view.channel, view.thread) || Boolean(status);
    if (!busy && document.activeElement === this.stop) this.composer.field.focus();
    this.stop.hidden = !busy;
    const stopping = this.page.acts.stopping.has(`${view.channel}/${view.thread}`);
    if (!busy) this.page.acts.stopping.delete(`${view.channel}/${view.thread}`);
    this.stop.setAttribute("aria-disabled", String(stopping));
    if (this.stop.dataset.words !== t(stopping ? "stopping" : "stop")) {
      this.stop.dataset.words = t(stopping ? "stopping" : "stop");
      fill(this.stop, icon("stop"), this.stop.dataset.words);
    }
  }
}

/** Suggested prompts above a composer; each says its words for the person. */
export function drawPrompts(home, offered, page, message = null) {
  const list = offered?.prompts ?? [];
  home.hidden = !list.length;
  home.setAttribute("aria-label", offered?.title || page.t("prompts"));
  fill(home, offered?.title && list.length ? h("p", { class: "prompts-title" }, offered.title) : null, ...list.map((prompt) =>
    h("button", { type: "button", class: "control prompt", title: prompt.message, on: { click: () => page.acts.sayPrompt(prompt.message, message, message ? "thread" : "channel") } }, prompt.title)));
}
