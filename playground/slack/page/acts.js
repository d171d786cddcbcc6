/** What a person does: say, press, stop, edit, delete, look further back. A failure becomes one line on the page. */
import * as api from "./api.js";
import { promptOf } from "./context.js";
import { ask } from "./dialogs.js";
import { Form } from "./forms.js";

const NARROW = matchMedia("(max-width: 700px)"); // where the thread covers the channel

export class Acts {
  constructor(page) {
    this.page = page;
    this.feedback = new Map(); // which side of a message's feedback buttons was pressed
    this.stopping = new Set(); // threads whose Stop was pressed and that still work
    this.exhausted = new Set(); // channels with nothing earlier
    this.forms = new Map(); // what was put into the elements of a message
  }

  /** Says words where the composer stands. Naming the bot at the top opens the thread in which it will answer. */
  async send(text, files, where, user = this.page.store.me) {
    this.page.awaited.acted();
    const said = await api.say({ user, text, channel: where.channel, thread_ts: where.thread_ts, files: files.length ? files : undefined });
    const calls = text.includes(`<@${this.page.store.bot.user_id}>`) || this.page.store.conversations.get(where.channel)?.is_bot_dm;
    if (user === this.page.store.me && !where.thread_ts && calls && where.channel === this.page.view.channel) await this.page.openThread(said.ts, NARROW.matches);
    return said;
  }

  async sayPrompt(value, message, from) {
    const { as, text } = promptOf(value);
    const { store, view } = this.page;
    const channel = message?.channel ?? view.channel;
    const mention = `<@${store.bot.user_id}>`;
    const words = store.conversations.get(channel)?.is_bot_dm || text.includes(mention) ? text : `${mention} ${text}`;
    const user = as ?? store.me;
    let thread = message?.thread_ts ?? (from === "thread" ? view.thread : null);
    // Somebody else joins what is going on: the open thread, or the last one this person started.
    if (as && as !== store.me && !thread) thread = (view.thread !== message?.ts && view.thread) || store.roots(channel).findLast((root) => root.user === store.me && root.reply_count)?.ts || null;
    const said = await this.act(() => this.send(words, [], { channel, thread_ts: thread ?? undefined }, user));
    if (said && user !== store.me) {
      await this.page.load(user, channel, thread ?? said.ts);
      this.page.announce(this.page.t("acting.now", { name: store.person(user)?.real_name ?? user }));
    }
  }

  /** A slash command; what comes of it is heard by the feed. */
  command(text, where) {
    this.page.awaited.commanded(where.channel);
    return api.command(this.page.store.me, where.channel, text, where.thread_ts);
  }

  async shortcut(shortcut, message = null) {
    this.page.awaited.acted();
    const answer = await this.act(() => api.shortcut(this.page.store.me, shortcut.callback_id, message?.channel, message?.ts));
    if (answer && !answer.delivered) this.page.toast.show(this.page.t("shortcut.failed", { name: shortcut.name }));
  }

  form(message) {
    const key = `${this.page.store.me}/${message.channel}/${message.ts}`;
    if (!this.forms.has(key)) this.forms.set(key, new Form((element, block, value) => this.click(element, block, message, value)));
    return this.forms.get(key);
  }

  async click(element, block, message, value = element.value) {
    const { values } = this.form(message);
    const answer = await this.act(() => api.click({ user: this.page.store.me, channel: message.channel, message_ts: message.ts, action_id: element.action_id, block_id: block.block_id, value, values }));
    if (answer && element.type === "feedback_buttons") {
      this.feedback.set(`${message.ts}/${element.action_id}`, element.value);
      this.page.drawSoon();
    }
  }

  async stop() {
    const { channel, thread } = this.page.view;
    if (this.stopping.has(`${channel}/${thread}`)) return;
    this.stopping.add(`${channel}/${thread}`);
    this.page.drawSoon();
    if (!(await this.act(() => api.stop(this.page.store.me, channel, thread)))) this.stopping.delete(`${channel}/${thread}`);
  }

  async remove(message) {
    const { t } = this.page;
    if (await ask({ title: t("delete.title"), text: t("delete.text"), yes: t("delete"), no: t("confirm.no"), danger: true })) await this.act(() => api.remove(this.page.store.me, message.channel, message.ts));
  }

  react(message, name, remove) {
    return this.act(() => api.react(this.page.store.me, message.channel, message.ts, name, remove));
  }

  saveEdit(message, text) {
    return this.act(() => api.edit(this.page.store.me, message.channel, message.ts, text));
  }

  upload(file) {
    return api.upload(this.page.store.me, file);
  }

  moreBefore(channel) {
    return !this.exhausted.has(channel) && this.page.store.roots(channel).length >= 100;
  }

  async loadOlder() {
    const { channel } = this.page.view;
    const { loads } = this.page.store;
    const answer = await this.act(() => api.older(this.page.store.me, channel, this.page.store.roots(channel)[0]?.ts));
    if (!answer || loads !== this.page.store.loads) return;
    if (!answer.has_more) this.exhausted.add(channel);
    this.page.channelPane.timeline.atEnd = false;
    this.page.store.addMessages(channel, answer);
  }

  async act(doing) {
    try {
      return await doing();
    } catch (error) {
      this.failed(error);
      return null;
    }
  }

  failed(error) {
    this.page.toast.show(error.message === "offline" ? this.page.t("offline") : this.page.t("failed", { why: error.message }));
  }
}
