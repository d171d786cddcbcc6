/**
 * All the page knows of the stand-in's control API: reads, acts, and the two live feeds. Every failure is an Error
 * whose message a person can read.
 */

const BASE = "/_control";
const FIRST_PERSON = "U0ADA"; // the control API wants to be told who looks, and a first visit knows nobody yet
const AGAIN_AFTER_MS = 1500; // before a refused feed is asked for again

async function call(path, { method = "GET", query = {}, body, raw, type } = {}) {
  const known = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const search = known.length ? `?${new URLSearchParams(known)}` : "";
  const headers = raw ? { "Content-Type": type || "application/octet-stream" } : body ? { "Content-Type": "application/json" } : {};
  let response;
  try {
    response = await fetch(`${BASE}${path}${search}`, { method, headers, body: raw ?? (body ? JSON.stringify(body) : undefined) });
  } catch {
    throw new Error("offline");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok || answer.ok === false) throw new Error(answer.detail || answer.error || `HTTP ${response.status}`);
  return answer;
}

function post(path, body, query) {
  return call(path, { method: "POST", body, query });
}

/** The snapshot as `as` sees it; for somebody unknown, as the first person of the usual seed. */
export async function state(as) {
  const look = (person) => call("/state", { query: { as: person, limit: 100 } });
  return look(as || FIRST_PERSON).catch((error) => (as && as !== FIRST_PERSON && error.message !== "offline" ? look(FIRST_PERSON) : Promise.reject(error)));
}
export const older = (as, channel, before) => call("/messages", { query: { as, channel, before, limit: 50 } });
export const thread = (as, channel, ts) => call("/thread", { query: { as, channel, ts } });

export const say = (message) => post("/say", message);
export const edit = (user, channel, ts, text) => post("/edit", { user, channel, ts, text });
export const remove = (user, channel, ts) => post("/delete", { user, channel, ts });
export const click = (clicked) => post("/click", clicked);
export const stop = (user, channel, thread_ts) => post("/stop", { user, channel, thread_ts });
export const openBot = (user) => post("/open", { user, tab: "messages" });
export const react = (user, channel, ts, name, remove) => post("/react", { user, channel, ts, name, remove });
export const command = (user, channel, text, thread_ts) => post("/command", { user, channel, text, thread_ts });
export const shortcut = (user, callback_id, channel, message_ts) => post("/shortcut", { user, callback_id, channel, message_ts });
export const use = (used) => post("/use", used);
export const submit = (user, view_id, values) => post("/submit", { user, view_id, values });
export const close = (user, view_id) => post("/close", { user, view_id });
export const upload = (user, file) => call("/upload", { method: "POST", query: { user, name: file.name }, raw: file, type: file.type });

export const traffic = (after) => call("/traffic", { query: { after, limit: 300 } });
export const emptyTraffic = () => call("/traffic", { method: "DELETE" });
export const recordTraffic = (on) => post("/traffic", { on });

/** The agents that `+` offers: `[{name, description}]`; null when the server does not say. */
export async function agents() {
  const answer = await call("/agents").catch(() => ({}));
  return answer.agents ?? null;
}

/**
 * Follows what one person may see, from `after` on. Returns a function that ends it.
 * `heard` gets each event and the feed's cursor, `connected` true or false as the line comes and goes. After a break it hears "reload":
 * what answers again may be another run of the playground, whose cursors mean something else.
 */
export function events(as, after, heard, connected) {
  return follow(`${BASE}/events?${new URLSearchParams({ as, after })}`, (event, cursor) => heard(event, cursor ?? after), connected);
}

export function trafficEvents(after, heard) {
  return follow(`${BASE}/traffic/events?${new URLSearchParams({ after })}`, heard, () => {});
}

function follow(url, heard, connected) {
  let source = null;
  let timer = 0;
  let broken = false;
  const open = () => {
    source = new EventSource(url);
    source.onopen = () => {
      connected(true);
      if (broken) heard({ type: "reload" });
      broken = false;
    };
    source.onmessage = (message) => heard(JSON.parse(message.data), message.lastEventId ? Number(message.lastEventId) : undefined);
    source.onerror = () => {
      connected(false);
      broken = true;
      // The browser itself retries a line that merely broke; a refused one stays closed.
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, AGAIN_AFTER_MS);
    };
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
