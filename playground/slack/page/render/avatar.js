/** A person's picture: initials on one of a few colours, all dark enough for white letters (AA). The bot wears the mark. */
import { h, svg } from "../dom.js";
import { emoji } from "./emoji.js";

const COLOURS = ["#8a3b2e", "#7a4b12", "#55611c", "#23663f", "#1c6470", "#2f578f", "#5a4a96", "#8a3a6e"];

export function avatar(person, className = "") {
  if (person?.is_bot) return h("span", { class: `avatar bot ${className}`, "aria-hidden": "true" }, mark());
  const name = person?.real_name || person?.display_name || person?.name || "?";
  return h("span", { class: `avatar ${className}`, "aria-hidden": "true", style: `background:${colourOf(person?.id ?? name)}` }, initials(name));
}

/**
 * The face of one message: the person's, or what the app gave itself for it. Pictures from elsewhere are not fetched;
 * then, and for an emoji this page does not know, the speaker's initials stand there.
 */
export function face(message, person, className = "") {
  if (!message.username && !message.icons) return avatar(person, className);
  const sign = message.icons?.emoji ? emoji(message.icons.emoji) : null;
  if (sign && sign !== message.icons.emoji) return h("span", { class: `avatar sign ${className}`, "aria-hidden": "true" }, sign);
  if (!message.username) return avatar(person, className);
  return h("span", { class: `avatar ${className}`, "aria-hidden": "true", style: `background:${colourOf(message.username)}` }, initials(message.username));
}

function initials(name) {
  const words = name.trim().split(/[\s-]+/).filter((word) => /\p{L}/u.test(word));
  const letters = words.length > 1 ? [words[0], words.at(-1)] : words;
  return letters.map((word) => [...word][0].toLocaleUpperCase()).join("") || "?";
}

function colourOf(id) {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + character.codePointAt(0)) >>> 0;
  return COLOURS[sum % COLOURS.length];
}

/** Threadwind's own sign: three threads in the wind. */
export function mark(className = "mark") {
  const threads = ["M3 8.5h10.5a2.7 2.7 0 1 0-2.5-3.7", "M3 12.5h15a2.6 2.6 0 1 0-2.4-3.6", "M5 16.5h8a2.4 2.4 0 1 1-2.2 3.3"];
  return svg("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, ...threads.map((d) => svg("path", { d })));
}
