/** Where the page is (person, channel, thread), kept in the address so that a reload or a link leads back. */

export function read(hash = location.hash) {
  const query = new URLSearchParams(hash.replace(/^#/, ""));
  return { as: query.get("as"), channel: query.get("in"), thread: query.get("thread"), traffic: query.get("traffic") === "1" };
}

export function write({ as, channel, thread, traffic }) {
  const query = new URLSearchParams();
  if (as) query.set("as", as);
  if (channel) query.set("in", channel);
  if (thread) query.set("thread", thread);
  if (traffic) query.set("traffic", "1");
  history.replaceState(null, "", `#${query}`);
}
