/** What a screen reader is told without asking: new messages and finished answers, politely, never each piece of a stream. */

const CLEARED_AFTER_MS = 5000; // long enough to be read out; an old line must not be found by browsing
const LONGEST = 240;

export class Announcer {
  constructor(region) {
    this.region = region;
  }

  say(words) {
    const line = document.createElement("p");
    line.textContent = words.length > LONGEST ? `${words.slice(0, LONGEST)}…` : words;
    this.region.append(line);
    setTimeout(() => line.remove(), CLEARED_AFTER_MS);
  }
}

/** The words of a message without its signs. */
export function gist(message) {
  const fromBlocks = (message.blocks ?? []).map((block) => (typeof block.text === "string" ? block.text : (block.text?.text ?? ""))).join(" ");
  return (fromBlocks.trim() || message.text || "").replace(/<[@#!]?[^>|]*\|?([^>]*)>/g, "$1").replace(/[*_`~#|>]+/g, " ").replace(/\s+/g, " ").trim();
}
