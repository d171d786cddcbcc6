/**
 * Standard Markdown to nodes, as Slack's `markdown` block and streams draw it: headings, lists, tasks, quotes, fences,
 * tables, rules; images become plain links and HTML stays text. Half a document is fine: an open fence or table of a
 * running stream is drawn as far as it goes.
 */
import { h } from "../dom.js";
import { inline } from "./inline.js";

const FENCE = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const ITEM = /^( *)([-*+•]|\d{1,9}[.)])\s+(.*)$/;
const TASK = /^\[([ xX])\]\s+(.*)$/;
const TABLE_RULE = /^ {0,3}\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
const DEEPEST = 12; // quotes and lists inside each other; beyond it the text is drawn as it is

/** The nodes of `source`. `context` names people and channels and carries the words of the page. */
export function markdown(source, context, depth = 0) {
  const lines = String(source ?? "").replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  let at = 0;
  while (at < lines.length) {
    const [block, next] = blockAt(lines, at, context, depth);
    if (block) blocks.push(block);
    at = next;
  }
  return blocks;
}

function blockAt(lines, at, context, depth) {
  const line = lines[at];
  if (!line.trim()) return [null, at + 1];
  if (FENCE.test(line)) return fence(lines, at, context);
  const heading = HEADING.exec(line);
  if (heading) return [h("p", { class: "md-heading", role: "heading", "aria-level": "4" }, ...inline(heading[2], context)), at + 1];
  if (RULE.test(line)) return [h("hr"), at + 1];
  if (depth < DEEPEST && QUOTE.test(line)) return quote(lines, at, context, depth);
  if (depth < DEEPEST && ITEM.test(line)) return list(lines, at, context, depth);
  if (startsTable(lines, at)) return table(lines, at, context);
  return paragraph(lines, at, context, depth);
}

function fence(lines, at, context) {
  const [, mark, info] = FENCE.exec(lines[at]);
  const closing = new RegExp(`^ {0,3}${mark[0]}{${mark.length},}\\s*$`);
  let end = at + 1;
  while (end < lines.length && !closing.test(lines[end])) end += 1;
  const language = info.trim().split(/\s+/)[0] ?? "";
  return [codeBlock(lines.slice(at + 1, end).join("\n"), context, language), end + 1];
}

/** Code that scrolls inside its own box, reachable by keyboard. */
export function codeBlock(text, context, language = "") {
  const label = language ? `${context.t("code")}, ${language}` : context.t("code");
  return h("div", { class: "code-block" },
    language ? h("span", { class: "code-language", "aria-hidden": "true" }, language) : null,
    h("pre", { tabindex: "0", role: "region", "aria-label": label }, h("code", {}, text)));
}

function quote(lines, at, context, depth) {
  let end = at;
  const inner = [];
  while (end < lines.length && QUOTE.test(lines[end])) inner.push(QUOTE.exec(lines[end++])[1]);
  return [h("blockquote", {}, ...markdown(inner.join("\n"), context, depth + 1)), end];
}

function list(lines, at, context, depth) {
  const first = ITEM.exec(lines[at]);
  const base = first[1].length;
  let width = base + first[2].length + 1; // where the words of the item above begin
  const ordered = /\d/.test(first[2]);
  const items = [];
  let end = at;
  while (end < lines.length) {
    const item = ITEM.exec(lines[end]);
    if (item && item[1].length < base + 2 && item[1].length >= base && /\d/.test(item[2]) === ordered && !RULE.test(lines[end])) {
      items.push([item[3]]);
      width = item[1].length + item[2].length + 1;
      end += 1;
    } else if (belongs(lines, end, base)) {
      items.at(-1).push(lines[end].slice(Math.min(indentOf(lines[end]), width)));
      end += 1;
    } else break;
  }
  const start = ordered ? Number.parseInt(first[2], 10) : null;
  const element = h(ordered ? "ol" : "ul", { start: ordered && start !== 1 ? start : null }, ...items.map((body) => listItem(body, context, depth)));
  return [element, end];
}

/** A line goes on with the item above it: it is indented, or it is empty and what follows is indented. */
function belongs(lines, at, base) {
  const line = lines[at];
  if (line.trim()) return indentOf(line) >= base + 2 || (at > 0 && lines[at - 1].trim() !== "" && lazily(line));
  const next = lines.slice(at + 1).find((candidate) => candidate.trim());
  const item = next === undefined ? null : ITEM.exec(next);
  return next !== undefined && (indentOf(next) >= base + 2 || (item !== null && item[1].length >= base));
}

function lazily(line) {
  return !ITEM.test(line) && !FENCE.test(line) && !HEADING.test(line) && !QUOTE.test(line) && !RULE.test(line);
}

function indentOf(line) {
  return line.length - line.trimStart().length;
}

function listItem(body, context, depth) {
  const task = TASK.exec(body[0]);
  const done = task !== null && task[1] !== " ";
  const text = [task ? task[2] : body[0], ...body.slice(1)].join("\n");
  const blocks = markdown(text, context, depth + 1);
  // A tight item is its words alone, without a paragraph around them.
  const content = blocks[0]?.tagName === "P" && !blocks[0].className ? [...blocks[0].childNodes, ...blocks.slice(1)] : blocks;
  if (!task) return h("li", {}, ...content);
  return h("li", { class: "md-task" },
    h("span", { role: "img", class: done ? "box done" : "box", "aria-label": context.t(done ? "task.done" : "task.open") }, done ? "✓" : ""),
    ...content);
}

function startsTable(lines, at) {
  return lines[at].includes("|") && at + 1 < lines.length && TABLE_RULE.test(lines[at + 1])
    && cells(lines[at]).length === cells(lines[at + 1]).length;
}

function table(lines, at, context) {
  const head = cells(lines[at]);
  const align = cells(lines[at + 1]).map((cell) => (/^:-+:$/.test(cell) ? "center" : cell.endsWith(":") ? "right" : "left"));
  let end = at + 2;
  const rows = [];
  while (end < lines.length && lines[end].trim() && lines[end].includes("|")) rows.push(cells(lines[end++]));
  const body = rows.map((row) => head.map((_, column) => inline(row[column] ?? "", context)));
  return [grid(head.map((cell) => inline(cell, context)), body, align, context), end];
}

function cells(line) {
  const inside = line.trim().replace(/^\|/, "").replace(/(?<!\\)\|$/, "");
  return inside.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

/** A table that scrolls inside its own box. `head` and the rows hold lists of nodes, one list a cell. */
export function grid(head, rows, align, context, caption = "") {
  const drawn = (tag, cell, column) => h(tag, { class: `to-${align[column] ?? "left"}`, scope: tag === "th" ? "col" : null }, ...cell);
  return h("div", { class: "table-block", tabindex: "0", role: "region", "aria-label": caption || context.t("table") },
    h("table", {},
      caption ? h("caption", {}, caption) : null,
      h("thead", {}, h("tr", {}, ...head.map((cell, column) => drawn("th", cell, column)))),
      h("tbody", {}, ...rows.map((row) => h("tr", {}, ...row.map((cell, column) => drawn("td", cell, column)))))));
}

function paragraph(lines, at, context, depth) {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() && !interrupts(lines, end, depth)) end += 1;
  return [h("p", {}, ...inline(lines.slice(at, end).join("\n"), context)), end];
}

function interrupts(lines, at, depth) {
  const line = lines[at];
  return FENCE.test(line) || HEADING.test(line) || RULE.test(line) || startsTable(lines, at)
    || (depth < DEEPEST && (QUOTE.test(line) || ITEM.test(line)));
}
