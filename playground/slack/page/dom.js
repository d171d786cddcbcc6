/**
 * Builds the page's nodes. Text always becomes a text node and URLs pass `safeUrl`, so nothing that a person,
 * a model or a tool wrote can turn into markup or script.
 */

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes, listeners (`on: {click}`), properties (`prop: {value}`) and children; `null` ones are left out. */
export function h(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === "prop") Object.assign(element, value);
    else if (name === "data") Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

function nodes(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false && child !== "");
}

export function fill(element, ...children) {
  element.replaceChildren(...nodes(children));
  return element;
}

/** The URL when it leads to a web page or a mailbox, else null: `javascript:` and `data:` never become links. */
export function safeUrl(url) {
  const text = String(url ?? "").trim();
  if (!/^(https?:\/\/|mailto:)/i.test(text)) return null;
  try {
    return new URL(text).href;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere and cannot reach back; text alone when the URL is not one we follow. */
export function link(url, ...label) {
  const target = safeUrl(url);
  const shown = label.length ? label : [String(url)];
  if (!target) return h("span", {}, ...shown);
  return h("a", { href: target, target: "_blank", rel: "noopener noreferrer nofollow" }, ...shown);
}

/** What only a screen reader says. */
export function unseen(...children) {
  return h("span", { class: "unseen" }, ...children);
}

const ICONS = {
  reply: ["M9.5 6.5 4.5 11l5 4.5", "M5 11h8.5a6 6 0 0 1 6 6v1"],
  send: ["M4.5 12h6", "M4.5 12 3 5.2 21 12 3 18.8 4.5 12Z"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  stop: ["M7 7h10v10H7z"],
  menu: ["M4 7h16", "M4 12h16", "M4 17h16"],
  traffic: ["M4 8h13", "m14 5 3 3-3 3", "M20 16H7", "m10 13-3 3 3 3"],
  file: ["M7 3.5h7l4 4v13H7z", "M14 3.5v4h4"],
  image: ["M4 5h16v14H4z", "m4 16 4.5-4.5 4 4 3-3L20 17", "M15.5 9.5h.01"],
  up: ["M7 11v8.5H4V11z", "M7 11l4-7c1.6 0 2.4 1 2.2 2.4L12.7 9.5h5.6c1.2 0 2 1 1.7 2.2l-1.4 6c-.2 1-1 1.8-2 1.8H7"],
  down: ["M7 13V4.5H4V13z", "M7 13l4 7c1.6 0 2.4-1 2.2-2.4l-.5-3.1h5.6c1.2 0 2-1 1.7-2.2l-1.4-6c-.2-1-1-1.8-2-1.8H7"],
  bin: ["M5 7h14", "M9.5 7V4.5h5V7", "M7 7l.8 12.5h8.4L17 7"],
  eye: ["M2.8 12C5 8 8.2 6 12 6s7 2 9.2 6C19 16 15.8 18 12 18S5 16 2.8 12Z", "M12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z"],
  lock: ["M7 11h10v8.5H7z", "M9 11V8a3 3 0 0 1 6 0v3"],
  down_arrow: ["M12 5v13", "m6.5 12.5 5.5 5.5 5.5-5.5"],
  chevron: ["m9 6 6 6-6 6"],
  check: ["m5 12.5 4.5 4.5L19 7.5"],
  cross: ["m7.5 7.5 9 9", "m16.5 7.5-9 9"],
  dots: ["M6 12h.01", "M12 12h.01", "M18 12h.01"],
  turning: ["M12 4a8 8 0 1 1-8 8"],
  clip: ["M8 12.5l5.6-5.6a3 3 0 0 1 4.3 4.3l-7.4 7.4a4.8 4.8 0 0 1-6.8-6.8L11 4.5"],
  pencil: ["M4.5 19.5l1-4.2L16 4.8l3.2 3.2L8.7 18.5z"],
  more: ["M5 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0", "M11 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0", "M17 12a1 1 0 1 0 2 0a1 1 0 1 0-2 0"],
  bolt: ["M13 3 5.5 13.5H11L10 21l7.5-10.5H12z"],
  slash: ["M15 5 9 19"],
  puzzle: ["M4.5 4.5h15v15h-15z", "M9 9.5h6", "M9 14.5h3"],
};

/** A line icon. It never stands alone: its button or line has words. */
export function icon(name, className = "") {
  const paths = (ICONS[name] ?? ICONS.dots).map((d) => svg("path", { d }));
  return svg("svg", { class: `icon ${className}`, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, ...paths);
}
