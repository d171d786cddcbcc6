/**
 * Block Kit's inputs, drawn with the browser's own: they bring their keyboard, their names and their pickers along.
 * In an `input` block they are filled in; elsewhere each change is told to the app at once.
 */
import { h, icon, unseen } from "../dom.js";
import { openMenu } from "../menu.js";
import { emoji } from "./emoji.js";

const PICKERS = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
const TEXTS = { plain_text_input: "text", number_input: "text", email_text_input: "email", url_text_input: "url" };

export const FIELDS = new Set([...Object.keys(PICKERS), ...Object.keys(TEXTS), "static_select", "multi_static_select", "radio_buttons", "checkboxes", "users_select", "multi_users_select", "conversations_select", "multi_conversations_select", "channels_select", "multi_channels_select"]);

let drawn = 0;

/** A name for one field in the document; block_ids are the app's, and come again in other messages. */
function fresh() {
  drawn += 1;
  return `field-${drawn}`;
}

/** An `input` block: label, field, hint and what is wrong with it. */
export function input(block, context, message) {
  const form = context.formOf(message);
  const element = block.element ?? {};
  const id = fresh();
  const wrong = form.errors[block.block_id];
  const described = [wrong ? `${id}-error` : null, block.hint ? `${id}-hint` : null].filter(Boolean).join(" ") || null;
  const told = block.dispatch_action ? () => form.told(element, block, form.get(block, element)) : null;
  const words = [emoji(block.label?.text ?? ""), block.optional ? h("span", { class: "optional" }, ` ${context.t("optional")}`) : null];
  const group = isGroup(element);
  const made = field(element, block, form, context, { id, described, wrong, required: !block.optional, told });
  return h(group ? "fieldset" : "div", { class: `input${wrong ? " wrong" : ""}`, "aria-describedby": group ? described : null, data: { block: block.block_id } },
    group ? h("legend", {}, ...words) : h("label", { for: id }, ...words), made,
    wrong ? h("p", { class: "input-error", id: `${id}-error` }, icon("cross"), wrong) : null,
    block.hint ? h("p", { class: "input-hint", id: `${id}-hint` }, emoji(block.hint.text)) : null);
}

/** An element in a row of actions or beside a section. */
export function control(element, block, context, message) {
  if (element.type === "overflow") return overflow(element, block, context, message);
  const form = context.formOf(message);
  const name = element.placeholder?.text ?? block.text?.text ?? context.t("choose");
  const told = () => form.told(element, block, form.get(block, element));
  const made = field(element, block, form, context, { id: fresh(), name, told });
  return isGroup(element) ? h("fieldset", { class: "input" }, h("legend", { class: "unseen" }, name), made) : made;
}

function isGroup(element) {
  return element.type === "radio_buttons" || element.type === "checkboxes" || element.type.startsWith("multi_");
}

function field(element, block, form, context, about) {
  const { id, name, described, wrong, required, told } = about;
  const value = form.get(block, element);
  const set = (now) => {
    form.set(block, element, now);
    if (told && !(element.type in TEXTS)) told();
  };
  const attributes = { id, class: "field", "aria-label": name ?? null, "aria-describedby": described || null, "aria-invalid": wrong ? "true" : null, "aria-required": required ? "true" : null, data: { key: `${block.block_id}/${element.action_id}`, action: element.action_id } };
  if (element.type in TEXTS) return text(element, attributes, value, set, told);
  if (element.type in PICKERS) return picker(element, attributes, value, set);
  if (isGroup(element)) return choices(element, attributes, value, set, context);
  const offered = options(element, context);
  const none = h("option", { value: "" }, element.placeholder?.text ?? context.t("choose"));
  const made = h("select", { ...attributes, on: { change: () => set(made.value || null) } }, none,
    ...(element.option_groups ? element.option_groups.map((group) => h("optgroup", { label: group.label?.text ?? "" }, ...listed(group.options).map(choice))) : offered.map(choice)));
  made.value = value ?? "";
  return made;
}

function choice({ value, label }) {
  return h("option", { value }, label);
}

function text(element, attributes, value, set, told) {
  const shared = { ...attributes, placeholder: element.placeholder?.text ?? null, maxlength: element.max_length ?? 3000, autocomplete: "off", prop: { value: value ?? "" } };
  const heard = {
    input: (event) => set(event.target.value),
    keydown: (event) => {
      if (!told || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      told();
    },
  };
  if (element.multiline) return h("textarea", { ...shared, rows: "4", on: heard });
  return h("input", { ...shared, type: TEXTS[element.type], inputmode: element.type === "number_input" ? "decimal" : null, on: heard });
}

function picker(element, attributes, value, set) {
  const moment = element.type === "datetimepicker";
  const made = h("input", { ...attributes, type: PICKERS[element.type], on: { change: () => set(moment && made.value ? Math.floor(new Date(made.value).getTime() / 1000) : made.value || null) } });
  made.value = moment && value ? localMinute(value) : value ?? "";
  return made;
}

function choices(element, attributes, value, set, context) {
  const many = element.type !== "radio_buttons";
  const chosen = new Set(many ? value ?? [] : [value]);
  const change = (one, on) => {
    if (!many) chosen.clear();
    if (on) chosen.add(one);
    else chosen.delete(one);
    set(many ? [...chosen] : one);
  };
  return h("div", { class: element.type.startsWith("multi_") ? "choices many" : "choices", tabindex: element.type.startsWith("multi_") ? "-1" : null },
    ...options(element, context).map(({ value: one, label, description }, index) => {
      const name = `${attributes.id}-${index}`;
      return h("label", { class: "check", for: name },
        h("input", { id: name, type: many ? "checkbox" : "radio", name: attributes.id, "aria-describedby": attributes["aria-describedby"], "aria-invalid": attributes["aria-invalid"], data: { key: `${attributes.data.key}/${one}` }, prop: { checked: chosen.has(one) }, on: { change: (event) => change(one, event.target.checked) } }),
        h("span", {}, label, description ? h("span", { class: "input-hint" }, description) : null));
    }));
}

function options(element, context) {
  if (element.type.includes("users")) return context.everybody();
  if (element.type.includes("conversations")) return context.everywhere();
  if (element.type.includes("channels")) return context.everywhere().filter((one) => one.public);
  return listed(element.option_groups ? element.option_groups.flatMap((group) => group.options) : element.options);
}

function listed(given) {
  return (given ?? []).map((option) => ({ value: option.value, label: emoji(option.text?.text ?? option.value), description: option.description?.text }));
}

function overflow(element, block, context, message) {
  const form = context.formOf(message);
  const made = h("button", { type: "button", class: "control plain", "aria-haspopup": "menu", "aria-expanded": "false", data: { key: `${block.block_id}/${element.action_id}`, action: element.action_id }, on: {
    click: () => openMenu(made, context.t("more"), listed(element.options).map((option) => ({ label: option.label, detail: option.description, choose: () => form.told(element, block, option.value) }))),
  } }, icon("more"), unseen(context.t("more")));
  return made;
}

function localMinute(seconds) {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
