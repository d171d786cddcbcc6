/** What one's own act brings comes into sight: its answer, wherever one had scrolled to, and the thread that a command began. */

const ANSWER_WITHIN_MS = 20_000; // later, the person reads something else

export class Awaited {
  constructor(page) {
    this.page = page;
    this.command = null; // the last one: where, and until when a thread may begin by it
  }

  /** The person did something; what comes of it is heard by the feed. */
  acted() {
    for (const pane of [this.page.channelPane, this.page.threadPane]) pane.timeline.awaited = true;
  }

  commanded(channel) {
    this.acted();
    this.command = { channel, until: Date.now() + ANSWER_WITHIN_MS };
  }

  /** A root of the bot that names whoever has just given a command is what the command began; its answer for all is none. */
  heard({ type, message }) {
    const { store, view } = this.page;
    if (type !== "message" || message.thread_ts || message.invoked || message.user !== store.bot?.user_id || !this.begins(message)) return;
    this.command = null;
    if (message.channel === view.channel) this.page.openThread(message.ts);
  }

  begins(message) {
    const { store } = this.page;
    const names = [store.name(store.me), store.person(store.me)?.real_name].filter(Boolean);
    return this.command?.channel === message.channel && Date.now() < this.command.until && names.some((name) => message.text.includes(name));
  }
}
