/**
 * The inside of a Markdown line to nodes: code, bold, italics, strike, links, bare addresses and Slack's own tokens
 * (`<@U…>`, `<#C…>`, `<!date…>`). A sign that is never closed stays a sign, so half a stream reads well.
 */
import { h, link } from "../dom.js";
import { emoji } from "./emoji.js";
import { token, unescaped } from "./tokens.js";

const DEEPEST = 8; // styles inside each other; beyond it the signs are drawn as they are
const ESCAPED = /^\\([\\`*_{}[\]()#+\-.!~|<>"&])/;
const CODE = /^(`+)((?:(?!\1)[\s\S]|(?<=`)`)*?[^`])\1(?!`)/;
const IMAGE_OR_LINK = /^!?\[((?:[^[\]\\]|\\.|\[[^\]]*\])*)\]\(\s*<?((?:[^\s()<>]|\([^\s()]*\))*)>?(?:\s+"[^"]*")?\s*\)/;
const ANGLED = /^<([^<>\n]+)>/;
const BARE = /^https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]}*_~]/i;
const STYLES = [
  [/^\*\*\*(?=\S)([\s\S]*?\S)\*\*\*/, (inner) => h("strong", {}, h("em", {}, ...inner))],
  [/^\*\*(?=\S)([\s\S]*?\S)\*\*(?!\*)/, (inner) => h("strong", {}, ...inner)],
  [/^__(?=\S)([\s\S]*?\S)__(?![\p{L}\p{N}_])/u, (inner) => h("strong", {}, ...inner), true],
  [/^~~(?=\S)([\s\S]*?\S)~~/, (inner) => h("s", {}, ...inner)],
  [/^\*(?=[^\s*])((?:[^*]|\*\*[^*]+\*\*)*?[^\s*])\*(?!\*)/, (inner) => h("em", {}, ...inner)],
  [/^_(?=[^\s_])([^_]*?[^\s_])_(?![\p{L}\p{N}_])/u, (inner) => h("em", {}, ...inner), true],
];

/** The nodes of one run of text; line ends become line breaks, as Slack draws them. */
export function inline(source, context, depth = 0) {
  const out = [];
  let plain = "";
  let rest = String(source);
  let before = "";
  const flush = () => {
    if (plain) out.push(...lines(emoji(unescaped(plain))));
    plain = "";
  };
  while (rest) {
    const [node, length] = depth < DEEPEST ? special(rest, before, context, depth) : [null, 0];
    if (length) {
      if (typeof node === "string") plain += node;
      else {
        flush();
        out.push(node);
      }
    } else plain += rest[0];
    before = rest[Math.max(length, 1) - 1];
    rest = rest.slice(Math.max(length, 1));
  }
  flush();
  return out;
}

function special(rest, before, context, depth) {
  switch (rest[0]) {
    case "\\": return escaped(rest);
    case "`": return code(rest);
    case "!":
    case "[": return linked(rest, context, depth);
    case "<": return angled(rest, context);
    case "h":
    case "H": return wordy(before) ? [null, 0] : bare(rest);
    case "*":
    case "_":
    case "~": return styled(rest, before, context, depth);
    default: return [null, 0];
  }
}

function escaped(rest) {
  const found = ESCAPED.exec(rest);
  return found ? [found[1], 2] : rest[1] === "\n" ? ["", 1] : [null, 0];
}

function code(rest) {
  const found = CODE.exec(rest);
  if (!found) return [null, 0];
  const text = found[2].replaceAll("\n", " ");
  return [h("code", {}, /^ .*\S.* $/.test(text) ? text.slice(1, -1) : text), found[0].length];
}

function linked(rest, context, depth) {
  const found = IMAGE_OR_LINK.exec(rest);
  if (!found) return [null, 0];
  const label = inline(found[1] || found[2], context, depth + 1);
  return [link(found[2], ...label), found[0].length];
}

function angled(rest, context) {
  const found = ANGLED.exec(rest);
  const node = found ? token(found[1], context) : null;
  return node ? [node, found[0].length] : [null, 0];
}

function bare(rest) {
  const found = BARE.exec(rest);
  return found ? [link(found[0]), found[0].length] : [null, 0];
}

function styled(rest, before, context, depth) {
  for (const [pattern, wrap, wholeWords] of STYLES) {
    const found = pattern.exec(rest);
    if (found && !(wholeWords && wordy(before))) return [wrap(inline(found[1], context, depth + 1)), found[0].length];
  }
  return [null, 0];
}

function wordy(character) {
  return /[\p{L}\p{N}_]/u.test(character);
}

function lines(text) {
  return text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line]));
}
