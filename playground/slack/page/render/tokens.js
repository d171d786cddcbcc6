/**
 * Slack's tokens between angle brackets (`@U…|name`, `#C…|name`, `!here`, `!date^…`, `https://…|label`) to nodes,
 * and its three escapes back to signs.
 */
import { h, link } from "../dom.js";
import { dateToken } from "../times.js";

export function unescaped(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** The node of what stood between `<` and `>`, or null when it is no token of Slack's. */
export function token(inside, context) {
  const [target, ...labels] = inside.split("|");
  const label = unescaped(labels.join("|"));
  if (target.startsWith("@")) return mention(target.slice(1), label, context);
  if (target.startsWith("#")) return channel(target.slice(1), label, context);
  if (target.startsWith("!")) return broadcast(target.slice(1), label, context);
  if (/^(https?:\/\/|mailto:)/i.test(target)) return link(unescaped(target), label || unescaped(target).replace(/^mailto:/i, ""));
  return null;
}

export function mention(id, label, context) {
  const me = id === context.me;
  return h("span", { class: me ? "mention me" : "mention", data: { user: id } }, `@${context.personName(id) ?? (label || id)}`);
}

export function group(id, label, context) {
  return h("span", { class: "mention", data: { group: id } }, `@${(context.groupName(id) ?? (label || id)).replace(/^@/, "")}`);
}

export function channel(id, label, context) {
  const name = context.channelName(id) ?? (label || id);
  return h("span", { class: "mention" }, `#${name.replace(/^#/, "")}`);
}

function broadcast(command, label, context) {
  if (command.startsWith("date^")) {
    const [, seconds, format] = command.split("^");
    return h("time", { datetime: isoOf(seconds) }, dateToken(Number(seconds), format ?? "", context.locale) ?? (label || seconds));
  }
  if (command.startsWith("subteam^")) return group(command.slice("subteam^".length), label, context);
  return h("span", { class: "mention" }, label.startsWith("@") ? label : `@${label || command.split("^").at(-1)}`);
}

function isoOf(seconds) {
  const date = new Date(Number(seconds) * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
