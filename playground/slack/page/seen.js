/** How far each person has read, kept in this browser, so that switching people shows what is new to them. */

const PREFIX = "threadwind.seen";

function stored(key) {
  try {
    return localStorage.getItem(`${PREFIX}.${key}`);
  } catch {
    return null;
  }
}

function store(key, value) {
  try {
    localStorage.setItem(`${PREFIX}.${key}`, value);
  } catch {
    // A browser that keeps nothing forgets what was read; nothing else depends on it.
  }
}

/** What nobody opened yet counts as read up to this page's first visit. */
const FIRST = stored("first") ?? (Date.now() / 1000).toFixed(6);
store("first", FIRST);

export function seen(me, channel, thread = "") {
  return stored(`${me}.${channel}.${thread}`) ?? FIRST;
}

export function markSeen(me, channel, ts, thread = "") {
  if (ts && ts > seen(me, channel, thread)) store(`${me}.${channel}.${thread}`, ts);
}

/** Whether replies came into a thread that `me` takes part in, since `me` last had it open. */
export function hasNewReplies(me, root) {
  const part = root.user === me || (root.reply_users ?? []).includes(me);
  return part && Boolean(root.latest_reply) && root.latest_reply > seen(me, root.channel, root.ts);
}

/** Who acted last in this browser, for an address that does not say. */
export function lastPerson() {
  return stored("person");
}

export function rememberPerson(me) {
  store("person", me);
}

/** How many roots and threads of `channel` hold something new to `me`. */
export function unread(me, channel, roots) {
  const since = seen(me, channel);
  return roots.filter((root) => (root.ts > since && root.user !== me && !root.ephemeral) || hasNewReplies(me, root)).length;
}
