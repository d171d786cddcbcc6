/** What can be pressed inside a message: buttons, with their question beforehand, feedback and icon buttons. */
import { h, icon, link } from "../dom.js";
import { emoji } from "./emoji.js";

/** A Block Kit button. While its click is on its way it says so and cannot be pressed twice. */
export function button(element, block, context, message) {
  const words = element.text?.text ?? element.value ?? "";
  const prompt = isPrompt(element);
  const made = h("button", {
    type: "button",
    class: `control ${prompt ? "prompt" : (element.style ?? "plain")}`,
    "aria-label": element.accessibility_label ?? null,
    data: { key: `${block.block_id ?? ""}/${element.action_id ?? words}`, action: element.action_id ?? "" },
    on: { click: () => press(made, element, block, context, message) },
  }, element.type === "icon_button" ? icon(element.icon === "trash" ? "bin" : "dots") : null, emoji(words));
  if (!element.url) return made;
  const anchor = link(element.url, emoji(words));
  anchor.className = "control plain";
  return anchor;
}

/** A prompt is said by the person in front of the page; any other button is a click that the app hears of. */
export function isPrompt(element) {
  return /^prompt/.test(element.action_id ?? "") && Boolean(element.value);
}

async function press(made, element, block, context, message) {
  if (made.getAttribute("aria-disabled") === "true") return;
  if (element.confirm && !(await context.confirm(element.confirm))) {
    made.focus();
    return;
  }
  made.setAttribute("aria-disabled", "true");
  try {
    if (isPrompt(element)) await context.sayPrompt(element.value, message);
    else await context.click(element, block, message);
  } finally {
    made.removeAttribute("aria-disabled");
  }
}

export function contextAction(element, block, context, message) {
  if (element.type === "icon_button") {
    const allowed = element.visible_to_user_ids;
    return allowed && !allowed.includes(context.me) ? [] : [button(element, block, context, message)];
  }
  if (element.type !== "feedback_buttons") return [h("span", { class: "block-unknown" }, context.t("block.unknown", { type: element.type }))];
  return [thumb("up", element.positive_button), thumb("down", element.negative_button)];

  function thumb(direction, half) {
    const words = half?.text?.text ?? context.t(`feedback.${direction}`);
    const given = context.feedbackGiven(message, element.action_id) === half?.value;
    const made = h("button", {
      type: "button", class: "control feedback", "aria-pressed": String(given), "aria-label": half?.accessibility_label ?? null,
      data: { key: `${block.block_id ?? ""}/${element.action_id}/${direction}`, action: element.action_id ?? "" },
      on: { click: () => press(made, { type: "feedback_buttons", action_id: element.action_id, value: half?.value }, block, context, message) },
    }, icon(direction), h("span", {}, words));
    return made;
  }
}
