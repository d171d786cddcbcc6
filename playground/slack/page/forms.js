/**
 * What a person has put into the elements of one message or one modal, as bare values: a text, an option's value, an
 * id, a date, or a list of these. `told(element, block, value)` is called for elements that the app hears of at once.
 */

const PICKED = ["selected_user", "selected_users", "selected_conversation", "selected_conversations", "selected_channel", "selected_channels", "selected_date", "selected_time", "selected_date_time"];

export class Form {
  constructor(told, known = {}) {
    this.told = told;
    this.known = known; // what the server holds, by block and action
    this.values = {};
    this.errors = {};
  }

  get(block, element) {
    const typed = this.values[block.block_id]?.[element.action_id];
    if (typed !== undefined) return typed;
    const held = this.known[block.block_id]?.[element.action_id];
    return held ? bare(held) : initial(element);
  }

  set(block, element, value) {
    (this.values[block.block_id] ??= {})[element.action_id] = value;
  }

  /** Forgets what belongs to elements that are no longer there. */
  prune(blocks) {
    const there = new Set(blocks.map((block) => block.block_id));
    for (const block of Object.keys(this.values)) if (!there.has(block)) delete this.values[block];
  }
}

/** Slack's entry of `state.values` as a bare value. */
function bare(entry) {
  if ("value" in entry) return entry.value;
  if ("selected_option" in entry) return entry.selected_option?.value ?? null;
  if ("selected_options" in entry) return entry.selected_options.map((option) => option.value);
  const name = PICKED.find((one) => one in entry);
  return name ? entry[name] : null;
}

function initial(element) {
  if (element.initial_option) return element.initial_option.value;
  if (element.initial_options) return element.initial_options.map((option) => option.value);
  const name = Object.keys(element).find((one) => one.startsWith("initial_"));
  return name ? element[name] : null;
}
