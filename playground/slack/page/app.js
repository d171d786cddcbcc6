/** The page: one store, one place, four views. It loads, follows the feed, draws, and moves between channels and threads. */
import { Acts } from "./acts.js";
import { Announcer, gist } from "./announce.js";
import * as api from "./api.js";
import { Awaited } from "./awaited.js";
import { ChannelPane } from "./channel.js";
import { drawing } from "./context.js";
import { editInPlace, Toast } from "./dialogs.js";
import { Inspector } from "./inspector.js";
import { Modals } from "./modals.js";
import { People } from "./people.js";
import * as place from "./place.js";
import { hasNewReplies, lastPerson, rememberPerson } from "./seen.js";
import { drawSidebar } from "./sidebar.js";
import { Store } from "./store.js";
import { ThreadPane } from "./thread.js";
import { TopBar } from "./topbar.js";
import { speaker } from "./words.js";

const NARROW = matchMedia("(max-width: 700px)");
const byId = (id) => document.getElementById(id);

class Page {
  constructor() {
    this.store = new Store();
    this.view = { channel: null, thread: null, traffic: false, sidebar: false };
    this.t = speaker("en-US");
    this.contexts = {};
    this.acts = new Acts(this);
    this.awaited = new Awaited(this);
    this.announcer = new Announcer(byId("announcements"));
    this.toast = new Toast(byId("toast"));
    this.modals = new Modals(this);
    this.actions = {
      openThread: (ts, focus) => this.openThread(ts, focus), sayPrompt: (text, message) => this.acts.sayPrompt(text, message, "channel"),
      react: (message, name, remove) => this.acts.react(message, name, remove),
      edit: (view) => editInPlace(view, this), remove: (message) => this.acts.remove(message),
      shortcut: (shortcut, message) => this.acts.shortcut(shortcut, message),
      statusLine: (channel, ts) => this.statusLine(channel, ts), newReplies: (message) => hasNewReplies(this.store.me, message),
    };
    this.topbar = new TopBar(byId("brand"), this);
    this.people = new People(byId("who"), this);
    this.channelPane = new ChannelPane(byId("main"), this);
    this.threadPane = new ThreadPane(byId("thread"), this);
    this.inspector = new Inspector(byId("traffic"), this);
    this.store.addEventListener("change", () => this.drawSoon());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.escape(event));
    document.addEventListener("visibilitychange", () => this.drawSoon());
    byId("veil").addEventListener("click", () => this.toggleSidebar(false));
    byId("skip").addEventListener("click", (event) => {
      event.preventDefault();
      (byId("messages").querySelector('article[tabindex="0"]') ?? byId("messages")).focus();
    });
    byId("skip-write").addEventListener("click", (event) => {
      event.preventDefault();
      const covered = this.view.thread && NARROW.matches; // by the thread
      (covered ? this.threadPane : this.channelPane).composer.field.focus();
    });
  }

  async start() {
    const wanted = place.read();
    const agents = api.agents();
    await this.load(wanted.as, wanted.channel, wanted.thread);
    this.store.agents = (await agents) ?? [];
    if (wanted.traffic) await this.toggleTraffic(true);
    byId("app").removeAttribute("aria-busy");
    if (wanted.message) (wanted.thread ? this.threadPane : this.channelPane).timeline.show(wanted.message);
  }

  /** Reads everything anew as `as` and follows the feed from there. */
  async load(as, channel, thread) {
    this.end?.();
    this.loading = (this.loading ?? 0) + 1;
    const turn = this.loading;
    const snapshot = await this.whenReachable(() => api.state(as || lastPerson()));
    if (turn !== this.loading) return; // a later load follows the feed instead
    this.acts.exhausted.clear();
    this.store.load(snapshot);
    rememberPerson(snapshot.me);
    this.t = speaker(this.store.locale);
    document.documentElement.lang = this.store.locale.split("-")[0];
    this.contexts = { channel: drawing("channel", this), thread: drawing("thread", this) };
    const mine = [...this.store.conversations.values()].filter((one) => one.members.includes(this.store.me));
    const home = mine.find((one) => one.id === channel) ?? mine.find((one) => one.kind === "channel" && one.bot_is_member) ?? mine[0];
    Object.assign(this.view, { channel: home?.id ?? null, thread: null });
    this.channelPane.opened();
    if (this.view.traffic) this.inspector.translate();
    this.end = api.events(this.store.me, snapshot.cursor, (event, cursor) => this.heard(event, cursor), (online) => this.store.setOnline(online));
    if (thread && home?.id === channel) await this.reopen(thread);
    this.draw();
  }

  async whenReachable(read) {
    for (;;) {
      try {
        const answer = await read();
        this.store.setOnline(true);
        return answer;
      } catch (error) {
        if (error.message !== "offline") this.acts.failed(error);
        this.store.setOnline(false);
        await new Promise((resolve) => setTimeout(resolve, 1500)); // the playground is starting again
      }
    }
  }

  heard(event, cursor) {
    if (event.type === "reload") {
      this.load(this.store.me, this.view.channel, this.view.thread);
      return;
    }
    const message = event.message;
    const before = message ? this.store.message(message.channel, message.ts) : null;
    const wasBusy = event.type === "status" && this.statusLine(event.channel, event.thread_ts);
    this.store.apply(event, cursor);
    this.awaited.heard(event);
    if (message && message.user !== this.store.me && this.shows(message.channel, message.thread_ts)) this.tell(event.type, message, before);
    if (event.type === "status" && !wasBusy && this.shows(event.channel, event.thread_ts)) this.announce(this.statusLine(event.channel, event.thread_ts));
  }

  tell(type, message, before) {
    const name = message.username || this.store.name(message.user);
    if (before?.streaming && !message.streaming) this.announce(this.t("finished", { bot: name, text: gist(message) }));
    else if (!before && !message.streaming && (type === "message" || type === "ephemeral")) this.announce(this.t("said", { name, text: gist(message) }));
  }

  announce(words) {
    if (words) this.announcer.say(words);
  }

  shows(channel, thread) {
    return channel === this.view.channel && (!thread || thread === this.view.thread);
  }

  statusLine(channel, ts) {
    const bot = this.store.name(this.store.bot?.user_id);
    const status = this.store.status(channel, ts);
    if (status) return `${status.username || bot} ${status.status}`;
    if (this.store.thread(channel, ts).some((message) => message.streaming)) return this.t("streaming", { bot });
    const session = this.store.session(channel, ts);
    return session?.status === "processing" ? this.t("busy", { bot: session.username || bot }) : "";
  }

  drawSoon() {
    this.drawing ??= requestAnimationFrame(() => this.draw());
  }

  draw() {
    cancelAnimationFrame(this.drawing);
    this.drawing = null;
    if (!this.contexts.channel) return;
    const { view, store, t } = this;
    byId("app").classList.toggle("with-thread", Boolean(view.thread));
    byId("app").classList.toggle("with-traffic", view.traffic);
    byId("app").classList.toggle("with-sidebar", view.sidebar);
    for (const id of ["main", "thread", "traffic"]) byId(id).inert = view.sidebar && NARROW.matches; // behind the veil
    byId("skip").textContent = t("skip");
    byId("skip-write").textContent = t("skip.write");
    byId("nav").setAttribute("aria-label", t("menu"));
    const conversation = store.conversations.get(view.channel);
    document.title = `${conversation ? store.conversationName(conversation) : ""} · ${store.team?.name ?? "Threadwind"}`;
    this.topbar.draw();
    drawSidebar(byId("nav"), this);
    this.people.draw();
    this.channelPane.draw();
    this.threadPane.draw();
    this.inspector.follow(view.thread);
    this.modals.draw();
    place.write({ as: store.me, channel: view.channel, thread: view.thread, traffic: view.traffic });
  }

  openChannel(channel) {
    Object.assign(this.view, { channel, thread: null, sidebar: false });
    this.channelPane.opened();
    this.draw();
    this.channelPane.composer.field.focus();
  }

  /** Opening the bot's messages is something the bot hears of. */
  async openBot() {
    const answer = await this.acts.act(() => api.openBot(this.store.me));
    if (!answer) return;
    if (!this.store.conversations.has(answer.channel)) await this.load(this.store.me, answer.channel, null);
    this.openChannel(answer.channel);
  }

  /** The thread that was open before; it may be gone since, then nobody needs to hear of it. */
  async reopen(ts) {
    const { channel } = this.view;
    const { loads } = this.store;
    const answer = await api.thread(this.store.me, channel, ts).catch(() => null);
    if (!answer || loads !== this.store.loads || this.view.channel !== channel || this.view.thread) return;
    this.view.thread = ts;
    this.store.setThread(channel, ts, answer);
    this.draw();
  }

  async openThread(ts, focus = false) {
    if (focus || !this.view.thread) this.returnTo = document.activeElement;
    this.view.thread = ts;
    this.draw();
    if (focus) this.threadPane.composer.field.focus();
    const { channel } = this.view;
    const { loads } = this.store;
    const answer = await this.acts.act(() => api.thread(this.store.me, channel, ts));
    if (loads !== this.store.loads) return; // asked as somebody else, or of a run that is over
    if (answer) this.store.setThread(channel, ts, answer);
    else if (!this.store.message(channel, ts)) this.closeThread();
  }

  closeThread() {
    const root = this.view.thread;
    const inside = byId("thread").contains(document.activeElement);
    this.view.thread = null;
    this.draw();
    if (!inside) return;
    if (this.returnTo?.isConnected && this.returnTo !== document.body) this.returnTo.focus();
    if (document.activeElement !== this.returnTo) (this.channelPane.timeline.views.get(root)?.article ?? this.channelPane.composer.field).focus();
  }

  escape(event) {
    if (event.defaultPrevented) return;
    if (this.view.sidebar) this.toggleSidebar(false);
    else if (this.view.traffic && (this.inTraffic() || !this.view.thread)) this.toggleTraffic(false);
    else if (this.view.thread) this.closeThread();
  }

  /** At the panel, at the button that opened it, or nowhere because the row that was read is gone. */
  inTraffic() {
    const at = document.activeElement;
    return byId("traffic").contains(at) || at === this.topbar.traffic || at === document.body;
  }

  toggleSidebar(open) {
    this.view.sidebar = open;
    this.draw();
    if (open) byId("nav").querySelector("[aria-current]")?.focus();
    else this.topbar.menu.focus();
  }

  async toggleTraffic(open) {
    this.view.traffic = open;
    const inside = this.inTraffic();
    this.draw();
    if (!open && inside) this.topbar.traffic.focus();
    await this.acts.act(() => this.inspector.show(open).then(() => true));
  }

  async actAs(person) {
    const { channel, thread } = this.view;
    await this.load(person, channel, thread);
    this.announce(this.t("acting.now", { name: this.store.person(person)?.real_name ?? person }));
  }
}

new Page().start();
