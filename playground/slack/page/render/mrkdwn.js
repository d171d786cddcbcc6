/**
 * Slack's own dialect, mrkdwn, to nodes: `*bold*`, `_italics_`, `~strike~`, code, fences, `>` quotes and tokens.
 * Lists and headings do not exist in it and stay lines of text.
 */
import { h, link } from "../dom.js";
import { emoji } from "./emoji.js";
import { codeBlock } from "./markdown.js";
import { token, unescaped } from "./tokens.js";

const DEEPEST = 8; // styles inside each other; beyond it the signs are drawn as they are
const BARE = /^https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]}*_~]/i;
const STYLES = {
  "*": ["strong", /^\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\p{L}\p{N}])/u],
  _: ["em", /^_(?=[^\s_])([^_\n]*[^\s_])_(?![\p{L}\p{N}])/u],
  "~": ["s", /^~(?=[^\s~])([^~\n]*[^\s~])~(?![\p{L}\p{N}])/u],
};

/** The nodes of a whole text: fences and quotes are blocks, the rest flows with its line breaks. */
export function mrkdwn(source, context) {
  const parts = String(source ?? "").split(/```/);
  // An odd number of marks leaves the last one open: it was a sign, not a fence.
  if (parts.length % 2 === 0) parts.push(`\`\`\`${parts.pop()}`, "");
  return parts.flatMap((part, index) =>
    index % 2 ? [codeBlock(unescaped(part.replace(/^\n|\n$/g, "")), context)] : paragraphs(part, context));
}

function paragraphs(text, context) {
  const out = [];
  for (const line of text.replace(/^\n|\n$/g, "").split("\n")) {
    const quoted = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const tag = quoted ? "BLOCKQUOTE" : "P";
    if (!quoted && !line && out.at(-1)?.tagName !== "P") continue;
    if (out.at(-1)?.tagName === tag) out.at(-1).append(h("br"));
    else out.push(h(tag.toLowerCase()));
    out.at(-1).append(...flow(quoted ? quoted[1] : line, context));
  }
  return out.filter((block) => block.childNodes.length);
}

/** The nodes of one line. */
export function flow(source, context, depth = 0) {
  const out = [];
  let plain = "";
  let rest = String(source);
  let before = "";
  const flush = () => {
    if (plain) out.push(...broken(emoji(unescaped(plain))));
    plain = "";
  };
  while (rest) {
    const [node, length] = depth < DEEPEST ? special(rest, before, context, depth) : [null, 0];
    if (length) {
      flush();
      out.push(node);
    } else plain += rest[0];
    before = rest[Math.max(length, 1) - 1];
    rest = rest.slice(Math.max(length, 1));
  }
  flush();
  return out;
}

function special(rest, before, context, depth) {
  const sign = rest[0];
  if (sign === "<") {
    const found = /^<([^<>\n]+)>/.exec(rest);
    const node = found ? token(found[1], context) : null;
    return node ? [node, found[0].length] : [null, 0];
  }
  if (sign === "`") {
    const found = /^`([^`\n]+)`/.exec(rest);
    return found ? [h("code", {}, unescaped(found[1])), found[0].length] : [null, 0];
  }
  if (/[\p{L}\p{N}]/u.test(before)) return [null, 0];
  if (sign === "h") {
    const found = BARE.exec(rest);
    return found ? [link(unescaped(found[0])), found[0].length] : [null, 0];
  }
  if (!(sign in STYLES)) return [null, 0];
  const [tag, pattern] = STYLES[sign];
  const found = pattern.exec(rest);
  return found ? [h(tag, {}, ...flow(found[1], context, depth + 1)), found[0].length] : [null, 0];
}

function broken(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}
