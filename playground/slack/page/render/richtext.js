/** The `rich_text` block to nodes: sections, lists by indent, preformatted text and quotes. */
import { h, link } from "../dom.js";
import { dateToken } from "../times.js";
import { emoji } from "./emoji.js";
import { codeBlock } from "./markdown.js";
import { channel, group, mention } from "./tokens.js";

const STYLES = { code: "code", strike: "s", italic: "em", bold: "strong", underline: "u" };

export function richText(block, context) {
  const out = [];
  for (const element of block?.elements ?? []) {
    if (element.type === "rich_text_list") addList(out, element, context);
    else out.push(part(element, context));
  }
  return out;
}

function part(element, context) {
  switch (element.type) {
    case "rich_text_preformatted": return codeBlock(plain(element.elements), context);
    case "rich_text_quote": return h("blockquote", {}, ...pieces(element.elements, context));
    default: return h("p", {}, ...pieces(element.elements, context));
  }
}

/** Slack sends a nested list as a following list with a larger indent; it belongs into the last item before it. */
function addList(out, element, context) {
  const ordered = element.style === "ordered";
  const list = h(ordered ? "ol" : "ul", { start: element.offset ? element.offset + 1 : null },
    ...(element.elements ?? []).map((item) => h("li", {}, ...pieces(item.elements, context))));
  let home = null;
  let last = out.at(-1);
  for (let depth = 0; depth < (element.indent ?? 0) && /^[OU]L$/.test(last?.tagName ?? ""); depth += 1) {
    home = last.lastElementChild;
    last = home?.lastElementChild;
  }
  if (home) home.append(list);
  else out.push(list);
}

/** Inline elements, for sections, quotes and table cells. */
export function pieces(elements, context) {
  return (elements ?? []).flatMap((element) => styled(piece(element, context), element.style));
}

function piece(element, context) {
  switch (element.type) {
    case "text": return emoji(element.text ?? "").split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
    case "link": return [link(element.url, element.text || element.url)];
    case "user": return [mention(element.user_id, "", context)];
    case "channel": return [channel(element.channel_id, "", context)];
    case "usergroup": return [group(element.usergroup_id, "", context)];
    case "broadcast": return [h("span", { class: "mention" }, `@${element.range}`)];
    case "emoji": return [element.unicode ? String.fromCodePoint(...element.unicode.split("-").map((code) => Number.parseInt(code, 16))) : emoji(`:${element.name}:`)];
    case "date": return [dateToken(element.timestamp, element.format ?? "", context.locale) ?? element.fallback ?? ""];
    case "color": return [h("code", {}, element.value ?? "")];
    default: return [element.text ?? ""];
  }
}

function styled(nodes, style) {
  return Object.entries(STYLES).reduce((inner, [name, tag]) => (style?.[name] ? [h(tag, {}, ...inner)] : inner), nodes);
}

function plain(elements) {
  return (elements ?? []).map((element) => element.text ?? element.url ?? "").join("");
}
