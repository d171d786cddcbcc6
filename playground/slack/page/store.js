/**
 * What the acting person sees: people, conversations, messages, statuses, sessions. Loaded from one snapshot and kept
 * true by the feed; views read it and never write. A message that changed is a new object, so views compare by identity.
 * Answers and events overtake each other, so each thing knows as of which cursor it is known: an answer never undoes a
 * later event, nor a late event a later answer.
 */

const keyOf = (channel, ts) => `${channel}/${ts ?? ""}`;

export class Store extends EventTarget {
  constructor() {
    super();
    this.me = "";
    this.people = new Map();
    this.conversations = new Map();
    this.messages = new Map();
    this.statuses = new Map();
    this.sessions = new Map();
    this.prompts = new Map();
    this.agents = [];
    this.offers = { commands: [], shortcuts: [] };
    this.builtIn = []; // Slack's own commands
    this.modals = []; // open ones, the topmost last
    this.groups = new Map();
    this.bot = null;
    this.team = null;
    this.known = new Map(); // what it is, channel and ts -> the cursor it is known as of
    this.loads = 0; // tells an answer asked for before the last load from one after it
    this.online = true;
  }

  load(snapshot) {
    this.me = snapshot.me;
    this.team = snapshot.team;
    this.bot = snapshot.bot;
    this.known.clear();
    this.loads += 1;
    this.offers = snapshot.offers;
    this.builtIn = snapshot.built_in;
    this.modals = snapshot.modals;
    this.groups = new Map(snapshot.groups.map((group) => [group.id, group]));
    this.people = new Map(snapshot.people.map((person) => [person.id, person]));
    this.conversations = new Map(snapshot.conversations.map((conversation) => [conversation.id, conversation]));
    this.messages = new Map(Object.entries(snapshot.messages).map(([channel, list]) => [channel, new Map(list.map((message) => [message.ts, message]))]));
    this.statuses = new Map(snapshot.statuses.map((status) => [keyOf(status.channel, status.thread_ts), status]));
    this.sessions = new Map(snapshot.sessions.map((session) => [keyOf(session.channel, session.thread_ts), session]));
    this.prompts = new Map(snapshot.conversations.filter((one) => one.prompts).map((one) => [keyOf(one.id), one.prompts]));
    this.changed();
  }

  /** An answer with messages, true as of its cursor. */
  addMessages(channel, { messages, cursor }) {
    for (const message of messages) if (this.learns("message", channel, message.ts, cursor)) this.put(message);
    this.changed();
  }

  setThread(channel, ts, answer) {
    const { cursor } = answer;
    this.addMessages(channel, answer);
    if (this.learns("status", channel, ts, cursor)) this.setStatus(channel, ts, answer.status);
    if (answer.session && this.learns("session", channel, ts, cursor)) this.sessions.set(keyOf(channel, ts), answer.session);
    if (answer.prompts && this.learns("prompts", channel, ts, cursor)) this.prompts.set(keyOf(channel, ts), answer.prompts);
    this.changed();
  }

  /** Takes one event of the feed, heard at `cursor`. Unknown ones are passed over, and what an answer told better. */
  apply(event, cursor) {
    const [kind, channel, ts] = subject(event);
    if (kind && !this.learns(kind, channel, ts, cursor, true)) return;
    switch (event.type) {
      case "message":
      case "message_changed":
      case "stream":
      case "ephemeral":
      case "ephemeral_changed": this.put(event.message); break;
      case "message_deleted":
      case "ephemeral_deleted": this.inChannel(event.channel).delete(event.ts); break;
      case "status": this.setStatus(event.channel, event.thread_ts, event.status); break;
      case "session": this.sessions.set(keyOf(event.session.channel, event.session.thread_ts), event.session); break;
      case "prompts": this.prompts.set(keyOf(event.channel, event.thread_ts), event.prompts); break;
      case "conversation": this.conversations.set(event.conversation.id, event.conversation); break;
      case "offers": this.offers = event.offers; break;
      case "modals": this.modals = event.modals; break;
      case "bot": this.bot = { ...this.bot, connected: event.connected }; break;
      default: return;
    }
    this.changed(event);
  }

  /**
   * Whether what is told as of `cursor` is news. An event wins over an answer of the same cursor: the first pieces of
   * a change are heard under the cursor before it, so the answer may lack them.
   */
  learns(kind, channel, ts, cursor, event = false) {
    const key = `${kind} ${keyOf(channel, ts)}`;
    const known = this.known.get(key) ?? -1;
    if (event ? cursor < known : cursor <= known) return false;
    this.known.set(key, cursor);
    return true;
  }

  setStatus(channel, ts, status) {
    if (status?.status) this.statuses.set(keyOf(channel, ts), status);
    else this.statuses.delete(keyOf(channel, ts));
  }

  put(message) {
    this.inChannel(message.channel).set(message.ts, message);
  }

  changed(event = null) {
    this.dispatchEvent(new CustomEvent("change", { detail: event }));
  }

  setOnline(online) {
    if (online === this.online) return;
    this.online = online;
    this.changed();
  }

  inChannel(channel) {
    if (!this.messages.has(channel)) this.messages.set(channel, new Map());
    return this.messages.get(channel);
  }

  message(channel, ts) {
    return this.messages.get(channel)?.get(ts) ?? null;
  }

  roots(channel) {
    return byTime([...this.inChannel(channel).values()].filter((message) => !message.thread_ts || message.broadcast));
  }

  /** The root, when known, and the replies known so far. */
  thread(channel, ts) {
    return byTime([...this.inChannel(channel).values()].filter((message) => message.ts === ts || message.thread_ts === ts));
  }

  status(channel, ts) {
    return this.statuses.get(keyOf(channel, ts)) ?? null;
  }

  session(channel, ts) {
    return this.sessions.get(keyOf(channel, ts)) ?? null;
  }

  promptsOf(channel, ts = null) {
    return this.prompts.get(keyOf(channel, ts)) ?? null;
  }

  /** A turn is under way: its session is processing or the bot's stream is open. Then Stop is offered. */
  isBusy(channel, ts) {
    return this.session(channel, ts)?.status === "processing" || this.thread(channel, ts).some((message) => message.streaming);
  }

  person(id) {
    return this.people.get(id) ?? null;
  }

  name(id) {
    const person = this.person(id);
    return person ? person.display_name || person.real_name || person.name : null;
  }

  conversationName(conversation) {
    return conversation.kind === "im" ? (this.name(conversation.with) ?? conversation.name) : conversation.name;
  }

  get commands() {
    return [...this.offers.commands, ...this.builtIn];
  }

  get locale() {
    return this.person(this.me)?.locale ?? "en-US";
  }

  botMember(channel) {
    const conversation = this.conversations.get(channel);
    return Boolean(conversation?.bot_is_member || conversation?.is_bot_dm);
  }
}

/** What an event tells about: its kind, channel and ts; nothing for what only the feed tells. */
function subject({ type, message, session, channel, ts, thread_ts: thread }) {
  if (message) return ["message", message.channel, message.ts];
  if (session) return ["session", session.channel, session.thread_ts];
  if (type === "message_deleted" || type === "ephemeral_deleted") return ["message", channel, ts];
  return type === "status" || type === "prompts" ? [type, channel, thread] : [];
}

function byTime(list) {
  return list.sort((one, other) => (one.ts < other.ts ? -1 : one.ts > other.ts ? 1 : 0));
}
