/**
 * A list of messages, in the channel or in the thread: day lines, the line above what is new, one tab stop with arrow
 * keys between messages, and the newest kept in sight for whoever follows: who has not scrolled away since we placed
 * them, at the end or at the first line of a long answer, or has done something whose answer is to come.
 */
import { fill, h, icon } from "./dom.js";
import { MessageView } from "./render/message.js";
import { dayName, sameDay } from "./times.js";

const AT_END_PX = 60; // this close to the end counts as reading the newest
const COMPACT_SECONDS = 300; // one person's messages within it share one name

export class Timeline {
  constructor(place, scroller, list, store, actions) {
    Object.assign(this, { place, scroller, list, store, actions });
    this.views = new Map();
    this.current = null;
    this.atEnd = true;
    this.follows = true; // what comes next is shown: the reader has not scrolled away from what was
    this.awaited = false; // the reader has done something since, and wants to see what comes of it
    this.placed = 0; // where we scrolled to; anywhere else is the reader's doing
    this.newest = h("button", { type: "button", class: "newest", hidden: true, on: { click: () => this.toEnd() } });
    scroller.after(this.newest);
    scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    list.addEventListener("keydown", (event) => this.key(event));
    list.addEventListener("focusin", (event) => this.focused(event.target.closest("li.entry")));
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(list);
    new ResizeObserver(() => this.atEnd && this.toEnd()).observe(scroller);
  }

  /** Forgets everything drawn: another channel, thread or person. */
  clear() {
    this.views.clear();
    this.list.replaceChildren();
    this.current = null;
    this.last = null;
    this.atEnd = this.follows = true;
    this.awaited = false;
  }

  /** Draws `messages` (oldest first). `newSince`: the first one of others after it gets the line above it. */
  draw(messages, context, newSince = null) {
    const known = new Set(messages.map((message) => message.ts));
    for (const [ts, view] of this.views) if (!known.has(ts)) this.drop(ts, view);
    const order = [];
    let before = null;
    let marked = newSince === null;
    for (const message of messages) {
      const fresh = !marked && message.ts > newSince && message.user !== context.me;
      if (!before || !sameDay(before.ts, message.ts)) order.push(this.line(`day-${dayName(message.ts, context.locale, context.t)}`, "day", dayName(message.ts, context.locale, context.t)));
      if (fresh) {
        order.push(this.line("new", "new", context.t("new.line")));
        marked = true;
      }
      order.push(this.view(message, context, !fresh && follows(before, message)).element);
      before = message;
    }
    this.arrange(order);
    this.roving(messages);
    fill(this.newest, icon("down_arrow"), context.t("newest"));
    this.follow(messages.at(-1), context.me);
  }

  /** Shows what just came to whoever follows: its end, or the first line of a long answer that came in one piece. */
  follow(last, me) {
    const news = Boolean(this.last) && Boolean(last) && last.ts > this.last;
    this.last = last?.ts ?? null;
    if (!this.atEnd && !(news && (this.follows || this.awaited))) return;
    const entry = news && last.user !== me && !last.streaming ? this.views.get(last.ts).element : null;
    if (entry && entry.offsetHeight >= this.scroller.clientHeight) this.toTop(entry);
    else this.toEnd();
  }

  toTop(entry) {
    this.scroller.scrollTop += entry.getBoundingClientRect().top - this.scroller.getBoundingClientRect().top;
    this.shown();
    this.atEnd = false;
  }

  shown() {
    this.placed = this.scroller.scrollTop;
    this.follows = true;
    this.awaited = false;
  }

  view(message, context, compact) {
    let view = this.views.get(message.ts);
    if (!view) {
      view = new MessageView(this.place, context, this.store, this.actions);
      this.views.set(message.ts, view);
    }
    const stamp = [message, compact, context, this.store.offers, context.feedbackStamp(message), this.place === "channel" ? `${this.actions.statusLine(message.channel, message.ts)}|${this.actions.newReplies(message)}` : ""];
    if (!view.editing && (!view.stamp || stamp.some((part, index) => part !== view.stamp[index]))) {
      view.context = context;
      keepFocus(view.element, () => view.update(message, compact));
      view.stamp = stamp;
    }
    return view;
  }

  drop(ts, view) {
    if (view.element.contains(document.activeElement)) (view.element.nextElementSibling ?? view.element.previousElementSibling)?.querySelector("article")?.focus();
    view.element.remove();
    this.views.delete(ts);
  }

  line(key, kind, words) {
    const existing = [...this.list.children].find((child) => child.dataset.line === key);
    return existing ?? h("li", { class: `line ${kind}`, data: { line: key } }, h("span", {}, words));
  }

  arrange(order) {
    order.forEach((element, index) => {
      if (this.list.children[index] !== element) this.list.insertBefore(element, this.list.children[index] ?? null);
    });
    while (this.list.children.length > order.length) this.list.lastElementChild.remove();
  }

  roving(messages) {
    if (!this.views.has(this.current)) this.current = messages.at(-1)?.ts ?? null;
    for (const [ts, view] of this.views) view.article.tabIndex = ts === this.current ? 0 : -1;
  }

  focused(entry) {
    if (!entry) return;
    this.current = entry.dataset.ts;
    for (const [ts, view] of this.views) view.article.tabIndex = ts === this.current ? 0 : -1;
  }

  key(event) {
    const article = event.target.closest("article");
    if (!article || event.target !== article || event.altKey || event.ctrlKey || event.metaKey) return;
    const all = [...this.list.querySelectorAll("li.entry > article")];
    const at = all.indexOf(article);
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
    if (to !== undefined) {
      event.preventDefault();
      all[Math.max(0, Math.min(all.length - 1, to))].focus();
    } else if (event.key === "Enter" && this.place === "channel") {
      event.preventDefault();
      const message = this.views.get(article.parentElement.dataset.ts).message;
      this.actions.openThread(message.thread_ts ?? message.ts, true);
    }
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    this.atEnd = scrollHeight - scrollTop - clientHeight < AT_END_PX;
    if (this.atEnd || Math.abs(scrollTop - this.placed) > 1) {
      this.follows = this.atEnd;
      this.awaited = false;
    }
    this.newest.hidden = this.atEnd;
  }

  /** Brings one message into sight and under the keyboard. */
  show(ts) {
    const article = this.views.get(ts)?.article;
    if (!article) return;
    this.atEnd = false;
    article.focus();
    article.scrollIntoView({ block: "center" });
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.shown();
    this.atEnd = true;
    this.newest.hidden = true;
  }
}

function follows(before, message) {
  return Boolean(before) && before.user === message.user && before.username === message.username && !message.invoked && JSON.stringify(before.icons) === JSON.stringify(message.icons) && !before.ephemeral && !message.ephemeral && !before.deleted
    && !before.reply_count && !message.broadcast && sameDay(before.ts, message.ts) && Number(message.ts) - Number(before.ts) < COMPACT_SECONDS;
}

/** Drawing again must not throw the reader's focus away. */
function keepFocus(element, draw) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  draw();
  if (!focused || element.contains(document.activeElement)) return;
  (key ? element.querySelector(`[data-key="${CSS.escape(key)}"]`) : null)?.focus();
  if (!element.contains(document.activeElement)) element.querySelector("article").focus();
}
