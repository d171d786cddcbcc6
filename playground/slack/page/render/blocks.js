/**
 * Block Kit to nodes: the blocks our bot sends, drawn as a reader expects. A block this page does not know is shown
 * as a labelled placeholder with its content, never dropped. Pictures from elsewhere are named, not fetched.
 */
import { h, icon } from "../dom.js";
import { button, contextAction } from "./controls.js";
import { emoji } from "./emoji.js";
import { FIELDS, control as fieldControl, input } from "./fields.js";
import { grid, markdown } from "./markdown.js";
import { flow, mrkdwn } from "./mrkdwn.js";
import { pieces, richText } from "./richtext.js";
import { plan, taskCard } from "./tasks.js";

const DRAWN = {
  section,
  header: (block) => h("p", { class: "block-header", role: "heading", "aria-level": "4" }, emoji(block.text?.text ?? "")),
  divider: () => h("hr"),
  context: (block, context) => h("div", { class: "block-context" }, ...(block.elements ?? []).map((element) => contextPart(element, context))),
  actions: (block, context, message) => h("div", { class: "block-actions", role: "group", "aria-label": context.t("actions") },
    ...(block.elements ?? []).map((element) => control(element, block, context, message))),
  context_actions: (block, context, message) => h("div", { class: "block-context-actions", role: "group", "aria-label": context.t("actions") },
    ...(block.elements ?? []).flatMap((element) => contextAction(element, block, context, message))),
  markdown: (block, context) => h("div", { class: "text" }, ...markdown(block.text, context)),
  rich_text: (block, context) => h("div", { class: "text" }, ...richText(block, context)),
  image,
  input,
  file: (block) => h("div", { class: "file" }, icon("file"), h("span", { class: "file-name" }, block.external_id ?? "")),
  table,
  data_table: table,
  task_card: taskCard,
  plan,
  alert: (block, context) => h("div", { class: "block-alert", role: "note" }, ...textObject(block.text, context)),
};

/** The nodes of a message's blocks. */
export function blocks(list, context, message) {
  return (list ?? []).map((block) => {
    const draw = Object.hasOwn(DRAWN, block?.type ?? "") ? DRAWN[block.type] : unknown;
    return h("div", { class: `block b-${draw === unknown ? "unknown" : block.type}` }, draw(block, context, message));
  });
}

export function textObject(text, context) {
  if (!text) return [];
  if (typeof text === "string") return [text];
  return text.type === "mrkdwn" ? mrkdwn(text.text, context) : [h("p", {}, emoji(text.text ?? ""))];
}

function section(block, context, message) {
  return h("div", { class: block.accessory ? "block-section with-accessory" : "block-section" },
    h("div", { class: "text" },
      ...textObject(block.text, context),
      block.fields ? h("div", { class: "fields" }, ...block.fields.map((field) => h("div", {}, ...textObject(field, context)))) : null),
    block.accessory ? h("div", { class: "accessory" }, control(block.accessory, block, context, message)) : null);
}

function contextPart(element, context) {
  if (element.type === "image") return h("span", { class: "context-image" }, icon("image"), element.alt_text ?? "");
  if (element.type === "mrkdwn") return h("span", {}, ...flow(element.text, context));
  return h("span", {}, emoji(element.text ?? ""));
}

function control(element, block, context, message) {
  if (element.type === "button" || element.type === "icon_button") return button(element, block, context, message);
  if (element.type === "image") return image(element, context);
  if (element.type === "overflow" || FIELDS.has(element.type)) return fieldControl(element, block, context, message);
  return unknown(element, context);
}

function image(block, context) {
  const title = block.title?.text ?? "";
  const alt = block.alt_text ?? "";
  const here = ownFile(block.slack_file);
  if (here) {
    return h("figure", { class: "picture" }, title ? h("figcaption", { class: "image-title" }, emoji(title)) : null,
      h("a", { href: here, target: "_blank", rel: "noopener" }, h("img", { src: here, alt: alt || context.t("image"), loading: "lazy" })));
  }
  return h("div", { class: "block-image" }, icon("image"),
    h("div", {},
      title ? h("p", { class: "image-title" }, title) : null,
      h("p", {}, alt || context.t("image")),
      h("p", { class: "image-note" }, context.t("image.note"))));
}

/** The address of a picture that was uploaded here; one from elsewhere is never fetched. */
function ownFile(file) {
  const id = file?.id ?? /\/files-pri\/(F\w+)\//.exec(file?.url ?? "")?.[1];
  return id ? `/_control/files/${encodeURIComponent(id)}` : null;
}

function table(block, context) {
  const align = (block.column_settings ?? []).map((column) => column?.align ?? "left");
  const rows = (block.rows ?? []).map((row) => row.map((cell) => tableCell(cell, context)));
  return grid(rows[0] ?? [], rows.slice(1), align, context, block.caption ?? "");
}

function tableCell(cell, context) {
  if (cell?.type !== "rich_text") return [emoji(String(cell?.text ?? cell?.value ?? ""))];
  return (cell.elements ?? []).flatMap((part, index) => [...(index ? [h("br")] : []), ...pieces(part.elements, context)]);
}

function unknown(block, context) {
  return h("details", { class: "block-unknown" },
    h("summary", {}, icon("puzzle"), context.t("block.unknown", { type: block?.type ?? "?" })),
    h("pre", { tabindex: "0" }, JSON.stringify(block, null, 2)));
}
