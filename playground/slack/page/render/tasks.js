/** Task cards and plans: each step says its state in words beside the icon, so nobody needs the colour. */
import { h, icon, link } from "../dom.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";

const ICONS = { pending: "dots", in_progress: "turning", complete: "check", error: "cross" };

export function taskCard(task, context) {
  const state = task.status in ICONS ? task.status : "pending";
  const more = [...part(task.details, context, "task-details"), ...part(task.output, context, "task-output"), ...sources(task.sources)];
  return h("div", { class: `task ${state}`, role: "group", "aria-label": `${task.title ?? ""}: ${context.t(`task.${state}`)}`, data: { task: task.task_id ?? task.id ?? "", state } },
    h("div", { class: "task-head" },
      h("span", { class: "task-icon" }, icon(ICONS[state])),
      task.hide_title ? null : h("span", { class: "task-title" }, task.title ?? ""),
      h("span", { class: "task-state" }, context.t(`task.${state}`))),
    more.length ? h("div", { class: "task-more" }, ...more) : null);
}

export function plan(block, context) {
  const tasks = block.tasks ?? [];
  const done = tasks.filter((task) => task.status === "complete").length;
  return h("div", { class: "plan", role: "group", "aria-label": block.title ?? context.t("plan") },
    h("div", { class: "plan-head" },
      h("span", { class: "plan-title" }, block.title ?? context.t("plan")),
      tasks.length ? h("span", { class: "plan-count" }, context.t("plan.count", { done, all: tasks.length })) : null),
    ...tasks.map((task) => taskCard(task, context)));
}

/** Details and output are rich text in a finished block and plain Markdown while they stream. */
function part(value, context, name) {
  if (!value || (typeof value === "object" && !(value.elements ?? []).length)) return [];
  return [h("div", { class: `${name} text` }, ...(typeof value === "string" ? markdown(value, context) : richText(value, context)))];
}

function sources(list) {
  if (!list?.length) return [];
  return [h("ul", { class: "task-sources" }, ...list.map((source) => h("li", {}, link(source.url, source.text || source.url))))];
}
