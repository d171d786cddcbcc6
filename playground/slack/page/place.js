/** Where the page is (person, channel, thread), kept in the address so that a reload or a link leads back. */

/** From the address: what `write` put there, or a permalink's `?channel=…&ts=…&thread_ts=…`. */
export function read() {
  const here = new URLSearchParams(location.hash.replace(/^#/, ""));
  const linked = new URLSearchParams(location.search);
  return {
    as: here.get("as"), channel: linked.get("channel") ?? here.get("in"), thread: linked.get("thread_ts") ?? here.get("thread"),
    message: linked.get("ts"), traffic: here.get("traffic") === "1",
  };
}

export function write({ as, channel, thread, traffic }) {
  const query = new URLSearchParams();
  if (as) query.set("as", as);
  if (channel) query.set("in", channel);
  if (thread) query.set("thread", thread);
  if (traffic) query.set("traffic", "1");
  history.replaceState(null, "", `${location.pathname}#${query}`);
}
