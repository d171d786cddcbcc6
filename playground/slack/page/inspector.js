/** The traffic between the workspace and the bot: every request as it happens, filtered, held, and opened to its JSON. */
import * as api from "./api.js";
import { fill, h, icon } from "./dom.js";

const MOST = 600; // rows kept; older ones are still in the stand-in's own log
const AT_END_PX = 40;
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

export class Inspector {
  constructor(panel, page) {
    Object.assign(this, { panel, page, entries: [], held: [], paused: false, recording: true, atEnd: true });
    this.title = h("h2", { id: "traffic-title" });
    this.about = h("p", { class: "pane-sub" });
    this.filter = h("input", { type: "search", id: "traffic-filter", autocomplete: "off", on: { input: () => this.redraw() } });
    this.direction = h("select", { on: { change: () => this.redraw() } });
    this.only = h("input", { type: "checkbox", id: "traffic-only", on: { change: () => this.redraw() } });
    this.onlyWords = h("label", { for: "traffic-only" });
    this.pause = h("button", { type: "button", class: "control plain small", "aria-pressed": "false", on: { click: () => this.hold() } });
    this.empty = h("button", { type: "button", class: "control plain small", on: { click: () => this.clear() } });
    this.close = h("button", { type: "button", class: "tool", on: { click: () => page.toggleTraffic(false) } });
    this.list = h("ol", { class: "traffic-list" });
    this.note = h("p", { class: "traffic-note" });
    this.scroller = h("div", { class: "traffic-scroll", tabindex: "0", role: "region" }, this.list, this.note);
    this.scroller.addEventListener("scroll", () => {
      this.atEnd = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < AT_END_PX;
    }, { passive: true });
    panel.append(h("header", { class: "pane-head" }, h("div", {}, this.title, this.about), this.close),
      h("div", { class: "traffic-tools", role: "group" }, this.filter, this.direction, h("span", { class: "check" }, this.only, this.onlyWords), h("span", { class: "spring" }), this.pause, this.empty), this.scroller);
  }

  words() {
    const { t } = this.page;
    fill(this.title, t("traffic"));
    fill(this.about, t("traffic.about"));
    this.filter.placeholder = t("traffic.filter.hint");
    this.filter.setAttribute("aria-label", t("traffic.filter.hint"));
    const chosen = this.direction.value || "both";
    fill(this.direction, ...["both", "to_bot", "to_slack"].map((value) => h("option", { value, selected: value === chosen }, t(`traffic.${value}`))));
    this.direction.setAttribute("aria-label", t("traffic.direction"));
    fill(this.onlyWords, t("traffic.thread"));
    fill(this.empty, t("traffic.empty"));
    this.close.setAttribute("aria-label", t("traffic.close"));
    this.close.title = t("traffic.close");
    fill(this.close, icon("close"));
    this.list.setAttribute("aria-label", t("traffic.list"));
    this.scroller.setAttribute("aria-label", t("traffic.list"));
    this.drawPause();
  }

  translate() {
    this.words();
    this.redraw();
  }

  async show(open) {
    this.panel.hidden = !open;
    this.end?.();
    this.end = null;
    if (!open) return;
    this.words();
    const answer = await api.traffic();
    if (this.panel.hidden) return;
    this.entries = answer.entries;
    this.recording = answer.on;
    this.atEnd = true;
    this.redraw();
    this.end?.();
    this.end = api.trafficEvents(answer.entries.at(-1)?.id ?? 0, (entry) => this.heard(entry));
  }

  heard(entry) {
    if (entry.type === "reload") {
      this.show(true);
      return;
    }
    if (entry.id <= (this.entries.at(-1)?.id ?? 0)) return;
    if (this.paused) {
      this.held.push(entry);
      this.drawPause();
      return;
    }
    this.entries.push(entry);
    if (this.entries.length > MOST) this.entries.splice(0, this.entries.length - MOST);
    if (this.matches(entry)) this.list.append(this.row(entry));
    while (this.list.children.length > MOST) this.list.firstElementChild.remove();
    this.after();
  }

  /** Which thread is open: "This thread only" means that one. */
  follow(thread) {
    if (thread === this.thread) return;
    this.thread = thread;
    if (!this.panel.hidden && this.only.checked) this.redraw();
  }

  matches(entry) {
    const asked = this.filter.value.trim().toLowerCase();
    if (this.direction.value !== "both" && entry.direction !== this.direction.value) return false;
    if (this.only.checked && this.thread && entry.thread_ts !== this.thread) return false;
    return !asked || `${entry.name} ${entry.kind} ${entry.error ?? ""} ${JSON.stringify(entry.request)} ${JSON.stringify(entry.response)}`.toLowerCase().includes(asked);
  }

  redraw() {
    fill(this.list, ...this.entries.filter((entry) => this.matches(entry)).map((entry) => this.row(entry)));
    this.after();
  }

  after() {
    const { t } = this.page;
    const none = !this.list.children.length;
    this.note.hidden = !none && this.recording;
    fill(this.note, this.recording ? t(this.entries.length ? "traffic.nothing" : "traffic.none") : t("traffic.off"),
      this.recording ? null : h("button", { type: "button", class: "control plain small", on: { click: () => this.record() } }, t("traffic.on")));
    if (this.atEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  row(entry) {
    const { t, store } = this.page;
    const time = new Intl.DateTimeFormat(store.locale, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 }).format(entry.at * 1000);
    const outcome = entry.error ?? (entry.status ?? (entry.ok ? "ok" : "–"));
    const details = h("details", { class: entry.ok ? "" : "bad", on: { toggle: () => this.open(details, entry) } },
      h("summary", {},
        h("span", { class: "t-chevron" }, icon("chevron")),
        h("span", { class: "t-time" }, time),
        h("span", { class: `t-way ${entry.direction}` }, h("span", { "aria-hidden": "true" }, entry.direction === "to_bot" ? "→" : "←"), ` ${t(`traffic.${entry.direction}`)}`),
        h("span", { class: "t-name" }, entry.name, entry.attempt ? h("span", { class: "tag" }, `×${entry.attempt + 1}`) : null),
        h("span", { class: "t-kind" }, entry.kind.replace("_", " ")),
        h("span", { class: "t-status" }, icon(entry.ok ? "check" : "cross"), String(outcome)),
        h("span", { class: "t-ms" }, `${new Intl.NumberFormat(store.locale, { maximumFractionDigits: entry.milliseconds < 10 ? 1 : 0 }).format(entry.milliseconds ?? 0)} ${t("ms")}`)));
    return h("li", { data: { id: entry.id } }, details);
  }

  open(details, entry) {
    if (!details.open) return;
    this.atEnd = false; // who reads one request is not carried away by the next
    if (details.children.length > 1) return;
    const { t } = this.page;
    details.append(h("div", { class: "t-json" }, ...["request", "response"].map((part) => h("div", {},
      h("h3", {}, t(`traffic.${part}`)), h("pre", { tabindex: "0", role: "region", "aria-label": t(`traffic.${part}`) }, ...coloured(entry[part]))))));
  }

  hold() {
    this.paused = !this.paused;
    if (!this.paused) for (const entry of this.held.splice(0)) this.heard(entry);
    this.drawPause();
  }

  drawPause() {
    const { t } = this.page;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    fill(this.pause, t(this.paused ? "traffic.resume" : "traffic.pause"), this.held.length ? ` (${t("traffic.held", { count: this.held.length })})` : null);
  }

  async clear() {
    await api.emptyTraffic().catch((error) => this.page.acts.failed(error));
    this.entries = [];
    this.held = [];
    this.drawPause();
    this.redraw();
  }

  async record() {
    await api.recordTraffic(true).catch((error) => this.page.acts.failed(error));
    await this.show(true);
  }
}

/** JSON as nodes: keys, texts, words and numbers in their own tone. */
function coloured(value) {
  const text = typeof value === "string" ? value : (JSON.stringify(value ?? null, null, 2));
  const out = [];
  let at = 0;
  for (const found of text.matchAll(TOKENS)) {
    const kind = found[1] ? (found[2] ? "key" : "string") : found[3] ? "word" : "number";
    out.push(text.slice(at, found.index), h("span", { class: `j-${kind}` }, found[1] ?? found[0]), found[2] ?? "");
    at = found.index + found[0].length;
  }
  return [...out, text.slice(at)];
}
